import { describe, expect, test } from "vitest";
import { accpar } from "../../../../agents/planners/sharding/accpar.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { mlp } from "../../../env/sim/lower/sharding/numbered-graph.ts";
import { collectivesOf, runSharding, shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { runPlanner } from "../run-planner.ts";

const lengths = { b: 2, k: 64, h: 64, n: 64 };
const on = (sizes: readonly number[], given: Partial<typeof lengths> = {}) =>
  shardedScenario(mlp({ ...lengths, ...given }), machines(sizes));
const run = (scenario = on([2]), options = {}) => runPlanner(accpar, scenario, { options });
const typesOf = ({ report }: Awaited<ReturnType<typeof run>>) => report.facts![0].value;

describe("AccPar on two layers", () => {
  test("of a small batch alternates output and input channels, and sends nothing between them", async () => {
    const scenario = on([2]);
    const found = await run(scenario);
    expect(typesOf(found)).toMatch(/^(II III|III II)$/);
    const collectives = collectivesOf(scenario, runSharding(scenario, found.best!.plan as ShardingPlan));
    // Both layers' products may be summed; the map between them stays in parts.
    expect(collectives.filter(({ kind, op }) => kind === "all-gather" && op === "z")).toEqual([]);
    expect(found.report.estimate!.value).toBeGreaterThan(0);
  });

  test("of a large batch halves the batch at every level", async () => {
    expect(typesOf(await run(on([2, 2], { b: 4096 })))).toBe("I I / I I");
  });

  test("has no third type as HyPar and the first alone as data parallelism", async () => {
    expect(typesOf(await run(on([2]), { types: "hypar" }))).toBe("II II");
    expect(typesOf(await run(on([2]), { types: "data" }))).toBe("I I");
  });

  test("counts elements in mode=code and claims no time", async () => {
    const { report } = await run(on([2]), { mode: "code" });
    // A layer's partial sums of type II, and those of type III: 2 x 64 each.
    expect(report.facts![1]).toMatchObject({ value: 2 * 2 * 64, unit: "elements" });
    expect(report.estimate).toBeUndefined();
  });

  test("says in a sentence what it cannot plan", async () => {
    expect((await run(on([3]))).report.failure).toMatch(/not a power of two/);
    expect((await run(on([2]), { ratio: "solved" })).report.failure).toMatch(/unequal shares/);
    expect((await run(on([2], { b: 3 }), { types: "data" })).report.failure).toMatch(
      /cannot be halved .* level 0/,
    );
  });
});
