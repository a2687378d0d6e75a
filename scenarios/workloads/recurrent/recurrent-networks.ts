/**
 * Registry entries of unrolled recurrent networks, and of WaveNet, which replaced them for audio.
 */

import { lstmCell, unfusedLstmCell } from "../layers/recurrent-layers.ts";
import { wavenet } from "../sequence/wavenet.ts";
import { adam, momentum } from "../tape/optimizers.ts";
import { batch, type Workload, type WorkloadOption } from "../workload.ts";
import { gnmt } from "./gnmt.ts";
import { nmt } from "./nmt.ts";
import { rnnlm } from "./rnnlm.ts";

const steps = (count: number): WorkloadOption => ({
  describe: "time steps of source and target",
  default: count,
  min: 1,
  max: 200,
});

const fused: WorkloadOption = {
  describe: "0 makes an op of each kernel of an LSTM cell, 1 one of all pointwise ones",
  default: 1,
  min: 0,
  max: 1,
};
const cellOf = (value: number) => (value === 1 ? lstmCell : unfusedLstmCell);

const translate =
  (network: typeof nmt, layers: number): Workload["forward"] =>
  ({ batch, steps, fused }) =>
    network({ batch, steps, layers, width: 1024, vocabulary: 32_000, cell: cellOf(fused) });

const nmtOfLayers = (layers: number): Workload => ({
  name: `nmt-${layers}`,
  summary: `attention NMT, ${layers} + ${layers} LSTM layers of width 1024, unrolled`,
  source: "Luong, Pham, Manning, EMNLP 2015; sizes of GNMT (Wu et al. 2016)",
  optimizer: adam,
  options: { batch: batch(64), steps: steps(20), fused },
  forward: translate(nmt, layers),
});

const gnmtOfLayers = (layers: number): Workload => ({
  name: `gnmt-${layers}`,
  summary: `GNMT, ${layers} + ${layers} LSTM layers of width 1024, the first in both directions, unrolled`,
  source: "Wu et al., 2016",
  optimizer: adam,
  options: { batch: batch(128), steps: steps(20), fused },
  forward: translate(gnmt, layers),
});

export const recurrentNetworks: readonly Workload[] = [
  {
    name: "rnnlm",
    summary: "LSTM language model of the Penn Treebank, unrolled",
    source: "Zaremba, Sutskever, Vinyals, 2014",
    optimizer: momentum,
    options: {
      batch: batch(64),
      steps: { ...steps(35), describe: "time steps" },
      layers: { describe: "LSTM layers", default: 2, min: 1, max: 10 },
      width: { describe: "width of a layer", default: 1500, min: 16, max: 8192 },
      vocabulary: { describe: "words", default: 10_000, min: 2, max: 1_000_000 },
      fused,
    },
    forward: (values) =>
      rnnlm({
        batch: values.batch,
        steps: values.steps,
        layers: values.layers,
        width: values.width,
        vocabulary: values.vocabulary,
        cell: cellOf(values.fused),
      }),
  },
  nmtOfLayers(2),
  nmtOfLayers(4),
  gnmtOfLayers(2),
  gnmtOfLayers(4),
  gnmtOfLayers(8),
  {
    name: "wavenet",
    summary: "WaveNet on raw audio",
    source: "van den Oord et al., 2016",
    optimizer: adam,
    options: {
      batch: batch(8),
      samples: { describe: "audio samples of an example", default: 8000, min: 2, max: 1_000_000 },
      stacks: { describe: "stacks of layers", default: 2, min: 1, max: 16 },
      layers: { describe: "layers of each stack", default: 9, min: 1, max: 20 },
    },
    forward: (values) =>
      wavenet({
        batch: values.batch,
        samples: values.samples,
        stacks: values.stacks,
        layers: values.layers,
        width: 64,
        skipWidth: 256,
      }),
  },
];
