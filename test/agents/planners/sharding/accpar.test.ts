import { describe, expect, test } from "vitest";
import { accpar } from "../../../../agents/planners/sharding/accpar.ts";
import type { Scenario } from "../../../../env/index.ts";
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
    expect((await run(on([2]), { ratio: "solved" })).report.failure).toMatch(
      "AccPar solves ratios between two kinds of accelerators, and the cluster has 1.",
    );
    expect((await run(unequal([3]), { ratio: "solved", mode: "code" })).report.failure).toMatch(/mode=code/);
    expect((await run(on([2], { b: 3 }), { types: "data" })).report.failure).toMatch(
      /cannot be halved .* level 0/,
    );
  });
});

/** As many devices of a slow kind as of one that is so many times as fast; links take no time. */
function unequal(speeds: readonly number[], batch = 4096, count = 2): Scenario {
  const cluster = machines([count], { insideBytesPerUs: 1e15 });
  const kinds = [1, ...speeds];
  const devices = cluster.devices.map((device, d) => {
    const kind = Math.floor((d * kinds.length) / count);
    return { ...device, kind: `kind ${kind}`, flopsPerUs: { float32: kinds[kind] }, memoryBytesPerUs: 1e15 };
  });
  return shardedScenario(mlp({ ...lengths, b: batch }), { ...cluster, devices });
}

describe("AccPar on two kinds of devices", () => {
  const partsIn = ({ best }: Awaited<ReturnType<typeof run>>) =>
    (best!.plan as ShardingPlan).ratios!.map(({ parts }) => parts[0] / parts.reduce((a, b) => a + b, 0));

  test("gives the slow kind 0.30 of each layer where the other is 2.33 times as fast", async () => {
    const shares = partsIn(await run(unequal([2.33]), { ratio: "solved" }));
    // Both products and the square between them.
    expect(shares).toHaveLength(4);
    for (const share of shares) expect(Math.abs(share - 0.3)).toBeLessThan(0.01);
    for (const share of partsIn(await run(unequal([2.33]), { ratio: "common" })))
      expect(Math.abs(share - 0.3)).toBeLessThan(1 / 64);
  });

  test("is as much faster than equal halves as the slow kind has less to do", async () => {
    const valueOf = async (ratio: string) => (await run(unequal([2.33]), { ratio })).best!.outcome.value!;
    // Half of the work or 0.30 of it at the slow speed; updates are whole on both.
    expect((await valueOf("half")) / (await valueOf("solved"))).toBeGreaterThan(1.6);
    expect((await valueOf("half")) / (await valueOf("solved"))).toBeLessThan(0.5 / 0.3);
  });

  test("divides both kinds alike further down", async () => {
    const found = await run(unequal([3], 4096, 4), { ratio: "solved" });
    expect(typesOf(found)).toBe("I I / I I");
    const [{ parts }] = (found.best!.plan as ShardingPlan).ratios!;
    expect(parts.map((part) => part.toFixed(3))).toEqual(["0.125", "0.125", "0.375", "0.375"]);
  });

  test("leaves each device at least one index", async () => {
    const found = await run(unequal([1e6], 4), { ratio: "solved", types: "data" });
    expect(partsIn(found).every((share) => share >= 1 / 4)).toBe(true);
  });

  test("needs as many of both kinds", async () => {
    expect((await run(unequal([2, 3], 64, 3))).report.failure).toMatch(/as many of each and a power of two/);
  });
});
