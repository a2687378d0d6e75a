/** Ops that are computed again: what that costs and saves, on networks small enough to count. */
import { describe, expect, test } from "vitest";
import type { OpSplit } from "../../../../../../env/model/layout/natural.ts";
import { iterationOf, type ShardingPlan } from "../../../../../../env/model/plan/sharding.ts";
import { squares } from "../../../../../agents/problems/sharding/labels/small-networks.ts";
import { machines } from "../../machines.ts";
import { mlp, type NumberedGraph } from "../numbered-graph.ts";
import { collectivesOf, runSharding, shardedScenario } from "../sharded.ts";

/** Every op is divided along some dimensions, as far as it has them. */
function planOf(
  { graph }: NumberedGraph,
  devices: number,
  divided: readonly string[],
  recomputed: readonly string[],
  zero: 0 | 3 = 0,
): ShardingPlan {
  const split = Array.from({ length: graph.opCount }, (_, v): OpSplit | null =>
    graph.role[v] === 0
      ? iterationOf(graph, v)!.dimensions.map(({ name }) => (divided.includes(name) ? [0] : []))
      : null,
  );
  return {
    kind: "sharding",
    mesh: { axes: [{ name: "x", size: devices }], devices: Array.from({ length: devices }, (_, d) => d) },
    split,
    memory: { zero },
    recompute: Uint8Array.from(graph.names, (name) => Number(recomputed.includes(name))),
  };
}

const numbered = mlp({ b: 4, k: 3, h: 6, n: 2 });
const { names } = numbered.graph;

/** Starts and ends of the tasks of an op on rank 0: its first run and the one again. */
function runsOf(name: string, { run }: { run: ReturnType<typeof runSharding> }) {
  const { opOf, rankOf, references, againTasks, engine } = run;
  const tasks = opOf.flatMap((op, task) =>
    names[op] === name && rankOf[task] === 0 && references.taskTime[task] !== -1 ? [task] : [],
  );
  const timeOf = (task: number) => ({ startUs: engine.startUs[task], endUs: engine.endUs[task] });
  return {
    first: tasks.filter((task) => !againTasks.has(task)).map(timeOf),
    again: tasks.filter((task) => againTasks.has(task)).map(timeOf),
  };
}

describe("on one device", () => {
  const scenario = shardedScenario(numbered, machines([1]));
  const runWith = (recomputed: readonly string[]) =>
    runSharding(scenario, planOf(numbered, 1, [], recomputed));

  test("the step is longer by the ops that run again", () => {
    const kept = runWith([]);
    const lengthOf = (name: string) => {
      const [{ startUs, endUs }] = runsOf(name, { run: kept }).first;
      return endUs - startUs;
    };
    expect(runWith(["z", "a"]).iterationUs).toBeCloseTo(kept.iterationUs + lengthOf("z") + lengthOf("a"), 6);
  });

  test("an op begins again when the gradient is there that its reader needs", () => {
    const run = runWith(["z", "a"]);
    const [dy] = runsOf("dy", { run }).first;
    const [z] = runsOf("z", { run }).again;
    const [a] = runsOf("a", { run }).again;
    expect(z.startUs).toBeGreaterThanOrEqual(dy.endUs);
    expect(a.startUs).toBeGreaterThanOrEqual(z.endUs);
    expect(runsOf("dV", { run }).first[0].startUs).toBeGreaterThanOrEqual(a.endUs);
  });

  test("what the backward pass does not read is not computed again", () => {
    // Nobody reads y but dy; nobody reads what the update of z makes.
    expect(runsOf("y", { run: runWith(["y"]) }).again).toHaveLength(1);
    expect(runsOf("x", { run: runWith(["x"]) }).again).toHaveLength(1);
    expect(runsOf("z", { run: runWith(["z"]) }).again).toHaveLength(1);
    const forward = { graph: numbered.graph, ops: numbered.ops };
    expect(runSharding(scenario, planOf(forward, 1, [], [])).againTasks.size).toBe(0);
  });
});

test.each([2, 3, 5])("%i layers that keep one of two activations save one each, to the byte", (depth) => {
  const deep = squares(depth, 2, 50);
  const scenario = shardedScenario(deep, machines([1]));
  const peak = (recomputed: readonly string[]) =>
    runSharding(scenario, planOf(deep, 1, [], recomputed)).peakBytes[0];
  const [activation, weights] = [8 * 50 * 2, 8 * 2 * 2 * depth];
  // x, each z, each a but the last, and the gradients of the last two.
  expect(peak([])).toBe(weights + (2 * depth + 2) * activation);
  // x, each a but the last, the last z again, and the gradients of the last two.
  const again = Array.from({ length: depth }, (_, i) => `z${i + 1}`);
  expect(peak(again)).toBe(weights + (depth + 3) * activation);
});

test("sums of an op are made again with it", () => {
  const scenario = shardedScenario(numbered, machines([2]));
  const sums = (recomputed: readonly string[]) =>
    collectivesOf(scenario, runSharding(scenario, planOf(numbered, 2, ["k"], recomputed)))
      .filter(({ op, purpose }) => purpose === "data" && op === "z")
      .map(({ kind, sent }) => [kind, sent[0]]);
  const once = ["all-reduce", 8 * 4 * 6];
  expect(sums([])).toEqual([once]);
  expect(sums(["z"])).toEqual([once, once]);
  // a is computed again from z, which is kept as its sum.
  expect(sums(["a"])).toEqual([once]);
});

test("a second run uses the weights that the backward pass gathers under stage 3", () => {
  const scenario = shardedScenario(mlp({ b: 4, k: 8, h: 12, n: 8 }), machines([4]));
  const plan = (recomputed: readonly string[]) =>
    planOf(mlp({ b: 4, k: 8, h: 12, n: 8 }), 4, ["b"], recomputed, 3);
  const gathers = (recomputed: readonly string[]) =>
    collectivesOf(scenario, runSharding(scenario, plan(recomputed)))
      .filter(({ purpose }) => purpose === "weights")
      .map(({ op }) => op);
  expect(gathers([])).toEqual(["z", "y", "y"]);
  // W is gathered again for z; V for y again and for da at once.
  expect(gathers(["z", "a", "y"]).sort()).toEqual(["y", "y", "z", "z"]);
});
