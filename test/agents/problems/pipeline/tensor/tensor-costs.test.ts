/** Times and memory of layers on a submesh against what the simulator says of the same plan. */
import { describe, expect, test } from "vitest";
import {
  batchEndUs,
  layerCosts,
  mostInFlight,
  stageBytes,
  tensorPassUs,
} from "../../../../../agents/problems/pipeline/tensor/tensor-costs.ts";
import { layerChain } from "../../../../../env/model/layers/layer-chain.ts";
import { tensorRegions } from "../../../../../env/model/layers/tensor-regions.ts";
import { evaluator } from "../../../../../env/sim/objectives/evaluator.ts";
import { blockScenario, hybridPlan, megatronSplit } from "../../../../env/sim/lower/inside/blocks.ts";
import { machines } from "../../../../env/sim/lower/machines.ts";

const scenario = blockScenario(2, machines([4]), { optimizerSlots: 2 });
const chain = layerChain(scenario);
if (typeof chain === "string") throw new Error(chain);
const link = { alphaUs: 0, usPerByte: 1 / 10 };
const costsOf = (degree: number) => layerCosts(chain, 0, degree, tensorRegions(scenario.graph, degree));
const shape = (replicas: number, microBatches = 1) => ({
  replicas,
  microBatches,
  tensorLink: link,
  dataLink: link,
});

describe("one stage", () => {
  test.each([
    [1, 1],
    [2, 1],
    [4, 1],
    [1, 4],
    [2, 2],
    [1, 2],
  ])("of %i tensor ranks and %i replicas takes the simulated time", (degree, replicas) => {
    const inside = { axes: [{ name: "tensor", size: degree }] };
    const devices = Array.from({ length: degree * replicas }, (_, d) => d);
    const plan = hybridPlan(scenario, [{ devices, inside }], megatronSplit(0));
    const costs = costsOf(degree);
    const range = { first: 0, end: chain.count };
    const estimateUs =
      tensorPassUs(costs, "forward", range, shape(replicas)) +
      tensorPassUs(costs, "backward", range, shape(replicas)) +
      batchEndUs(costs, range, shape(replicas));
    // Two sums of the estimate take no time. Nobody needs the gradient of the stack's input.
    // That of the second block is summed while its weight gradients are made.
    const bytes = 8 * 8 * 4;
    const freeUs = degree === 1 ? 0 : (2 * 2 * (degree - 1) * bytes) / degree / replicas / 10;
    expect(estimateUs - freeUs).toBeCloseTo(evaluator(scenario).evaluate(plan).value!, 6);
  });
});

describe("memory", () => {
  const weights = 2 * 2 * 4 * 8 * 8;
  const range = { first: 0, end: chain.count };
  const plain = { recompute: false, zero: false, optimizerSlots: 2 };
  const most = (degree: number, replicas: number, memoryBytes: number, treatment = plain) =>
    mostInFlight(stageBytes(costsOf(degree), range, shape(replicas, 8), treatment), memoryBytes, 8);

  test("has no room where weights, gradients and optimizer do not fit", () => {
    expect(most(1, 1, 4 * weights - 1)).toBe(0);
    expect(most(4, 1, weights - 1)).toBe(0);
    expect(most(4, 1, 4 * weights)).toBe(8);
  });

  test("takes more micro-batches with more replicas, and with recomputation", () => {
    const room = 4 * weights + 700;
    expect(most(1, 1, room)).toBeGreaterThan(0);
    expect(most(1, 2, room)).toBeGreaterThanOrEqual(2 * most(1, 1, room));
    expect(most(1, 1, room, { ...plain, recompute: true })).toBeGreaterThan(most(1, 1, room));
  });

  test("holds the optimizer's state by parts where replicas divide it", () => {
    const { fixed } = stageBytes(costsOf(1), range, shape(4, 8), { ...plain, zero: true });
    expect(fixed).toBe(weights * (1 + 1 + 2 / 4));
  });
});
