/**
 * The families of tensor parallelism against the table of direct counts (shared sheet 18). Bytes
 * that each rank sends are counted message by message. Programs are executed on numbers.
 */
import { describe, expect, test } from "vitest";
import { familyMesh } from "../../../../../agents/problems/sharding/macros/family.ts";
import { validatePlan } from "../../../../../env/index.ts";
import { replicatedPlan, type ShardingPlan } from "../../../../../env/model/plan/sharding.ts";
import { shardedProgram } from "../../../../../env/sim/lower/sharding/program.ts";
import { machines } from "../../../../env/sim/lower/machines.ts";
import { execute } from "../../../../env/sim/lower/sharding/execute.ts";
import { collectivesOf, runSharding, shardedScenario } from "../../../../env/sim/lower/sharding/sharded.ts";
import { perceptron } from "../labels/small-networks.ts";
import { directBytes } from "./direct-bytes.ts";
import { planFor, SHAPES, SMALL } from "./family-shapes.ts";

describe.each(SHAPES)("$family on $ranks ranks, depth $depth", (shape) => {
  const widths = [32, 64, 32, 16];
  const rows = 64;
  const network = perceptron(widths, rows);
  const scenario = shardedScenario(network, machines([shape.ranks]));
  const plan = planFor(network, shape);
  const run = runSharding(scenario, plan);

  test("every rank sends the bytes of the table", () => {
    validatePlan(scenario, plan);
    const sent = new Array<number>(shape.ranks).fill(0);
    for (const each of collectivesOf(scenario, run))
      each.sent.forEach((bytes, rank) => {
        sent[rank] += bytes;
      });
    const expected = directBytes({ widths, rows, elementBytes: 8 }, shape);
    for (const bytes of sent) expect(bytes).toBeCloseTo(expected, 6);
  });

  test("weights are divided over the ranks, but for the grids of 2.5D", () => {
    const { weights, values } = run.program;
    const shares = weights.map(({ value }) => values[value].layout.axes.flat());
    const parts = shares.map((axes) =>
      axes.reduce((product, axis) => product * plan.mesh.axes[axis].size, 1),
    );
    // The last of three products in 1D has no other one to go on with its columns.
    const own = shape.family === "1d" ? parts.slice(0, 2) : parts;
    expect(new Set(own)).toEqual(new Set([shape.ranks / (shape.depth ?? 1)]));
  });
});

test.each(SMALL)("$family on $ranks ranks, $copies times, computes the numbers of one device", (shape) => {
  const side = shape.ranks % 3 === 0 ? 3 : 2;
  const network = perceptron([side ** 2, 2 * side, side ** 2], 2 * side ** 3);
  const none = { name: "none", devices: [], links: [], routes: [] };
  const numbers = (plan: ShardingPlan) =>
    Object.fromEntries(execute(network, shardedProgram({ graph: network.graph, cluster: none }, plan)));
  const one = { axes: [{ name: "one", size: 1 }], devices: [0] };
  expect(numbers(planFor(network, shape))).toEqual(numbers(replicatedPlan(network.graph, one)));
});

test.each([
  [{ family: "2d", ranks: 8, copies: 1 }, "2D needs a square of ranks, and 8 are none."],
  [{ family: "3d", ranks: 9, copies: 1 }, "3D needs a cube of ranks, and 9 are none."],
  [{ family: "2.5d", ranks: 4, copies: 1 }, /2.5D needs grids of a square of ranks/],
  [{ family: "2.5d", ranks: 12, copies: 1, depth: 2 }, /12 ranks are not 2 of them/],
] as const)("%o is refused in a sentence", (shape, sentence) => {
  const devices = Array.from({ length: shape.ranks }, (_, d) => d);
  expect(familyMesh(devices, shape)).toMatch(sentence);
});
