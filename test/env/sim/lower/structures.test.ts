/** Plans of one structure share it; each gets the run that it has alone. */
import { expect, test } from "vitest";
import { evaluator } from "../../../../env/index.ts";
import { createPipelineRunner, runPipeline } from "../../../../env/sim/lower/run.ts";
import { createStructures } from "../../../../env/sim/lower/structures.ts";
import { chainScenario, pipelineOf, uniformLayers } from "../../model/plan/chain.ts";
import { drawnPipeline } from "./drawn-pipelines.ts";

const layers = [1, 5, 2, 4].map((us) => ({
  forwardUs: us,
  backwardUs: 2 * us,
  weightBytes: us,
  keptBytes: 3 * us,
  outputBytes: 2,
}));
const scenario = chainScenario({ layers, devices: 2, bytesPerUs: 3, memoryBytes: 40 });
const texts = [
  "0@0 | 1-3@1 x4 1f1b",
  "0-1@0 | 2-3@1 x4 1f1b",
  "0-2@0 | 3@1 x4 1f1b",
  "0-1@0 | 2-3@1 x2 1f1b",
];

test("a shifted cut keeps the structure, other micro-batches do not", () => {
  const structures = createStructures(scenario);
  const [first, second, third, fourth] = texts.map(
    (text) => structures.of(pipelineOf(scenario, text)).structure,
  );
  expect(second).toBe(first);
  expect(third).toBe(first);
  expect(fourth).not.toBe(first);
  expect(structures.of(pipelineOf(scenario, `${texts[0]} sync=exposed`)).structure).not.toBe(first);
});

test("a runner gives what a fresh run gives, in any order of plans", () => {
  const { run } = createPipelineRunner(scenario);
  for (const text of [...texts, ...texts.toReversed(), texts[1]]) {
    const plan = pipelineOf(scenario, text);
    const [shared, fresh] = [run(plan), runPipeline(scenario, plan)];
    expect(shared.iterationUs).toBe(fresh.iterationUs);
    expect(shared.peakBytes).toEqual(fresh.peakBytes);
    expect(shared.violation).toEqual(fresh.violation);
  }
});

test("so it does for random pipelines, twice each", () => {
  for (let seed = 0; seed < 36; seed++) {
    const { scenario: drawn, plan } = drawnPipeline(seed, { networks: ["egress"], memoryBytes: 60 });
    if (plan.sync === "exposed") continue;
    const { run } = createPipelineRunner(drawn);
    const first = run(plan);
    const [us, peaks, violation] = [first.iterationUs, first.peakBytes.slice(), first.violation];
    const again = run(plan);
    expect([again.iterationUs, again.peakBytes, again.violation]).toEqual([us, peaks, violation]);
  }
});

test("few structures are kept", () => {
  const structures = createStructures(scenario);
  const plan = (M: number) => pipelineOf(scenario, `0@0 | 1-3@1 x${M} 1f1b`);
  const first = structures.of(plan(1)).structure;
  for (let M = 2; M <= 20; M++) structures.of(plan(M));
  expect(structures.of(plan(1)).structure).not.toBe(first);
});

test("an outcome has its own peaks, even when another plan was scored since", () => {
  const roomy = chainScenario({ layers, devices: 2 });
  const score = evaluator(roomy);
  const plans = texts.map((text) => pipelineOf(roomy, text));
  const outcomes = plans.map((plan) => score.evaluate(plan));
  expect(outcomes.map(({ peakBytes }) => peakBytes)).toEqual(
    plans.map((plan) => runPipeline(roomy, plan).peakBytes),
  );
  // Each is run again, as the one before took its place.
  expect(score.reruns).toBe(4);
});

test("devices that wait for each other are told of in a sentence", () => {
  const one = chainScenario({ layers: uniformLayers(2, { forwardUs: 1, backwardUs: 1 }), devices: 1 });
  const order = [
    [
      [1, 0, "backward"],
      [0, 0, "forward"],
      [1, 0, "forward"],
      [0, 0, "backward"],
    ],
  ];
  const plan = { ...pipelineOf(one, "0@0 | 1@0 x1 gpipe"), schedule: { name: "explicit", order } };
  expect(() => runPipeline(one, plan)).toThrow(/Schedule "explicit"|wait for each other for ever/);
});
