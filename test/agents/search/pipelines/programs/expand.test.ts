import { expect, test } from "vitest";
import { runProgram } from "../../../../../agents/search/pipelines/programs/clocks.ts";
import { expandedProgram } from "../../../../../agents/search/pipelines/programs/expand.ts";
import { checkTypes } from "../../../../../agents/search/pipelines/programs/program.ts";
import { tensorRegions } from "../../../../../env/model/layers/tensor-regions.ts";
import { replicatedPlan } from "../../../../../env/model/plan/sharding.ts";
import { shardedProgram } from "../../../../../env/sim/lower/sharding/program.ts";
import { execute } from "../../../../env/sim/lower/sharding/execute.ts";
import { numbersIn } from "./execute-program.ts";
import { expansionOf, network, shapes } from "./small-expansions.ts";

const { graph } = network;

test.each(shapes)("%o, %s: a typed program that computes the numbers of one device", (degrees, order) => {
  const program = expandedProgram(expansionOf(degrees, "all", order));
  checkTypes(program);
  const one = { axes: [{ name: "one", size: 1 }], devices: [0] };
  const none = { name: "none", devices: [], links: [], routes: [] };
  const plan = replicatedPlan(graph, one);
  const expected = execute(network, shardedProgram({ graph, cluster: none }, plan));
  const regions = tensorRegions(graph, degrees.tensor);
  const found = numbersIn(network, program, degrees, regions.dimension);
  let compared = 0;
  for (const [name, numbers] of found) {
    expect([name, numbers]).toEqual([name, expected.get(name)]);
    compared++;
  }
  expect(compared).toBeGreaterThan(12);
});

test.each(shapes)("%o, %s: the first ranks alone take as long and as much memory", (degrees, order) => {
  const all = runProgram(expandedProgram(expansionOf(degrees, "all", order)));
  const first = runProgram(expandedProgram(expansionOf(degrees, "first", order)));
  expect(first.latencyUs).toBeCloseTo(all.latencyUs, 9);
  const leaders = first.peakBytes.map((_, stage) => all.peakBytes[stage * degrees.data * degrees.tensor]);
  expect([...first.peakBytes]).toEqual([...leaders]);
});
