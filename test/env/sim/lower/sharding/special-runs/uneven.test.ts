/** Parts of different lengths: times, bytes and memory of each rank, counted by hand. */
import { describe, expect, test } from "vitest";
import type { OpSplit } from "../../../../../../env/model/layout/natural.ts";
import { iterationOf, type ShardingPlan } from "../../../../../../env/model/plan/sharding.ts";
import type { OpRatio } from "../../../../../../env/model/plan/sharding-fields/op-fields.ts";
import { machines } from "../../machines.ts";
import { mlp, type NumberedGraph } from "../numbered-graph.ts";
import { collectivesOf, runSharding, shardedScenario } from "../sharded.ts";
import { convolved, windows } from "../windows.ts";

const numbered = mlp({ b: 8, k: 4, h: 12, n: 4 });
const { names } = numbered.graph;
const CLUSTER = machines([2]);

/** Each op is divided along a dimension that it has, in parts of 3 : 1. */
function planOf(dimension: string, { graph }: NumberedGraph = numbered, parts = [3, 1]): ShardingPlan {
  const ratios: OpRatio[] = [];
  const split = Array.from({ length: graph.opCount }, (_, op): OpSplit | null => {
    if (graph.role[op] !== 0) return null;
    const { dimensions } = iterationOf(graph, op)!;
    const at = dimensions.findIndex(({ name }) => name === dimension);
    if (at !== -1) ratios.push({ op, dimension: at, parts });
    return dimensions.map((_d, d) => (d === at ? [0] : []));
  });
  return {
    kind: "sharding",
    mesh: { axes: [{ name: "x", size: parts.length }], devices: parts.map((_, d) => d) },
    split,
    ratios,
  };
}

describe("the batch in parts of 3 : 1", () => {
  const scenario = shardedScenario(numbered, CLUSTER);
  const run = runSharding(scenario, planOf("b"));

  test("gives each rank its share of the work, gradients included", () => {
    const { opOf, rankOf, references, engine } = run;
    const lengths = (name: string) =>
      [0, 1].map((rank) => {
        const task = opOf.findIndex(
          (op, at) => names[op] === name && rankOf[at] === rank && references.taskTime[at] !== -1,
        );
        return engine.endUs[task] - engine.startUs[task];
      });
    for (const name of ["z", "a", "y", "da", "dz", "dW"]) {
      const [first, second] = lengths(name);
      expect(first / second).toBeCloseTo(3, 9);
    }
  });

  test("sums gradients whole, and moves nothing else", () => {
    const sums = collectivesOf(scenario, run);
    expect(sums.map(({ kind, op, sent }) => [kind, op, sent[0], sent[1]])).toEqual([
      ["all-reduce", "dW", 8 * 4 * 12, 8 * 4 * 12],
      ["all-reduce", "dV", 8 * 12 * 4, 8 * 12 * 4],
    ]);
  });
});

test("a gather round the ring sends each rank's own part", () => {
  // The hidden dimension is divided for z and whole for a.
  const plan = planOf("h");
  const split = plan.split.map((own, op) => (names[op] === "a" ? [[], []] : own));
  const ratios = plan.ratios!.filter(({ op }) => names[op] !== "a");
  const scenario = shardedScenario(numbered, CLUSTER);
  const run = runSharding(scenario, { ...plan, split, ratios });
  const moved = collectivesOf(scenario, run);
  const at = moved.findIndex(({ kind, op }) => kind === "all-gather" && op === "z");
  expect(moved[at].sent.slice(0, 2)).toEqual([8 * 8 * 9, 8 * 8 * 3]);
  // Afterwards a rank has all of z.
  expect(run.moves[at].bytes).toBe(8 * 8 * 12);
});

test("parts that change their lengths are exchanged, no more than what is lacking", () => {
  const plan = planOf("b");
  // z is in parts of 6 and 2 rows, a in parts of 4 and 4.
  const ratios = plan.ratios!.filter(({ op }) => names[op] === "z");
  const scenario = shardedScenario(numbered, CLUSTER);
  const moved = collectivesOf(scenario, runSharding(scenario, { ...plan, ratios }));
  const exchanges = moved.filter(({ kind }) => kind === "exchange");
  // The second rank gets 2 rows of z for a; its gradient goes back for dW.
  expect(exchanges.map(({ op, sent }) => [op, sent[0], sent[1]])).toContainEqual(["z", 8 * 2 * 12, 0]);
  expect(exchanges.map(({ op, sent }) => [op, sent[0], sent[1]])).toContainEqual(["dz", 0, 8 * 2 * 12]);
});

