/** Times and memory of layers on a submesh against what the simulator says of the same plan. */
import { describe, expect, test } from "vitest";
import { intraUs, layerCosts, mostInFlight } from "../../../../../agents/exact/stages/alpa/intra-cost.ts";
import { tensorRegions } from "../../../../../agents/problems/pipeline/tensor-regions.ts";
import { layerChain } from "../../../../../env/model/layers/layer-chain.ts";
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
    const estimateUs = intraUs(costsOf(degree), 0, chain.count, shape(replicas));
    // Two sums of the estimate take no time. Nobody needs the gradient of the stack's input.
    // That of the second block is summed while its weight gradients are made.
    const bytes = 8 * 8 * 4;
    const freeUs = degree === 1 ? 0 : (2 * 2 * (degree - 1) * bytes) / degree / replicas / 10;
    expect(estimateUs - freeUs).toBeCloseTo(evaluator(scenario).evaluate(plan).value!, 6);
  });
});

describe("memory", () => {
  const weights = 2 * 2 * 4 * 8 * 8;
  const memory = (memoryBytes: number) => ({ memoryBytes, optimizerSlots: 2 });

  test("has no room where weights, gradients and optimizer do not fit", () => {
    expect(mostInFlight(costsOf(1), 0, chain.count, shape(1, 4), memory(4 * weights - 1))).toBe(0);
    expect(mostInFlight(costsOf(4), 0, chain.count, shape(1, 4), memory(weights - 1))).toBe(0);
    expect(mostInFlight(costsOf(4), 0, chain.count, shape(1, 4), memory(4 * weights))).toBe(4);
  });

  test("takes more micro-batches with more replicas", () => {
    const most = (replicas: number) =>
      mostInFlight(costsOf(1), 0, chain.count, shape(replicas, 8), memory(4 * weights + 1000));
    expect(most(1)).toBeGreaterThan(0);
    expect(most(2)).toBeGreaterThanOrEqual(2 * most(1));
  });
});
