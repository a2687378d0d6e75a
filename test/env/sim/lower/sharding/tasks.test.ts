/** Times, messages and memory of sharded programs, by hand, and laws on random plans. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluator } from "../../../../../env/index.ts";
import type { ShardingPlan } from "../../../../../env/model/plan/sharding.ts";
import type { ShardingRun } from "../../../../../env/sim/lower/sharding/run.ts";
import { drawn } from "../../../../law-runs.ts";
import { namedNetworks, otherSwitches } from "../../../../laws/networks.ts";
import { machines } from "../machines.ts";
import { attention, mlp, type NumberedGraph, numberedGraph } from "./numbered-graph.ts";
import { shardingPlans } from "./random-plans.ts";
import { collectivesOf, runSharding, shardedScenario } from "./sharded.ts";

/** y = x W of 4 x 6 by 6 x 8, which z needs whole; on devices of 1 FLOP/us. */
const linear = numberedGraph({ b: 4, k: 6, n: 8 }, [
  { name: "x", rule: "input", outputs: ["b k"] },
  {
    name: "y",
    rule: "product",
    inputs: ["x b k"],
    parameters: ["k n"],
    outputs: ["b n"],
    sums: "k",
    linearIn: [0],
  },
  { name: "z", rule: "square", inputs: ["y b n"], outputs: ["b n"] },
]);

const planOf = (
  { graph }: NumberedGraph,
  devices: number,
  splits: Record<string, number[][]>,
): ShardingPlan => ({
  kind: "sharding",
  mesh: { axes: [{ name: "all", size: devices }], devices: Array.from({ length: devices }, (_, d) => d) },
  split: graph.names.map((name) => splits[name] ?? null),
});

describe("a product on two devices", () => {
  const cluster = machines([2], { insideBytesPerUs: 2, latencyUs: 3 });
  const scenario = shardedScenario(linear, cluster);
  const flops = { x: 2 * 4 * 6, y: 2 * 4 * 6 * 8, z: 2 * 4 * 8 };
  const BYTES = 8 * 4 * 8;

  test("not divided takes the time of one device on both, and no message", () => {
    const run = runSharding(scenario, planOf(linear, 2, {}));
    expect(run.iterationUs).toBe(flops.x + flops.y + flops.z);
    expect(run.moves).toEqual([]);
  });

  test("divided along the batch takes half of it", () => {
    // Dimensions are b k, b k n and b n.
    const run = runSharding(scenario, planOf(linear, 2, { x: [[0], []], y: [[0], [], []], z: [[0], []] }));
    expect(run.iterationUs).toBe((flops.x + flops.y + flops.z) / 2);
    expect(run.moves).toEqual([]);
  });

  test("divided along the summed dimension waits for a sum: two messages of half the bytes", () => {
    const run = runSharding(scenario, planOf(linear, 2, { x: [[], [0]], y: [[], [0], []] }));
    expect(collectivesOf(scenario, run)).toMatchObject([
      { kind: "all-reduce", op: "y", sent: [BYTES, BYTES] },
    ]);
    expect(run.iterationUs).toBe((flops.x + flops.y) / 2 + 2 * (BYTES / 2 / 2 + 3) + flops.z);
  });

  test("divided along its columns is gathered, and a divided input of all rows is gathered before", () => {
    const run = runSharding(scenario, planOf(linear, 2, { x: [[0], []], y: [[], [], [0]] }));
    expect(collectivesOf(scenario, run).map(({ kind, op, sent }) => [kind, op, sent])).toEqual([
      ["all-gather", "x", [96, 96]],
      ["all-gather", "y", [128, 128]],
    ]);
  });

  test("holds the launch whole and pads uneven parts", () => {
    const launching = {
      ...cluster,
      devices: machines([3]).devices.map((device) => ({ ...device, launchUs: 10 })),
      ...pick(machines([3])),
    };
    const three = shardedScenario(linear, launching);
    const run = runSharding(three, planOf(linear, 3, { x: [[0], []], y: [[0], [], []], z: [[0], []] }));
    // Two of four rows on the fullest device. A time has the launch in it.
    const share = (us: number) => 10 + us / 2;
    expect(run.iterationUs).toBe(share(flops.x) + share(flops.y) + share(flops.z));
  });
});

const pick = ({ links, routes }: ReturnType<typeof machines>) => ({ links, routes });

test("groups along a mesh axis that cross one link at once share it", () => {
  const grid = (order: number[]): ShardingPlan => ({
    ...planOf(linear, 4, { x: [[1], [0]], y: [[1], [0], []], z: [[1], []] }),
    mesh: {
      axes: [
        { name: "sum", size: 2 },
        { name: "rows", size: 2 },
      ],
      devices: order,
    },
  });
  const cables = oneCable(machines([2, 2], { insideBytesPerUs: 8, betweenBytesPerUs: 1 }));
  const scenario = shardedScenario(linear, cables);
  const [inside, across] = [
    [0, 2, 1, 3],
    [0, 1, 2, 3],
  ].map((order) => runSharding(scenario, grid(order)).iterationUs);
  const half = (8 * 4 * 8) / 2;
  // Across, two groups send half the bytes of half the rows at once through one link, twice.
  expect(across - inside).toBeCloseTo(2 * (2 * (half / 2)) - 2 * (half / 2 / 8), 9);
});

