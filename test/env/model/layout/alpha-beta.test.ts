/** Closed formulas of collectives beside the engine, which sends each message. */
import { afterAll, describe, expect, test } from "vitest";
import {
  allGatherUs,
  allReduceUs,
  allToAllUs,
  broadcastUs,
  railsAllReduceUs,
  reduceScatterUs,
} from "../../../../env/model/layout/alpha-beta.ts";
import {
  double,
  halve,
  halvingDoublingAllReduce,
} from "../../../../env/sim/lower/collectives/halving-doubling.ts";
import { allToAll } from "../../../../env/sim/lower/collectives/pairwise.ts";
import { railsAllReduce } from "../../../../env/sim/lower/collectives/rails.ts";
import {
  ringAllGather,
  ringAllReduce,
  ringReduceScatter,
} from "../../../../env/sim/lower/collectives/ring.ts";
import { broadcast, treeAllReduce } from "../../../../env/sim/lower/collectives/tree.ts";
import { type Collective, engineUs } from "../../sim/lower/collectives/counted.ts";
import { machines } from "../../sim/lower/machines.ts";

const BYTES = 840;
const link = { alphaUs: 2, usPerByte: 1 / 4 };
const told: string[] = [];
let equal = 0;
afterAll(() => {
  told.push(`${equal} estimates are the engine's times`);
  console.log(`collectives, estimate beside engine:\n${told.join("\n")}`);
});

/** The relative error of an estimate. */
function compare(name: string, estimate: number, engine: number): number {
  const error = estimate / engine - 1;
  if (Math.abs(error) < 1e-9) equal++;
  else
    told.push(
      `  ${name}: ${estimate.toFixed(2)} us beside ${engine.toFixed(2)} us, ${(100 * error).toFixed(2)}%`,
    );
  return error;
}

describe.each([2, 4, 8])("on idle links %i ranks take the time of the formula", (n) => {
  const cluster = machines([n], { insideBytesPerUs: 4, latencyUs: 2 });
  test.each([
    ["ring", ringAllReduce, allReduceUs(n, BYTES, link)],
    ["tree", treeAllReduce, allReduceUs(n, BYTES, link, "tree")],
    ["halving and doubling", halvingDoublingAllReduce, allReduceUs(n, BYTES, link, "halving-doubling")],
    ["all-gather", ringAllGather, allGatherUs(n, BYTES, link)],
    ["reduce-scatter", ringReduceScatter, reduceScatterUs(n, BYTES, link)],
    ["all-to-all", allToAll, allToAllUs(n, BYTES, link)],
    ["broadcast", ((steps) => broadcast(steps, [...steps.last])) as Collective, broadcastUs(n, BYTES, link)],
  ] as const)("%s", (name, collective, estimate) => {
    expect(compare(`${name} of ${n}`, estimate, engineUs(collective, cluster, BYTES))).toBeCloseTo(0, 9);
  });
});

test("halving and doubling split in two take the same", () => {
  const cluster = machines([4], { insideBytesPerUs: 4, latencyUs: 2 });
  const parts = engineUs(halve, cluster, BYTES) + engineUs(double, cluster, BYTES);
  expect(parts).toBeCloseTo(allReduceUs(4, BYTES, link, "halving-doubling"), 9);
});

test("rails of machines with links of their own take the time of the formula", () => {
  const cluster = machines([4, 4], { insideBytesPerUs: 4, betweenBytesPerUs: 1, latencyUs: 2 });
  const machineOf = Int32Array.from({ length: 8 }, (_, d) => Math.floor(d / 4));
  const between = { alphaUs: 2, usPerByte: 1 };
  const estimate = railsAllReduceUs({ machines: 2, ranks: 4 }, BYTES, { inside: link, between });
  const engine = engineUs((steps) => railsAllReduce(steps, machineOf), cluster, BYTES);
  expect(compare("rails of 2 x 4", estimate, engine)).toBeCloseTo(0, 9);
});

test("groups that share a link take the formula with their number, but for the delays they hide", () => {
  const cluster = machines([2, 2], { insideBytesPerUs: 4, betweenBytesPerUs: 1, latencyUs: 2 });
  const count = 4;
  const cable = (a: number): number => (a < 2 ? 0 : 2) * count + (a < 2 ? 2 : 0);
  const routes = cluster.routes.map((row, a) =>
    row.map((route, b) => (a < 2 === b < 2 ? route : [cable(a)])),
  );
  const strided: Collective = (steps) => {
    const last = [...steps.last];
    for (const pair of [
      [0, 2],
      [1, 3],
    ]) {
      const own = {
        ...steps,
        step: (i: number) => steps.step(pair[i]),
        last: pair.map((member) => steps.last[member]),
      };
      ringAllReduce(own).forEach((task, i) => {
        last[pair[i]] = task;
      });
    }
    return last;
  };
  const engine = engineUs(strided, { ...cluster, routes }, BYTES);
  const estimate = allReduceUs(2, BYTES, { alphaUs: 2, usPerByte: 1, contention: 2 });
  const blind = allReduceUs(2, BYTES, { alphaUs: 2, usPerByte: 1 });
  expect(Math.abs(compare("two rings through one cable", estimate, engine))).toBeLessThan(0.01);
  expect(compare("the same without contention", blind, engine)).toBeLessThan(-0.45);
});
