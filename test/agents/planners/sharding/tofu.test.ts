import { describe, expect, test } from "vitest";
import { tofu } from "../../../../agents/planners/sharding/tofu.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { iterationOf } from "../../../../env/model/plan/sharding.ts";
import { shardedProgram } from "../../../../env/sim/lower/sharding/program.ts";
import { stateBytes } from "../../../../env/sim/lower/sharding/state-bytes.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { mlp, type NumberedGraph } from "../../../env/sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { runPlanner } from "../run-planner.ts";

const BYTES = 8;

async function run(numbered: NumberedGraph, sizes: readonly number[]) {
  const scenario = shardedScenario(numbered, machines(sizes));
  const found = await runPlanner(tofu, scenario);
  const plan = found.best!.plan as ShardingPlan;
  const { graph } = numbered;
  const dividedOf = (name: string) => {
    const v = graph.names.indexOf(name);
    return plan.split[v]!.flatMap((axes, d) =>
      axes.map(() => iterationOf(graph, v)!.dimensions[d].name),
    ).join(" ");
  };
  return { found, plan, scenario, dividedOf, bytes: found.report.facts![0].value };
}

describe("Tofu on a network of two layers", () => {
  test("halves weights where the batch is small, and sends what the closed form says", async () => {
    const [b, n] = [2, 64];
    const { dividedOf, bytes } = await run(mlp({ b, k: n, h: n, n }), [2]);
    expect([dividedOf("z"), dividedOf("y")].every((by) => by !== "b")).toBe(true);
    // z is halved along h and y sums over h. x is gathered for z and again for dW. The sums of y
    // are scattered, and dy is gathered for da and for dV. The other way round takes as many.
    expect(bytes).toBe(5 * b * n * BYTES);
  });

  test("halves the batch where it is large, and sends each weight twice and its gradient once", async () => {
    const [b, n] = [512, 8];
    const { dividedOf, bytes } = await run(mlp({ b, k: n, h: n, n }), [2]);
    expect([dividedOf("z"), dividedOf("y")]).toEqual(["b", "b"]);
    // V is gathered for both passes, W for one, since x needs no gradient. Gradients are summed.
    expect(bytes).toBe((2 + 1 + 2) * n * n * BYTES);
  });

  test("holds a quarter of the weights on each of 4 devices", async () => {
    const numbered = mlp({ b: 512, k: 8, h: 8, n: 8 });
    const { plan, scenario } = await run(numbered, [2, 2]);
    const { weights } = stateBytes(numbered.graph, shardedProgram(scenario, plan), {
      optimizerSlots: 0,
      zero: 3,
    });
    expect(weights).toBe((2 * 8 * 8 * BYTES) / 4);
  });

  test("refuses devices that are no power of two", async () => {
    const scenario = shardedScenario(mlp({ b: 6, k: 6, h: 6, n: 6 }), machines([3]));
    expect((await runPlanner(tofu, scenario)).report.failure).toMatch(/^Tofu halves/);
  });
});
