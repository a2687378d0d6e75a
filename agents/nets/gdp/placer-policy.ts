/** GDP's network on one scenario: its nodes, their neighbours, its mask. */
import { allowedDevices } from "../../../env/model/cluster/allowed-devices.ts";
import { groupGraph } from "../../../env/model/coarsen/group-graph.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { neighboursOf } from "../../tensors/graph/neighbour-max.ts";
import type { Tensor, Tf } from "../../tensors/types.ts";
import { argmaxRows, likeliestRows, maskBias, sampleLogits } from "../categorical.ts";
import type { OneShotPolicy } from "../one-shot-policy.ts";
import { type FeatureSet, featureCount, nodeFeatures } from "./node-features.ts";
import type { Placer } from "./placer.ts";

export interface PlacerView {
  readonly features: FeatureSet;
  /** A first placement, and what its logits get more. */
  readonly start: { readonly device: Int32Array; readonly bias: number } | null;
  /** Factor on the learned numbers of the places; 0 leaves them out. */
  readonly groupBias: number;
}

export function placerPolicy(tf: Tf, placer: Placer, scenario: Scenario, view: PlacerView): OneShotPolicy {
  const groups = groupGraph(scenario);
  const { groupCount: nodes, deviceCount: devices } = groups;
  const seen = nodeFeatures(scenario, groups, view.features);
  const features = tf.tensor2d(seen, [nodes, featureCount(view.features)]);
  const prior = tf.tensor2d(priorOf(scenario, view.start), [nodes, devices]);
  const neighbours = neighboursOf(nodes, groups.edgeSource, groups.edgeDestination);
  const logits = (): Tensor => {
    const read = tf.add(placer.logits(features, neighbours, devices), prior);
    if (view.groupBias === 0) return read;
    return tf.add(read, tf.mul(placer.placeBias(nodes, devices), view.groupBias));
  };

  return {
    sample(tilts, rng, sampling) {
      const straight = logits().dataSync() as Float32Array;
      return Array.from({ length: tilts.length / devices }, (_, b) => {
        const tilted = straight.map((logit, i) => logit + tilts[b * devices + (i % devices)]);
        return sampleLogits(tilted, devices, rng, sampling);
      });
    },
    logProbabilities(_, tilts) {
      const batch = tilts.length / devices;
      const offsets = tf.tensor(tilts, [batch, 1, devices]);
      if (tilts.every((tilt) => tilt === 0)) return tf.add(tf.logSoftmax(logits()), offsets);
      return tf.logSoftmax(tf.add(logits(), offsets));
    },
    beam: (width) => likeliestRows(logits().dataSync() as Float32Array, devices, width),
    greedy: () => argmaxRows(logits().dataSync() as Float32Array, devices),
    dispose() {
      tf.dispose([features, prior]);
    },
  };
}

/** The mask of illegal devices, and the head start of a first placement. */
function priorOf(scenario: Scenario, start: PlacerView["start"]): Float32Array {
  const prior = maskBias(allowedDevices(scenario));
  const devices = scenario.cluster.devices.length;
  start?.device.forEach((device, g) => {
    prior[g * devices + device] += start.bias;
  });
  return prior;
}
