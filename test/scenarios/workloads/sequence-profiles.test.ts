/**
 * GNMT against the two profiles of it that PipeDream's authors measured. They are independent
 * evidence for the weights and times of every recurrent layer and of the attention. Their files
 * name no device; their paper's clusters have V100s. Their cuDNN kernels keep two biases for each
 * gate where ours has one. Their vocabulary has 32,320 word pieces.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Role, runTimesUs } from "../../../env/index.ts";
import { buildWorkload, deviceOf, workloadCatalog } from "../../../scenarios/index.ts";
import { layerOf } from "../../../scenarios/workloads/layers/layer-graph.ts";
import { sharedPath } from "../../shared-folder.ts";

/**
 * Profile, workload, options of the profiled run, and the largest ratio of roofline to measured
 * time. Batch and steps follow from the sizes of states and outputs. At a batch of 32 the profiled
 * cuDNN kernels are far faster than an unrolled graph can be. They make one product of all time
 * steps. An unrolled graph reads the weights in each step, and adds a gradient of their size for
 * each.
 */
const profiles = [
  ["gnmt", "gnmt-4", { batch: 32, steps: 48 }, 2.5],
  ["gnmt_large", "gnmt-8", { batch: 128, steps: 25 }, 1.25],
] as const;

const SECOND_BIAS_BYTES = 4 * 1024 * 4;

/**
 * Forward and backward times of recurrent layers in us, and their weights in bytes without cuDNN's
 * second biases.
 */
function readProfile(path: string) {
  const layers = readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      const found =
        / -- (.*) -- forward_compute_time=([\d.]+), backward_compute_time=([\d.]+), .*parameter_size=([\d.]+)/.exec(
          line,
        );
      if (found === null || !/^(LSTM|EmuBidirLSTM|RecurrentAttention)\(/.test(found[1])) return [];
      const [forwardMs, backwardMs, weightBytes] = found.slice(2).map(Number);
      // The description of EmuBidirLSTM lists more layers than hold weights: two do, one for each
      // direction.
      const cells = found[1].startsWith("EmuBidir") ? 2 : 1;
      return [{ us: 1000 * (forwardMs + backwardMs), weightBytes: weightBytes - cells * SECOND_BIAS_BYTES }];
    });
  return {
    weights: layers.map(({ weightBytes }) => weightBytes).sort((a, b) => a - b),
    us: sumOf(layers.map(({ us }) => us)),
  };
}

/**
 * The same for our workload. The attention belongs to the decoder layer that queries it, as in the
 * profile.
 */
function readWorkload(name: string, given: Readonly<Record<string, number>>) {
  const workload = workloadCatalog.find((entry) => entry.name === name)!;
  const defaults = Object.entries(workload.options).map(([key, option]) => [key, option.default]);
  const graph = buildWorkload(workload, { ...Object.fromEntries(defaults), ...given });
  const devices = [deviceOf("V100", "gpu:0")];
  const times = runTimesUs(graph, { name: "one V100", devices, links: [], routes: [[[]]] });
  const weights = new Map<string, number>();
  let us = 0;
  graph.names.forEach((op, v) => {
    const layer = layerOf(op) === "attention" ? "decoder/layer_0" : layerOf(op);
    if (!/coder\/layer_/.test(layer)) return;
    weights.set(layer, (weights.get(layer) ?? 0) + graph.parameterBytes[v]);
    if (graph.role[v] !== Role.update) us += times[v];
  });
  return { weights: [...weights.values()].sort((a, b) => a - b), us };
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const folder = sharedPath("data", "pipedream");

test.skipIf(folder === null).each(profiles)(
  "%s: the layers of %s have its weights and about its time",
  (profile, name, given, most) => {
    const path = join(folder!, `${profile}.graph.txt`);
    const [theirs, ours] = [readProfile(path), readWorkload(name, given)];
    const ratio = ours.us / theirs.us;
    console.log(`${name}: the roofline of a V100 takes ${ratio.toFixed(2)} of the measured time`);
    expect(ours.weights).toEqual(theirs.weights);
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(most);
  },
);
