import { describe, expect, test } from "vitest";
import type { Agent } from "../../../../agents/contract.ts";
import { regal } from "../../../../agents/learned/regal.ts";
import { runAgent } from "../../../../agents/run/agent.ts";
import { taskSource } from "../../../../agents/run/tasks.ts";
import { createLedger, createRng, evaluator, type Objective, testScenario } from "../../../../env/index.ts";
import { testBackend } from "../../tensors/test-backend.ts";

const graph = `
    a 100 400B
    b 300 400B <- a
    c 300 900B <- a
    d 100 400B <- b c`;
const small = { width: 4, rounds: 1 };

/** Trains on as many copies of a small graph. */
async function trained(
  names: readonly string[],
  simulations: number,
  given: Readonly<Record<string, unknown>> = {},
  objective: Objective = "makespan",
) {
  const ledger = createLedger({ simulations });
  const scenario = testScenario({ graph, devices: ["GPU", "GPU"], objective });
  const tasks = taskSource(names, async (name) => {
    return { name, scenario, evaluator: ledger.meter(evaluator(scenario)) };
  });
  const options = regal.options.parse({ ...small, ...given });
  let policy: unknown;
  const { greedy } = await runAgent({
    module: regal,
    options,
    tasks,
    rng: createRng(1),
    backend: testBackend,
    onTrained: async (agent: Agent) => {
      policy = await agent.savePolicy();
    },
  });
  return { plans: [...greedy.values()].map(({ plan }) => plan), policy };
}

describe("the default of regal", () => {
  test("has priority keys where the objective is in bytes, and none where it is a time", async () => {
    const [fast] = (await trained(["one"], 600)).plans;
    expect(fast).not.toHaveProperty("opPriority");
    const [small] = (await trained(["one"], 600, {}, "peak-memory")).plans;
    expect(small).toHaveProperty("opPriority");
  });

  test("imitates on several scenarios, and learns from rewards on one or with priority keys", async () => {
    const policy = async (...given: Parameters<typeof trained>) => (await trained(...given)).policy;
    const several = ["one", "two"];
    const imitated = await policy(several, 1_500);
    expect(imitated).toEqual(await policy(several, 1_500, { imitation: 1_000 }));
    expect(imitated).not.toEqual(await policy(several, 1_500, { imitation: 0 }));
    const ordered = { order: "keys", budget: 20 };
    expect(await policy(several, 1_500, ordered)).toEqual(
      await policy(several, 1_500, { ...ordered, imitation: 0 }),
    );
    expect(await policy(["one"], 600)).toEqual(await policy(["one"], 600, { imitation: 0 }));
  });
});
