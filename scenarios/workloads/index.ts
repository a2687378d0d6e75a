/**
 * The registry of built-in workloads: one entry for each network, with the options that a scenario URI may set. Adding a
 * network is one file that records a tape, and one entry here.
 */
import type { OpGraph } from "../../env/index.ts";
import { trainingGraph } from "./backward.ts";
import { BERT_POSITIONS, bert } from "./bert.ts";
import { inceptionV3 } from "./inception-v3.ts";
import { nmt } from "./nmt.ts";
import { adam, momentum, type Optimizer } from "./optimizers.ts";
import { resnet50 } from "./resnet-50.ts";
import type { Tape } from "./tape.ts";

/** A whole number that a URI may set, such as `batch=64`. */
export interface WorkloadOption {
  readonly describe: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

export interface Workload {
  readonly name: string;
  readonly summary: string;
  /** Paper of the network. */
  readonly source: string;
  readonly optimizer: Optimizer;
  readonly options: Readonly<Record<string, WorkloadOption>>;
  /** The forward pass; the values of all options are given. */
  readonly forward: (values: Readonly<Record<string, number>>) => Tape;
}

const batch = (size: number): WorkloadOption => ({
  describe: "examples in a step",
  default: size,
  min: 1,
  max: 4096,
});

const nmtOfLayers = (layers: number): Workload => ({
  name: `nmt-${layers}`,
  summary: `attention NMT, ${layers} + ${layers} LSTM layers of width 1024, unrolled`,
  source: "Luong, Pham, Manning, EMNLP 2015; sizes of GNMT (Wu et al. 2016)",
  optimizer: adam,
  options: {
    batch: batch(64),
    steps: { describe: "time steps of source and target", default: 20, min: 1, max: 200 },
  },
  forward: (values) =>
    nmt({ batch: values.batch, steps: values.steps, layers, width: 1024, vocabulary: 32_000 }),
});

export const workloadCatalog: readonly Workload[] = [
  {
    name: "inception-v3",
    summary: "Inception-V3 on 299x299 images",
    source: "Szegedy et al., CVPR 2016",
    optimizer: momentum,
    options: {
      batch: batch(32),
      aux: { describe: "1 adds the auxiliary classifier", default: 0, min: 0, max: 1 },
    },
    forward: (values) => inceptionV3({ batch: values.batch, aux: values.aux === 1 }),
  },
  {
    name: "resnet-50",
    summary: "ResNet-50 on 224x224 images",
    source: "He et al., CVPR 2016",
    optimizer: momentum,
    options: { batch: batch(32) },
    forward: (values) => resnet50({ batch: values.batch }),
  },
  nmtOfLayers(2),
  nmtOfLayers(4),
  {
    name: "bert-base",
    summary: "BERT-base, fine-tuned to classify sentence pairs",
    source: "Devlin et al., NAACL 2019",
    optimizer: adam,
    options: {
      batch: batch(32),
      tokens: { describe: "tokens in a sequence", default: 128, min: 1, max: BERT_POSITIONS },
      layers: { describe: "encoder layers", default: 12, min: 1, max: 48 },
    },
    forward: (values) => bert({ batch: values.batch, tokens: values.tokens, layers: values.layers }),
  },
];

/** One training step: forward, backward and update ops. */
export const buildWorkload = (workload: Workload, values: Readonly<Record<string, number>>): OpGraph =>
  trainingGraph(workload.forward(values), workload.optimizer);
