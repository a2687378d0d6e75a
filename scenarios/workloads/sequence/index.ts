/** The registry of networks on sequences, tables and graphs. */
import { adam } from "../optimizers.ts";
import { batch, type Workload } from "../workload.ts";
import { BERT_POSITIONS, bert } from "./bert.ts";
import { nmt } from "./nmt.ts";

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

export const sequenceWorkloads: readonly Workload[] = [
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
