/** Products panel by panel: what they compute, what they send and what they hold. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { validatePlan } from "../../../../../../env/index.ts";
import {
  iterationOf,
  replicatedPlan,
  type ShardingPlan,
  shardingCollectives,
  type ZeroStage,
} from "../../../../../../env/model/plan/sharding.ts";
import type { OpPanels } from "../../../../../../env/model/plan/sharding-fields/op-fields.ts";
import { shardedProgram } from "../../../../../../env/sim/lower/sharding/program.ts";
import { drawn } from "../../../../../law-runs.ts";
import { machines } from "../../machines.ts";
import { execute } from "../execute.ts";
import { mlp } from "../numbered-graph.ts";
import { collectivesOf, runSharding, shardedScenario } from "../sharded.ts";

const numbered = mlp({ b: 12, k: 6, h: 12, n: 6 });
const { graph } = numbered;
const scenario = shardedScenario(numbered, machines([9]));
const products = ["z", "y"].map((name) => graph.names.indexOf(name));

/** Any dimension of a product may be passed, and the other two lie along the grid either way. */
const drawnPlans: fc.Arbitrary<ShardingPlan> = fc
  .record({
    sizes: fc.constantFrom([2, 2], [3, 3], [2, 2, 2], [1, 1]),
    passed: fc.tuple(...products.map(() => fc.constantFrom("row", "column", "both", "none"))),
    turned: fc.tuple(...products.map(() => fc.boolean())),
    zero: fc.constantFrom<ZeroStage>(0, 1, 2, 3),
    collective: fc.constantFrom(...shardingCollectives),
  })
  .map(({ sizes, passed, turned, zero, collective }) => {
    const grid = [sizes.length - 2, sizes.length - 1];
    const split = [...replicatedPlan(graph, meshOf(sizes)).split];
    const panels: OpPanels[] = [];
    products.forEach((op, i) => {
      if (passed[i] === "none") return;
      const count = iterationOf(graph, op)!.dimensions.length;
      const dimension = ["row", "column", "both"].indexOf(passed[i]);
      const others = [...Array(count).keys()].filter((d) => d !== dimension);
      const axes = turned[i] ? grid.toReversed() : grid;
      split[op] = Array.from({ length: count }, (_, d) => {
        const own = d === dimension ? [] : [axes[others.indexOf(d)]];
        // A third axis is copies: it divides the first dimension too.
        return sizes.length === 3 && d === others[0] ? [0, ...own] : own;
      });
      panels.push({ op, dimension, axes: grid });
    });
    return { kind: "sharding" as const, mesh: meshOf(sizes), split, panels, memory: { zero }, collective };
  });

const meshOf = (sizes: readonly number[]) => ({
  axes: sizes.map((size, axis) => ({ name: `axis ${axis}`, size })),
  devices: Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, (_, rank) => rank),
});

/** Rows by axis 0, columns by axis 1, the sum in panels. */
function tiles(q: number, rest: Partial<ShardingPlan> = {}): ShardingPlan {
  const split = [...replicatedPlan(graph, meshOf([q, q])).split];
  const panels = products.map((op) => {
    const names = iterationOf(graph, op)!.dimensions.map(({ name }) => name);
    const column = op === products[0] ? "h" : "n";
    split[op] = names.map((name) => (name === "b" ? [0] : name === column ? [1] : []));
    return { op, dimension: names.indexOf(op === products[0] ? "k" : "h"), axes: [0, 1] };
  });
  split[graph.names.indexOf("x")] = [[0], [1]];
  split[graph.names.indexOf("target")] = [[0], [1]];
  split[graph.names.indexOf("a")] = [[0], [1]];
  return { kind: "sharding", mesh: meshOf([q, q]), split, panels, ...rest };
}

test("random plans with panels compute the numbers of one device on every rank", () => {
  const none = { name: "none", devices: [], links: [], routes: [] };
  const programOf = (plan: ShardingPlan) => shardedProgram({ graph, cluster: none }, plan);
  const expected = Object.fromEntries(execute(numbered, programOf(replicatedPlan(graph, meshOf([1])))));
  let passed = 0;
  fc.assert(
    fc.property(drawnPlans, (plan) => {
      validatePlan(scenario, plan);
      const program = programOf(plan);
      passed += program.instructions.filter(
        (each) => each.kind === "run" && each.panels !== undefined,
      ).length;
      expect(Object.fromEntries(execute(numbered, program))).toEqual(expected);
      expect(runSharding(scenario, plan).iterationUs).toBeGreaterThan(0);
    }),
    { numRuns: drawn(30), seed: 1 },
  );
  expect(passed).toBeGreaterThan(drawn(50));
});

describe.each([2, 3])("on a grid of %i x %i", (q) => {
  const run = runSharding(scenario, tiles(q));
  const BYTES = 8;
  const [x, w] = [12 * 6 * BYTES, 6 * 12 * BYTES];

  test("each rank sends every tile but one along its row or column, and nothing else", () => {
    const sent = (op: string) =>
      collectivesOf(scenario, run)
        .filter((each) => each.op === op)
        .reduce((sum, each) => sum.map((bytes, d) => bytes + each.sent[d]), new Array<number>(9).fill(0))
        .slice(0, q * q);
    const share = (q - 1) / q ** 2;
    for (const bytes of sent("z")) expect(bytes).toBeCloseTo(share * (x + w), 9);
    for (const bytes of sent("dW")) expect(bytes).toBeCloseTo(share * (x + w), 9);
    for (const bytes of sent("da")) expect(bytes).toBeCloseTo(share * (12 * 12 + 12 * 6) * BYTES, 9);
    const kinds = new Set(run.moves.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(["broadcast", "reduce"]));
  });

  test("weights lie in tiles: one of q x q on each rank", () => {
    const { values, weights, sizes } = run.program;
    for (const { value } of weights)
      expect(values[value].layout.axes.map((axes) => axes.map((axis) => sizes[axis]))).toEqual([[q], [q]]);
  });
});

test("a round waits for its panels, and those of the next come while it runs", () => {
  const timed = shardedScenario(numbered, machines([4], { insideBytesPerUs: 1 }));
  const run = runSharding(timed, tiles(2));
  const tasks = (op: string, rank: number) =>
    [...run.opOf.keys()].filter(
      (task) =>
        run.opOf[task] === graph.names.indexOf(op) && run.rankOf[task] === rank && run.device[task] === rank,
    );
  const [start, end] = [run.engine.startUs, run.engine.endUs];
  const [made] = tasks("x", 1).map((task) => end[task]);
  // Rank 1 lacks its tile of X, 12 x 6 x 8 / 4 = 144 bytes, on a link of one byte per us.
  const rounds = tasks("z", 1);
  expect(rounds.map((task) => start[task])).toEqual([made + 144, end[rounds[0]]]);
  // Rank 0 has both tiles of the first round.
  expect(start[tasks("z", 0)[0]]).toBeLessThan(made + 144);
});