/** All routes from one machine to the other cross one link. */
function oneCable(cluster: ReturnType<typeof machines>) {
  const count = cluster.devices.length;
  const link = (a: number, b: number): number => (a < 2 ? 0 : 2) * count + (b < 2 ? 0 : 2);
  return {
    ...cluster,
    routes: cluster.routes.map((row, a) => row.map((route, b) => (a < 2 === b < 2 ? route : [link(a, b)]))),
  };
}

describe("memory", () => {
  test("is that of weights in parts, optimizer slots and what lives, to the byte", () => {
    const scenario = shardedScenario(linear, machines([2]), { optimizerSlots: 2 });
    const run = runSharding(scenario, planOf(linear, 2, { y: [[], [], [0]] }));
    const [x, y, weights] = [8 * 4 * 6, 8 * 4 * 8, 8 * 6 * 8];
    // While z runs: the part of y has been gathered, and z's own output is made.
    const [first, second] = run.peakBytes;
    expect(first).toBe((3 * weights) / 2 + Math.max(x + y / 2, y / 2 + y, y + y));
    expect(second).toBe(first);
  });

  test("over the limit is a violation that names an op", () => {
    const cluster = machines([2]);
    const tight = { ...cluster, devices: cluster.devices.map((device) => ({ ...device, memoryBytes: 600 })) };
    const { violation } = runSharding(shardedScenario(linear, tight), planOf(linear, 2, {}));
    expect(violation).toMatchObject({ limitBytes: 600, device: 0 });
    expect(linear.graph.names[violation!.op]).toBe("z");
  });
});

/**
 * On each rank an op starts after the ops that make its inputs, there or on their owner. What runs
 * later reads what recomputed ops make the second time.
 */
function expectOrderOfData({ graph }: NumberedGraph, run: ShardingRun): void {
  const { opOf, rankOf, references, engine, againTasks } = run;
  const taskOf = new Map<string, number>();
  const ownedTask = new Map<number, number>();
  opOf.forEach((op, task) => {
    if (references.taskTime[task] === -1) return;
    taskOf.set(`${op} on ${rankOf[task]}${againTasks.has(task) ? " again" : ""}`, task);
    ownedTask.set(op, task);
  });
  for (const [name, task] of taskOf) {
    const rank = String(rankOf[task]);
    const isLater = graph.role[opOf[task]] !== 0 || name.endsWith(" again");
    for (let e = graph.inStart[opOf[task]]; e < graph.inStart[opOf[task] + 1]; e++) {
      const source = graph.edgeSource[e];
      const again = isLater ? taskOf.get(`${source} on ${rank} again`) : undefined;
      const maker = again ?? taskOf.get(`${source} on ${rank}`) ?? ownedTask.get(source)!;
      expect(engine.startUs[task]).toBeGreaterThanOrEqual(engine.endUs[maker]);
    }
  }
}

describe.each([
  ["an MLP", mlp({ b: 4, k: 3, h: 6, n: 2 })],
  ["attention", attention({ b: 2, s: 3, h: 4, d: 2 })],
])("any plan for %s", (_, numbered) => {
  const scenario = shardedScenario(numbered, machines([2, 2, 2, 2], { latencyUs: 1 }), { optimizerSlots: 2 });
  const score = evaluator(scenario);
  const bound = score.bound(["sharding"]);

  test("is above the bounds that cover it and below the ceiling, and runs the same way twice", () => {
    expect(bound.value).toBeGreaterThan(0);
    expect(bound.argument).toBe("work of all samples");
    fc.assert(
      fc.property(shardingPlans(numbered.graph, 8), (plan) => {
        const { value, peakBytes } = score.evaluate(plan);
        expectOrderOfData(numbered, runSharding(scenario, plan));
        expect(value).toBeGreaterThanOrEqual(bound.value);
        expect(value).toBeLessThanOrEqual(score.ceiling);
        expect(score.evaluate(plan)).toMatchObject({ value, peakBytes });
      }),
      { numRuns: drawn(16) },
    );
  });

  test.each([...namedNetworks, ...otherSwitches])("keeps its bounds under the network $name", ({ set }) => {
    const under = evaluator(set(scenario));
    const [least, most] = [under.bound(["sharding"]).value, under.ceiling];
    fc.assert(
      fc.property(shardingPlans(numbered.graph, 8), (plan) => {
        const { value } = under.evaluate(plan);
        expect(value).toBeGreaterThanOrEqual(least);
        expect(value).toBeLessThanOrEqual(most);
      }),
      { numRuns: drawn(4) },
    );
  });
});
