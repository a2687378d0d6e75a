/** Registry entries of encoder-decoder Transformers. */

import { type T5Options, t5 } from "../sequence/t5.ts";
import { moe, transformer } from "../sequence/transformer.ts";
import { adafactor, adam } from "../tape/optimizers.ts";
import { batch, type Workload, type WorkloadOption } from "../workload.ts";

const tokens = (count: number): WorkloadOption => ({
  describe: "tokens of source and of target",
  default: count,
  min: 1,
  max: 4096,
});
const layers = (count: number): WorkloadOption => ({
  describe: "layers of encoder and of decoder",
  default: count,
  min: 1,
  max: 48,
});

const t5Of = (
  size: string,
  layerCount: number,
  sizes: Pick<T5Options, "width" | "innerWidth" | "heads" | "headWidth">,
): Workload => ({
  name: `t5-${size}`,
  summary: `T5-${size}, text to text`,
  source: "Raffel et al., JMLR 2020",
  optimizer: adafactor,
  options: { batch: batch(8), tokens: tokens(512), layers: layers(layerCount) },
  forward: (values) => t5({ ...sizes, batch: values.batch, tokens: values.tokens, layers: values.layers }),
});

export const translators: readonly Workload[] = [
  {
    name: "transformer-big",
    summary: "the big Transformer, English to German",
    source: "Vaswani et al., NeurIPS 2017",
    optimizer: adam,
    options: { batch: batch(64), tokens: tokens(64), layers: layers(6) },
    forward: (values) =>
      transformer({
        batch: values.batch,
        tokens: values.tokens,
        layers: values.layers,
        width: 1024,
        innerWidth: 4096,
        heads: 16,
        headWidth: 64,
        vocabulary: 37_000,
      }),
  },
  {
    name: "gshard-moe",
    summary: "a Transformer with mixtures of experts in every other layer",
    source: "Lepikhin et al., ICLR 2021",
    optimizer: adafactor,
    options: {
      batch: batch(32),
      tokens: tokens(128),
      layers: { ...layers(6), min: 2 },
      experts: { describe: "experts of a mixture", default: 128, min: 2, max: 2048 },
      shards: {
        describe: "ops that the experts of a mixture are spread over",
        default: 8,
        min: 1,
        max: 2048,
      },
    },
    forward: (values) =>
      moe({
        batch: values.batch,
        tokens: values.tokens,
        layers: values.layers,
        experts: values.experts,
        shards: values.shards,
        width: 1024,
        innerWidth: 8192,
        heads: 16,
        headWidth: 128,
        vocabulary: 64_000,
        targetVocabulary: 32_000,
      }),
  },
  t5Of("small", 6, { width: 512, innerWidth: 2048, heads: 8, headWidth: 64 }),
  t5Of("base", 12, { width: 768, innerWidth: 3072, heads: 12, headWidth: 64 }),
  t5Of("large", 24, { width: 1024, innerWidth: 4096, heads: 16, headWidth: 64 }),
  t5Of("3b", 24, { width: 1024, innerWidth: 16_384, heads: 32, headWidth: 128 }),
  t5Of("11b", 24, { width: 1024, innerWidth: 65_536, heads: 128, headWidth: 128 }),
];
