/** Registry entries of encoders and of decoder-only Transformers. */

import { BERT_POSITIONS, bert } from "../sequence/bert.ts";
import { gpt } from "../sequence/gpt.ts";
import { transformerXl } from "../sequence/transformer-xl.ts";
import { adam } from "../tape/optimizers.ts";
import { batch, type Workload, type WorkloadOption } from "../workload.ts";

const tokens = (count: number, max: number): WorkloadOption => ({
  describe: "tokens in a sequence",
  default: count,
  min: 1,
  max,
});
const layers = (count: number): WorkloadOption => ({
  describe: "layers",
  default: count,
  min: 1,
  max: Math.max(48, count),
});

const bertOf = (size: string, layerCount: number, width: number, heads: number): Workload => ({
  name: `bert-${size}`,
  summary: `BERT-${size}, fine-tuned to classify sentence pairs`,
  source: "Devlin et al., NAACL 2019",
  optimizer: adam,
  options: {
    batch: batch(32),
    tokens: tokens(128, BERT_POSITIONS),
    layers: { ...layers(layerCount), describe: "encoder layers" },
  },
  forward: (values) =>
    bert({ batch: values.batch, tokens: values.tokens, layers: values.layers, width, heads }),
});

interface GptFamily {
  readonly name: string;
  readonly source: string;
  readonly positions: number;
  readonly batch: number;
}

const gptOf = (
  family: GptFamily,
  size: string,
  layerCount: number,
  width: number,
  heads: number,
): Workload => ({
  name: `${family.name}-${size}`,
  summary: `${family.name.toUpperCase()} of ${size.toUpperCase()} parameters, training as a language model`,
  source: family.source,
  optimizer: adam,
  options: {
    batch: batch(family.batch),
    tokens: tokens(family.positions, family.positions),
    layers: layers(layerCount),
  },
  forward: (values) =>
    gpt({
      batch: values.batch,
      tokens: values.tokens,
      layers: values.layers,
      width,
      heads,
      positions: family.positions,
    }),
});

const gpt2: GptFamily = { name: "gpt2", source: "Radford et al., 2019", positions: 1024, batch: 8 };
const gpt3: GptFamily = { name: "gpt3", source: "Brown et al., NeurIPS 2020", positions: 2048, batch: 1 };

export const languageModels: readonly Workload[] = [
  bertOf("base", 12, 768, 12),
  bertOf("large", 24, 1024, 16),
  gptOf(gpt2, "124m", 12, 768, 12),
  gptOf(gpt2, "355m", 24, 1024, 16),
  gptOf(gpt2, "774m", 36, 1280, 20),
  gptOf(gpt2, "1.5b", 48, 1600, 25),
  gptOf(gpt3, "125m", 12, 768, 12),
  gptOf(gpt3, "350m", 24, 1024, 16),
  gptOf(gpt3, "760m", 24, 1536, 16),
  // The paper's 24 heads of 128 do not make a width of 2048; 16 do, and give the published number
  // of parameters.
  gptOf(gpt3, "1.3b", 24, 2048, 16),
  gptOf(gpt3, "2.7b", 32, 2560, 32),
  gptOf(gpt3, "6.7b", 32, 4096, 32),
  // 40 heads of 128 make 5120, where the paper's table says 5140.
  gptOf(gpt3, "13b", 40, 5120, 40),
  gptOf(gpt3, "175b", 96, 12288, 96),
  {
    name: "transformer-xl",
    summary: "Transformer-XL on the characters of enwik8",
    source: "Dai et al., ACL 2019",
    optimizer: adam,
    options: {
      batch: batch(8),
      tokens: tokens(512, 4096),
      memory: { describe: "tokens remembered from before", default: 512, min: 1, max: 4096 },
      layers: layers(12),
      width: { describe: "width of a layer, a multiple of 8", default: 512, min: 8, max: 8192 },
      inner: { describe: "inner width of the feed-forward part", default: 2048, min: 8, max: 32_768 },
    },
    forward: (values) =>
      transformerXl({
        batch: values.batch,
        tokens: values.tokens,
        memory: values.memory,
        layers: values.layers,
        width: values.width,
        heads: 8,
        innerWidth: values.inner,
      }),
  },
];
