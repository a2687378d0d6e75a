import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluator } from "../../../env/index.ts";
import { chainScenario, pipelineOf, uniformLayers } from "../../env/model/plan/chain.ts";
import { type Step, simulateStep } from "./step.ts";

const stepOf = (stages: Step["stages"], rest: Partial<Step> = {}): Step => ({
  name: "made up",
  stages,
  chunks: 1,
  microBatches: 4,
  sendS: new Array(stages.length - 1).fill(0),
  ...rest,
});
const seconds = fc.integer({ min: 1, max: 50 }).map((ms) => ms / 1000);
const closeTo = (given: number, expected: number) =>
  expect(Math.abs(given / expected - 1)).toBeLessThan(1e-6);

test("equal stages take (M + p - 1) (f + b), and the finish", () => {
  const sizes = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(sizes, sizes, seconds, seconds, seconds, (p, microBatches, forwardS, backwardS, finishS) => {
      const ops = [{ forwardS, backwardS }];
      const stages = Array.from({ length: p }, () => ({ ops, finishS }));
      const expected = (microBatches + p - 1) * (forwardS + backwardS) + finishS;
      closeTo(simulateStep(stepOf(stages, { microBatches })).seconds, expected);
    }),
    { numRuns: 25 },
  );
});

test("chunks on a device divide the bubble", () => {
  const ops = [{ forwardS: 0.001, backwardS: 0.002 }];
  const stages = Array.from({ length: 8 }, () => ({ ops, finishS: 0 }));
  const { seconds: time } = simulateStep(stepOf(stages, { chunks: 2, microBatches: 8 }));
  closeTo(time, (8 * 2 + 3) * 0.003);
});

test("ops of a stage run one after the other, and the slowest stage sets the pace", () => {
  const [fast, slow] = [
    { forwardS: 0.001, backwardS: 0.002 },
    { forwardS: 0.005, backwardS: 0.003 },
  ];
  const stages = [
    { ops: [fast, fast], finishS: 0 },
    { ops: [fast, slow], finishS: 0 },
  ];
  closeTo(simulateStep(stepOf(stages)).seconds, 0.006 + 4 * 0.011);
});

test("a send delays the fill and the drain; one that blocks costs every micro-batch", () => {
  const ops = [{ forwardS: 0.01, backwardS: 0.02 }];
  const stages = [
    { ops, finishS: 0 },
    { ops: [...ops, ...ops], finishS: 0 },
  ];
  const sendS = [0.001];
  const free = simulateStep(stepOf(stages, { sendS })).seconds;
  closeTo(free, 0.03 + 4 * 0.06 + 2 * 0.001);
  const blocked = simulateStep(stepOf(stages, { sendS, blocks: true })).seconds;
  expect(blocked).toBeGreaterThan(free + 0.005);
});

test("memory: weights with optimizer state and gradients, and activations in flight", () => {
  const ops = [{ forwardS: 0.001, backwardS: 0.002, weightBytes: 1e6, keptBytes: 1e9 }];
  const stages = Array.from({ length: 3 }, () => ({ ops, finishS: 0 }));
  const { peakBytes } = simulateStep(stepOf(stages, { microBatches: 8, optimizerSlots: 4 }));
  expect(Math.abs(peakBytes - (3e9 + 6e6))).toBeLessThan(1e5);
});

/** The slow twin: a device for each replica, gradients summed on their links by the engine. */
test.each([2, 3, 4])("one replica stands for %i that sum on links of their own", (replicas) => {
  const [stages, microBatches, bytesPerUs, weightBytes] = [2, 3, 100, 1.2e6];
  const layer = { forwardUs: 600, backwardUs: 1200, weightBytes, outputBytes: 0, updateUs: 50 };
  const scenario = chainScenario({
    layers: uniformLayers(stages, layer),
    devices: stages * replicas,
    bytesPerUs,
    batch: 12 * replicas,
  });
  const on = (stage: number) => Array.from({ length: replicas }, (_, r) => stage * replicas + r).join(",");
  const plan = pipelineOf(scenario, `0@${on(0)} | 1@${on(1)} x${microBatches} 1f1b sync=exposed`);
  const { value } = evaluator(scenario).evaluate(plan);
  const share = replicas * microBatches * 1e6;
  const ops = [{ forwardS: layer.forwardUs / share, backwardS: layer.backwardUs / share }];
  const sumUs = ((2 * (replicas - 1)) / replicas) * (weightBytes / bytesPerUs);
  const finishS = (sumUs + layer.updateUs) / 1e6;
  const folded = stepOf(
    Array.from({ length: stages }, () => ({ ops, finishS })),
    { microBatches },
  );
  closeTo(simulateStep(folded).seconds * 1e6, value as number);
});
