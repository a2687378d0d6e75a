import { beforeAll, describe, expect, test } from "vitest";
import { argmaxRows, sampleLogits } from "../../../agents/nets/categorical.ts";
import type { OneShotPolicy } from "../../../agents/nets/one-shot-policy.ts";
import type { SequenceSize } from "../../../agents/nets/placers/sequence-weights.ts";
import { sequenceNetwork } from "../../../agents/nets/sequence-network.ts";
import { loadTf } from "../../../agents/tensors/tf.ts";
import type { Tf } from "../../../agents/tensors/types.ts";
import { parseGraph, testScenario } from "../../../env/index.ts";
import { createRng } from "../../../env/model/rng.ts";
import { testBackend } from "../tensors/test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const scenario = testScenario({
  graph: parseGraph("a 3 9B\nb 4 5B <- a\nc 5 5B <- a\nd 1 2B <- b c\ne 2 <- d"),
  devices: 3,
});
const [groups, devices] = [5, 3];

const size: SequenceSize = {
  hidden: 6,
  bidirectional: false,
  groupInput: true,
  inputFeeding: false,
  projected: true,
  typeEmbedding: 0,
  attention: 5,
  embedding: 4,
  temperature: 0.3,
  clip: 3,
  groupBias: 0,
};

const networks: readonly (readonly [string, SequenceSize])[] = [
  ["that reads one way", size],
  ["that reads both ways and sees no group", { ...size, bidirectional: true, groupInput: false }],
  ["whose decoder sees what it attended to", { ...size, inputFeeding: true }],
  ["with a bias of each group", { ...size, groupBias: 20 }],
];

/** Its group biases, if it has any, are random, so that they differ between groups. */
function policyOf(chosenSize: SequenceSize): OneShotPolicy {
  const network = sequenceNetwork(tf, scenario, createRng("weights"), chosenSize);
  const own = network.weights.list.find(({ shape }) => shape.join() === "5,3");
  const rng = createRng("group bias");
  if (chosenSize.groupBias > 0)
    own!.assign(
      tf.tensor(
        Float32Array.from({ length: groups * devices }, () => 0.1 * rng.normal()),
        own!.shape,
      ),
    );
  return network.on(scenario);
}

/** Decodes with the differentiable log-probabilities, one step after the other. */
function slowly(
  policy: OneShotPolicy,
  tilts: Float32Array,
  choose: (logits: Float32Array) => Int32Array,
): Int32Array[] {
  const batch = tilts.length / devices;
  const placements = Array.from({ length: batch }, () => new Int32Array(groups));
  for (let g = 0; g < groups; g++) {
    const all = policy.logProbabilities(placements, tilts).dataSync() as Float32Array;
    const step = new Float32Array(batch * devices);
    for (let b = 0; b < batch; b++) {
      const from = (b * groups + g) * devices;
      step.set(all.subarray(from, from + devices), b * devices);
    }
    choose(step).forEach((device, b) => {
      placements[b][g] = device;
    });
  }
  return placements;
}

describe.each(networks)("a sequence network %s", (_, chosenSize) => {
  test("samples what its log-probabilities say, draw for draw", () => {
    const policy = policyOf(chosenSize);
    const tilts = Float32Array.of(0, 0, 0, 2, 0, -1, 0, 1, 0, -2, 0, 2);
    const slowRng = createRng("draws");
    const slow = slowly(policy, tilts, (logits) => sampleLogits(logits, devices, slowRng));
    expect(policy.sample(tilts, createRng("draws"))).toEqual(slow);
  });

  test("takes the likeliest device at every step when greedy", () => {
    const policy = policyOf(chosenSize);
    const [slow] = slowly(policy, new Float32Array(devices), (logits) => argmaxRows(logits, devices));
    expect(policy.greedy()).toEqual(slow);
    expect(policy.beam!(1)).toEqual([slow]);
  });
});

test("sampling under noise follows the log-probabilities under the same noise", () => {
  const policy = sequenceNetwork(tf, scenario, createRng("weights"), size).on(scenario);
  const rng = createRng("noise");
  const values = Float32Array.from({ length: 2 * groups * devices }, () => 0.5 * rng.normal());
  for (const relative of [false, true]) {
    const noise = { values, relative };
    const tilts = new Float32Array(2 * devices);
    const sampled = policy.sample(tilts, createRng("draws"), undefined, noise);
    const draws = createRng("draws");
    const placements = [new Int32Array(groups), new Int32Array(groups)];
    for (let g = 0; g < groups; g++) {
      const all = policy.logProbabilities(placements, tilts, noise).dataSync() as Float32Array;
      const rows = placements.map((_, b) => all.subarray((b * groups + g) * devices).slice(0, devices));
      sampleLogits(Float32Array.from(rows.flatMap((row) => [...row])), devices, draws).forEach(
        (device, b) => {
          placements[b][g] = device;
        },
      );
    }
    expect(sampled).toEqual(placements);
  }
});