test("each rank has its own part of weights and activations, to the byte", () => {
  const scenario = shardedScenario(numbered, CLUSTER, { optimizerSlots: 2 });
  const weightsOf = (share: number) => 3 * 8 * (4 * 12 + 12 * 4) * share;
  const { compiled, device, peakBytes } = runSharding(scenario, planOf("h"));
  const resident = [0, 1].map((d) =>
    compiled.residentBytes.reduce((sum, bytes, task) => (device[task] === d ? sum + bytes : sum), 0),
  );
  expect(resident).toEqual([weightsOf(3 / 4), weightsOf(1 / 4)]);
  // What is along h is kept in parts; the rest is the same on both ranks.
  expect(peakBytes[0] - peakBytes[1]).toBeGreaterThan(weightsOf(1 / 2));
});

test("a fast device with the larger part is done as early as the slow one", () => {
  const cluster = machines([2], { insideBytesPerUs: 1e12 });
  const devices = cluster.devices.map((device, d) => ({
    ...device,
    flopsPerUs: { float32: d === 0 ? 3 : 1 },
    memoryBytesPerUs: 1e12,
  }));
  const scenario = shardedScenario(numbered, { ...cluster, devices });
  const [uneven, even] = [planOf("b"), planOf("b", numbered, [1, 1])].map(
    (plan) => runSharding(scenario, plan).iterationUs,
  );
  // 2,208 or 1,104 us of divided work on the slow device, and 192 us of updates, which are whole.
  expect(even / uneven).toBeCloseTo((2_208 + 192) / (1_104 + 192), 9);
});

test("parts of equal weights are the plan without ratios, to the bit", () => {
  const scenario = shardedScenario(numbered, CLUSTER);
  const plan = planOf("b", numbered, [2, 2]);
  const { ratios: _, ...plain } = plan;
  expect(runSharding(scenario, plan).iterationUs).toBe(runSharding(scenario, plain).iterationUs);
});

test("parts of rows get the rows that their windows read, of their neighbours alone", () => {
  const image = windows(3, [convolved(12, { kernel: 3, stride: 1, padding: 1 })]);
  const { graph } = image;
  const plan: ShardingPlan = {
    kind: "sharding",
    mesh: { axes: [{ name: "x", size: 4 }], devices: [0, 1, 2, 3] },
    split: Array.from({ length: graph.opCount }, (_, v) =>
      graph.role[v] === 0
        ? iterationOf(graph, v)!.dimensions.map(({ name }) => (name === "rows" ? [0] : []))
        : null,
    ),
  };
  const scenario = shardedScenario(image, machines([4]));
  const row = 8 * 3;
  const [exchange, sum, ...others] = collectivesOf(scenario, runSharding(scenario, plan));
  // x is brought with its halo for the convolution, and the gradient of the weights reads it too.
  expect(exchange).toMatchObject({ kind: "exchange", op: "x" });
  expect(exchange.sent.slice(0, 4)).toEqual([row, 2 * row, 2 * row, row]);
  expect(sum).toMatchObject({ kind: "all-reduce", op: "dw0" });
  expect(others).toEqual([]);
});

test("what a rank sends in an exchange stays there until it is sent, though the rank gets nothing", () => {
  const plan = planOf("b");
  const ratios = plan.ratios!.filter(({ op }) => names[op] === "z");
  const scenario = shardedScenario(numbered, CLUSTER);
  const run = runSharding(scenario, { ...plan, ratios });
  const { moves, program, bufferOf, columns, engine, rankOf } = run;
  const { firstTask, endTask, value } = moves.find(
    ({ kind, op }) => kind === "exchange" && names[op] === "z",
  )!;
  expect(program.values[value].layout.ranges![0]).toEqual([
    { from: 0, to: 6 },
    { from: 6, to: 8 },
  ]);
  columns.fill(engine, run.device);
  const received = Array.from({ length: endTask - firstTask }, (_, i) => firstTask + i).filter(
    (task) => engine.endUs[task] > engine.endUs[firstTask],
  );
  expect(received.map((task) => rankOf[task])).toEqual([1]);
  expect(columns.toUs[bufferOf[value][0]]).toBeGreaterThanOrEqual(engine.endUs[received[0]]);
});
