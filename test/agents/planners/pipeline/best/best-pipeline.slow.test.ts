/** `best` against every planner of hybrids and shardings, on small stacks of blocks. */
import { expect, test } from "vitest";
import { type PlannerModule, refusalOf, traitsOf } from "../../../../../agents/contract.ts";
import { methods } from "../../../../../agents/registry/registry.ts";
import { pipelinePlanners, shardingPlanners } from "../../../../../agents/selection.ts";
import type { Scenario } from "../../../../../env/model/scenario.ts";
import { resolveScenario } from "../../../../../scenarios/index.ts";
import { blockScenario } from "../../../../env/sim/lower/inside/blocks.ts";
import { machines } from "../../../../env/sim/lower/machines.ts";
import { runPlanner } from "../../run-planner.ts";

const best = methods.find(({ card }) => card.id === "best") as PlannerModule;
const fast = { insideBytesPerUs: 1e6, betweenBytesPerUs: 1e6 };
const scenarioOf = (
  blocks: number,
  sizes: readonly number[],
  memoryBytes?: number,
  speeds = {},
): Scenario => {
  const cluster = machines(sizes, speeds);
  const devices = cluster.devices.map((device) => ({
    ...device,
    memoryBytes: memoryBytes ?? device.memoryBytes,
  }));
  const scenario = blockScenario(blocks, { ...cluster, devices }, { optimizerSlots: 2 });
  return { ...scenario, objective: "iteration" };
};

test("has the search for shardings, where changes of single splits win", async () => {
  const scenario = await resolveScenario("alexnet/8xV100-nvlink?batch=128", { objective: "iteration" });
  const search = methods.find(({ card }) => card.id === "sharding-search") as PlannerModule;
  const given = { evaluations: 300 };
  const [found, other] = await Promise.all(
    [best, search].map((module) => runPlanner(module, scenario, given)),
  );
  expect(found.best!.outcome.cost).toBeLessThanOrEqual(other.best!.outcome.cost);
});

test.each([
  ["two blocks on fast pairs", scenarioOf(2, [2, 2], undefined, fast)],
  ["one block in little memory", scenarioOf(1, [4], 900, fast)],
])(
  "is never behind a planner of hybrids or shardings: %s",
  async (_, scenario) => {
    const others = [...pipelinePlanners(methods, "iteration"), ...shardingPlanners(methods)].filter(
      (module) =>
        traitsOf(module).asynchronous !== true &&
        refusalOf(module, module.options.parse({}), scenario) === null,
    );
    expect(others.length).toBeGreaterThan(8);
    const { best: found } = await runPlanner(best, scenario, { evaluations: 1000 });
    for (const module of others) {
      const { best: other } = await runPlanner(module, scenario, { evaluations: 100 });
      if (other === null || !other.outcome.feasible) continue;
      expect([module.card.id, found!.outcome.cost <= other.outcome.cost * (1 + 1e-12)]).toEqual([
        module.card.id,
        true,
      ]);
    }
  },
  60_000,
);
