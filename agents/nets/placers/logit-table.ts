/**
 * The factored policy: one row of logits per group and a bias for each device, nothing that looks
 * at the graph. It is the floor that every network has to beat.
 */
import { allowedDevices } from "../../../env/model/cluster/allowed-devices.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Tf } from "../../tensors/types.ts";
import { argmaxRows, likeliestRows, maskBias, sampleLogits } from "../categorical.ts";
import type { OneShotNetwork } from "../one-shot-policy.ts";
import { createWeights } from "../weights.ts";

/** A row of logits for each group, and a bias for each device. */
export function logitTable(tf: Tf, first: Scenario): OneShotNetwork {
  const weights = createWeights(tf);
  const table = weights.zeros("logits", [first.grouping.groupCount, first.cluster.devices.length]);
  const bias = weights.zeros("device bias", [first.cluster.devices.length]);
  return {
    weights,
    lastLayer: [bias],
    sizeOf: ({ grouping, cluster }) => `${grouping.groupCount} groups on ${cluster.devices.length} devices`,
    on(scenario) {
      const { groupCount: groups } = scenario.grouping;
      const devices = scenario.cluster.devices.length;
      const mask = tf.tensor(maskBias(allowedDevices(scenario)), [groups, devices]);
      const logits = () => tf.add(tf.add(table, bias), mask);
      const tilted = (tilts: Float32Array) =>
        tf.add(tf.expandDims(logits(), 0), tf.tensor(tilts, [tilts.length / devices, 1, devices]));
      return {
        sample(tilts, rng, sampling) {
          const actions = sampleLogits(tilted(tilts).dataSync() as Float32Array, devices, rng, sampling);
          const batch = tilts.length / devices;
          return Array.from({ length: batch }, (_, b) => actions.subarray(b * groups, (b + 1) * groups));
        },
        logProbabilities: (_, tilts) => tf.logSoftmax(tilted(tilts)),
        beam: (width) => likeliestRows(logits().dataSync() as Float32Array, devices, width),
        greedy: () => argmaxRows(logits().dataSync() as Float32Array, devices),
        dispose: () => mask.dispose(),
      };
    },
  };
}
