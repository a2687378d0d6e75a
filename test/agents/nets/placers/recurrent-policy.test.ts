import { beforeAll, describe, expect, test } from "vitest";
import { argmaxRows, sampleLogits } from "../../../../agents/nets/categorical.ts";
import type { OneShotPolicy } from "../../../../agents/nets/one-shot-policy.ts";
import { recurrentNetwork } from "../../../../agents/nets/placers/recurrent-policy.ts";
import { recurrences } from "../../../../agents/tensors/sequence/recurrence.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tf } from "../../../../agents/tensors/types.ts";
import { testScenario } from "../../../../env/index.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { testBackend } from "../../tensors/test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

/** The third op runs on the first two devices alone. */
const scenario = testScenario({
  graph: "a 3 9B\nb 4 5B <- a\nc A:5|B:6 5B kinds=A|B <- b\nd 1 <- c",
  devices: ["A", "B", "C"],
});
const [groups, devices] = [4, 3];
const LEGAL = 3 * 3 * 2 * 3;
const features = { columns: 2, types: 0, values: Float32Array.of(0.1, 1, 0.4, 0, 0.7, 0.5, 1, 0.2) };

/** Decodes with the differentiable log-probabilities, one step after the other. */
function slowly(policy: OneShotPolicy, tilts: Float32Array, choose: (logits: Float32Array) => Int32Array) {
  const batch = tilts.length / devices;
  const placements = Array.from({ length: batch }, () => new Int32Array(groups));
  for (let g = 0; g < groups; g++) {
    const all = policy.logProbabilities(placements, tilts).dataSync() as Float32Array;
    const step = new Float32Array(batch * devices);
    for (let b = 0; b < batch; b++)
      step.set(all.subarray((b * groups + g) * devices, (b * groups + g + 1) * devices), b * devices);
    choose(step).forEach((device, b) => {
      placements[b][g] = device;
    });
  }
  return placements;
}

describe.each(recurrences)("the policy of a %s", (cell) => {
  const policyOf = () =>
    recurrentNetwork(tf, scenario, createRng("weights"), { cell, hidden: 5 }, () => features).on(scenario);

  test("writes what its log-probabilities say, greedily and at random", () => {
    const policy = policyOf();
    expect([policy.greedy()]).toEqual(
      slowly(policy, new Float32Array(devices), (x) => argmaxRows(x, devices)),
    );
    const rng = createRng("tilts");
    const tilts = Float32Array.from({ length: 4 * devices }, () => rng.normal());
    const [fast, slow] = [createRng("draws"), createRng("draws")];
    const drawn = policy.sample(tilts, fast);
    expect(drawn).toEqual(slowly(policy, tilts, (x) => sampleLogits(x, devices, slow)));
  });

  test("never chooses a device that cannot run the group, and its rows are probabilities", () => {
    const policy = policyOf();
    const placements = policy.sample(new Float32Array(40 * devices), createRng("many"));
    expect(placements.every((placement) => placement[2] < 2)).toBe(true);
    expect(new Set(placements.map((placement) => placement.join())).size).toBeGreaterThan(5);
    const rows = tf.sum(tf.exp(policy.logProbabilities(placements.slice(0, 3), new Float32Array(9))), 2);
    for (const sum of rows.dataSync()) expect(sum).toBeCloseTo(1, 5);
  });

  test("has the likeliest plan first in its beam, and what was chosen changes what follows", () => {
    const policy = policyOf();
    const beam = policy.beam!(LEGAL);
    const likelihood = (placement: Int32Array) => {
      const all = policy.logProbabilities([placement], new Float32Array(devices)).dataSync();
      return placement.reduce((sum, device, g) => sum + all[g * devices + device], 0);
    };
    const values = beam.map(likelihood);
    for (let i = 1; i < values.length; i++) expect(values[i]).toBeLessThanOrEqual(values[i - 1] + 1e-5);
    const second = (device: number) =>
      Array.from(
        policy.logProbabilities([Int32Array.of(device, 0, 0, 0)], new Float32Array(devices)).dataSync(),
      ).slice(devices, 2 * devices);
    expect(second(0)).not.toEqual(second(1));
  });
});
