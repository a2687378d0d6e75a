/** Gathers and scatters over several mesh axes: bytes, times by hand, and the way that is taken. */
import { describe, expect, test } from "vitest";
import type { Cluster } from "../../../../../../env/index.ts";
import { gatherWay, linkCosts } from "../../../../../../env/model/layout/alpha-beta.ts";
import { type Mesh, sizesOf } from "../../../../../../env/model/layout/mesh.ts";
import type { ShardingPlan } from "../../../../../../env/model/plan/sharding.ts";
import { machines, machinesWithCards } from "../../machines.ts";
import { numberedGraph } from "../numbered-graph.ts";
import { collectivesOf, runSharding, shardedScenario } from "../sharded.ts";

/** x of 32 rows in parts, which y needs whole. */
const pair = numberedGraph({ b: 32, k: 4 }, [
  { name: "x", rule: "input", outputs: ["b k"] },
  { name: "y", rule: "square", inputs: ["x b k"], outputs: ["b k"] },
]);
const BYTES = 32 * 4 * 8;

const meshOf = (sizes: readonly number[], devices?: readonly number[]): Mesh => ({
  axes: sizes.map((size, axis) => ({ name: `axis ${axis}`, size })),
  devices: devices ?? Array.from({ length: sizes.reduce((a, b) => a * b) }, (_, d) => d),
});

const gatherAll = (mesh: Mesh, more: Partial<ShardingPlan> = {}): ShardingPlan => ({
  kind: "sharding",
  mesh,
  split: pair.graph.names.map((name) => [name === "x" ? [...mesh.axes.keys()] : [], []]),
  ...more,
});

/** The time of the gather alone, and what each device sends. */
function gathered(cluster: Cluster, plan: ShardingPlan) {
  const scenario = shardedScenario(pair, cluster);
  const run = runSharding(scenario, plan);
  const [move, ...others] = collectivesOf(scenario, run);
  expect(others).toEqual([]);
  expect(move).toMatchObject({ kind: "all-gather", op: "x", members: plan.mesh.devices.length });
  const ops = scenario.graph.flops;
  return { us: run.iterationUs - ops[0] / move.members - ops[1], sent: move.sent };
}

describe("a gather over several axes", () => {
  const cards = machinesWithCards([4, 4], { shared: true });

  test("takes as long as one over a single axis of all ranks", () => {
    const flat = gathered(cards, gatherAll(meshOf([8])));
    for (const sizes of [
      [2, 4],
      [2, 2, 2],
    ])
      expect(gathered(cards, gatherAll(meshOf(sizes))).us).toBe(flat.us);
    expect(flat.us).toBeCloseTo((7 * BYTES) / 8, 6);
  });

  test("goes along one axis after the other where that is shorter: neighbours in other machines", () => {
    const cluster = machines([2, 2], { insideBytesPerUs: 8, betweenBytesPerUs: 1 });
    const { us } = gathered(cluster, gatherAll(meshOf([2, 2], [0, 2, 1, 3])));
    expect(us).toBeCloseTo(BYTES / 4 + BYTES / 2 / 8, 9);
    const ring = gathered(cluster, gatherAll(meshOf([4], [0, 2, 1, 3])));
    expect(ring.us).toBeCloseTo((3 * BYTES) / 4, 9);
  });

  test("takes fewer messages where the latency counts", () => {
    const cluster = machines([8], { insideBytesPerUs: 1e6, latencyUs: 5 });
    expect(gathered(cluster, gatherAll(meshOf([2, 2, 2]))).us).toBeCloseTo(3 * 5, 2);
    expect(gathered(cluster, gatherAll(meshOf([8]))).us).toBeCloseTo(7 * 5, 2);
  });

  test.each([
    ["a ring of all", [2, 4], undefined],
    ["a ring for each axis", [4, 2], [0, 4, 1, 5, 2, 6, 3, 7]],
    ["halving and doubling", [2, 4], undefined],
  ])("sends all but its own part from each rank by %s", (name, sizes, devices) => {
    const collective = name.startsWith("halving") ? "halving-doubling" : "ring";
    const { sent } = gathered(cards, gatherAll(meshOf(sizes, devices), { collective }));
    expect(sent).toEqual(new Array(8).fill((7 * BYTES) / 8));
  });
});

test.each([
  ["one ring", machinesWithCards([4, 4], { shared: true, latencyUs: 0.5 }), 1],
  ["a ring for each axis", machines([4, 4], { insideBytesPerUs: 8, latencyUs: 0.5 }), 2],
])("on idle links %s takes what its formula says", (_, cluster, blocks) => {
  const mesh = meshOf([2, 4]);
  const way = gatherWay([1, 0], sizesOf(mesh), BYTES / 8, linkCosts(cluster, mesh));
  expect(way.blocks.length).toBe(blocks);
  const { us } = gathered(cluster, gatherAll(mesh));
  // A ring through fast and slow links hides some of its latency.
  expect(Math.abs(us / way.us - 1)).toBeLessThan(0.01);
});

test("a scatter over several axes sends what a gather does, and takes as long", () => {
  const sum = numberedGraph({ b: 32, k: 8 }, [
    { name: "x", rule: "input", outputs: ["b k"] },
    { name: "y", rule: "product", inputs: ["x b k"], outputs: ["b"], sums: "k", linearIn: [0] },
    { name: "z", rule: "square", inputs: ["y b"], outputs: ["b"] },
  ]);
  const all = [0, 1];
  const splits: Record<string, number[][]> = { x: [[], all], y: [[], all], z: [all] };
  const mesh = meshOf([2, 4]);
  const plan: ShardingPlan = {
    kind: "sharding",
    mesh,
    split: sum.graph.names.map((name) => splits[name]),
    layouts: [{ op: 1, output: 0, axes: [all] }],
  };
  const cluster = machinesWithCards([4, 4], { shared: true });
  const scenario = shardedScenario(sum, cluster);
  const run = runSharding(scenario, plan);
  const [move, ...others] = collectivesOf(scenario, run);
  expect(others).toEqual([]);
  expect(move).toMatchObject({ kind: "reduce-scatter", members: 8 });
  expect(move.sent).toEqual(new Array(8).fill((7 * 32 * 8) / 8));
  const ops = scenario.graph.flops.reduce((total, flops) => total + flops) / 8;
  expect(run.iterationUs - ops).toBeCloseTo((7 * 32 * 8) / 8, 6);
});
