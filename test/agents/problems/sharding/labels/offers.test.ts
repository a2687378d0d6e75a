import { expect, test } from "vitest";
import {
  batchAlone,
  batchOnFirst,
  everyDimension,
  fullyDivided,
  type Offer,
  offeredSplits,
  outputDimensions,
} from "../../../../../agents/problems/sharding/labels/offers.ts";
import { machines } from "../../../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../../../env/sim/lower/sharding/sharded.ts";
import { perceptron } from "./small-networks.ts";

const { graph } = shardedScenario(perceptron([6, 8], 4), machines([4]));
const offered = (offer: Offer, sizes: readonly number[]) =>
  offeredSplits(graph, graph.names.indexOf("layer0"), [], { offer, sizes }).map((split) =>
    split.map((axes) => axes.join("")).join("/"),
  );

test("one axis goes to each dimension or to none", () => {
  // Batch 4, contraction 6, feature 8.
  expect(offered(everyDimension, [4])).toHaveLength(4);
  expect(offered(everyDimension, [5])).toHaveLength(3);
  expect(offered(everyDimension, [2, 2])).toHaveLength(16);
});

test("OptCNN divides no dimension that is summed", () => {
  expect(offered(outputDimensions, [4])).toHaveLength(3);
});

test("Alpa uses all ranks, in equal parts", () => {
  expect(offered(fullyDivided, [4])).toHaveLength(2);
  expect(offered(fullyDivided, [2, 2])).toHaveLength(8);
});

test("Alpa's ops that are no products may run whole, and its batch may have an axis of its own", () => {
  const loss = graph.names.indexOf("loss");
  const splits = offeredSplits(graph, loss, [], { offer: fullyDivided, sizes: [4] });
  expect(splits.map((split) => split.flat().length)).toContain(0);
  // The first axis divides the batch of 4; the second one that as well, or one of two others.
  expect(offered(batchOnFirst, [2, 2])).toEqual(["01//", "0/1/", "0//1"]);
  // Where the batch is too short, all is offered.
  expect(offered(batchOnFirst, [8])).toEqual(offered(fullyDivided, [8]));
});

test("data parallelism divides the batch, or nothing where it is too short", () => {
  expect(offered(batchAlone, [4])).toHaveLength(1);
  expect(offered(batchAlone, [8])).toEqual(["//"]);
});
