/**
 * Published counts of the networks on sequences, tables and graphs. Work without a published count
 * is counted by hand below, from the shapes of the papers alone: multiply-adds of the products of
 * one example. Figures were read in the named sources, or in public copies of their tables. Rounded
 * figures have the digits of their source.
 */
import type { CountRow } from "./count-row.ts";

const derived = "derived, by hand";
const gpt3Source =
  "Brown et al. 2020: parameters of table 2.1; 2 FLOP per parameter and token (table D.1), which leaves out attention: one token";

export const sequenceCounts: readonly CountRow[] = [
  {
    name: "rnnlm",
    parameters: 66e6,
    source: "Zaremba's large LSTM, as in the tables of Gal and Ghahramani (2016) and Shen et al. (2019)",
  },
  { name: "rnnlm", gigaMultiplyAdds: rnnlm(35, 2, 1500, 10_000), source: derived },
  {
    name: "nmt-2",
    exactParameters: nmtWeights(2),
    gigaMultiplyAdds: nmt(20, 2),
    source: derived,
  },
  {
    name: "nmt-4",
    exactParameters: nmtWeights(4),
    gigaMultiplyAdds: nmt(20, 4),
    source: derived,
  },
  {
    name: "gnmt-8",
    parameters: 278e6,
    gigaMultiplyAdds: 20 * 0.214,
    source:
      "Shazeer et al. (ICLR 2017), table 2: 214 million a time step (met with the softmax's product, 20 steps)",
  },
  { name: "gnmt-8", exactParameters: gnmtWeights(8), gigaMultiplyAdds: gnmt(20, 8), source: derived },
  { name: "gnmt-4", exactParameters: gnmtWeights(4), gigaMultiplyAdds: gnmt(20, 4), source: derived },
  { name: "gnmt-2", exactParameters: gnmtWeights(2), gigaMultiplyAdds: gnmt(20, 2), source: derived },
  {
    name: "wavenet",
    exactParameters: wavenetWeights(18, 64, 256),
    gigaMultiplyAdds: wavenet(8000, 18, 64, 256),
    source: derived,
  },
  {
    name: "bert-base",
    exactParameters: 109_483_778,
    source: "Hugging Face, BertForSequenceClassification with two labels",
  },
  {
    name: "bert-base",
    given: { tokens: 128 },
    gigaFlop: 22.5,
    source: "TinyBERT (Jiao et al., Findings of EMNLP 2020), table 1: FLOP of one sequence of 128 tokens",
  },
  {
    name: "bert-large",
    exactParameters: 335_141_888 + 2 * 1024 + 2,
    source: "Hugging Face, bert-large-uncased without a head; a head of two labels",
  },
  {
    name: "bert-large",
    given: { tokens: 128 },
    // The pooler, then the two labels.
    gigaMultiplyAdds: (24 * layer(128, 1024, 4096) + 1024 * 1024 + 2 * 1024) / 1e9,
    source: derived,
  },
  ...gpt2("124m", 124_439_808, 12, 768),
  ...gpt2("355m", 354_823_168, 24, 1024),
  ...gpt2("774m", 774_030_080, 36, 1280),
  ...gpt2("1.5b", 1_557_611_200, 48, 1600),
  ...gpt3("125m", 125e6),
  ...gpt3("350m", 350e6),
  ...gpt3("760m", 760e6),
  ...gpt3("1.3b", 1.3e9),
  // 2,650 million in table D.1 (from memory; table 2.1 rounds to 2.7 billion).
  ...gpt3("2.7b", 2.65e9),
  ...gpt3("6.7b", 6.7e9),
  ...gpt3("13b", 13e9),
  ...gpt3("175b", 175e9),
  { name: "transformer-xl", parameters: 41e6, source: "Dai et al. (ACL 2019), table 2, 12 layers" },
  {
    name: "transformer-xl",
    given: { layers: 24, width: 1024, inner: 3072 },
    parameters: 277e6,
    source: "Dai et al. (ACL 2019), table 2, 24 layers",
  },
  {
    name: "transformer-xl",
    gigaMultiplyAdds: transformerXl(512, 512, 12, 512, 2048),
    source: derived,
  },
  {
    name: "transformer-big",
    parameters: 213e6,
    source: "Vaswani et al. (NeurIPS 2017), table 3",
  },
  {
    name: "transformer-big",
    gigaMultiplyAdds:
      (6 * layer(64, 1024, 4096) + 6 * decoderLayer(64, 1024, 1024, 4096) + 64 * 1024 * 37_000) / 1e9,
    source: derived,
  },
  {
    // The paper's table 1 says 12.5 billion for 12 layers of 128 experts, 768 in all. Their two
    // products of 1024 x 8192 alone make 12.9.
    name: "gshard-moe",
    exactParameters: 768 * (2 * 1024 * 8192) + gshardDenseWeights(),
    gigaMultiplyAdds: gshard(128),
    source: derived,
  },
  ...t5("small", 60_506_624, 6, 512, 2048, 512),
  ...t5("base", 222_903_552, 12, 768, 3072, 768),
  ...t5("large", 737_668_096, 24, 1024, 4096, 1024),
  ...t5("3b", 2_851_598_336, 24, 1024, 16_384, 4096),
  ...t5("11b", 11_307_321_344, 24, 1024, 65_536, 16_384),
  {
    name: "dlrm-kaggle",
    exactParameters: 33_762_577 * 16 + mlp([13, 512, 256, 64, 16], 1) + mlp([16 + 351, 512, 256, 1], 1),
    gigaMultiplyAdds: (mlp([13, 512, 256, 64, 16], 0) + 27 * 27 * 16 + mlp([16 + 351, 512, 256, 1], 0)) / 1e9,
    source: `${derived}; Naumov et al. (2019) quote 540 million (from memory)`,
  },
  {
    name: "dlrm-terabyte",
    exactParameters: 187_767_399 * 128 + mlp([13, 512, 256, 128], 1) + mlp([479, 1024, 1024, 512, 256, 1], 1),
    gigaMultiplyAdds:
      (mlp([13, 512, 256, 128], 0) + 27 * 27 * 128 + mlp([479, 1024, 1024, 512, 256, 1], 0)) / 1e9,
    source: `${derived}; the width of 479 as in NVIDIA's and Meta's public scripts`,
  },
  {
    name: "ctr-dnn",
    exactParameters: 1_000_001 * 10 + mlp([273, 400, 400, 400, 2], 1),
    gigaMultiplyAdds: mlp([273, 400, 400, 400, 2], 0) / 1e9,
    source: derived,
  },
  {
    name: "gcn-reddit",
    exactParameters: 602 * 256 + 256 * 41,
    gigaMultiplyAdds: (232_965 * (602 * 256 + 256 * 41)) / 1e9,
    source: derived,
  },
];

/**
 * Weights (biases counted `biased` times) or multiply-adds of one example of fully connected
 * layers.
 */
function mlp(widths: readonly number[], biased: 0 | 1): number {
  return widths.slice(1).reduce((sum, width, l) => sum + width * (widths[l] + biased), 0);
}

/**
 * A Transformer layer over n tokens: four projections, scores and context, and two products of the
 * feed-forward part.
 */
function layer(n: number, width: number, inner: number, heads = width): number {
  return n * 4 * width * heads + 2 * n * n * heads + n * 2 * width * inner;
}

/** With a second attention, to an encoder's output of as many tokens. */
function decoderLayer(n: number, width: number, heads: number, inner: number): number {
  return layer(n, width, inner, heads) + n * 4 * width * heads + 2 * n * n * heads;
}

function gpt2(size: string, parameters: number, layers: number, width: number): readonly CountRow[] {
  const n = 1024;
  const products = layers * layer(n, width, 4 * width) + n * width * 50_257;
  return [
    { name: `gpt2-${size}`, exactParameters: parameters, source: "Hugging Face, GPT2LMHeadModel" },
    { name: `gpt2-${size}`, gigaMultiplyAdds: products / 1e9, source: derived },
  ];
}

function gpt3(size: string, parameters: number): readonly CountRow[] {
  return [
    {
      name: `gpt3-${size}`,
      given: { tokens: 1 },
      parameters,
      gigaMultiplyAdds: parameters / 1e9,
      source: gpt3Source,
    },
  ];
}

function t5(
  size: string,
  parameters: number,
  layers: number,
  width: number,
  inner: number,
  heads: number,
): readonly CountRow[] {
  const n = 512;
  const products =
    layers * (layer(n, width, inner, heads) + decoderLayer(n, width, heads, inner)) + n * width * 32_128;
  return [
    { name: `t5-${size}`, exactParameters: parameters, source: "Hugging Face, T5ForConditionalGeneration" },
    { name: `t5-${size}`, gigaMultiplyAdds: products / 1e9, source: derived },
  ];
}

/**
 * Each layer: products of content with its memory, positions and output; scores by content and by
 * position; context.
 */
function transformerXl(n: number, memory: number, layers: number, width: number, inner: number): number {
  const all = n + memory;
  const projections = (2 * n + 3 * all) * width * width;
  return (layers * (projections + 3 * n * all * width + 2 * n * width * inner) + n * width * 204) / 1e9;
}

function rnnlm(steps: number, layers: number, width: number, vocabulary: number): number {
  return (steps * (layers * 8 * width * width + width * vocabulary)) / 1e9;
}

function nmtWeights(layers: number): number {
  const [width, vocabulary] = [1024, 32_000];
  const lstm = 2 * layers * (2 * width * 4 * width + 4 * width);
  return 3 * vocabulary * width + lstm + width * width + 2 * width * width;
}

function nmt(steps: number, layers: number): number {
  const [width, vocabulary] = [1024, 32_000];
  const attention = 2 * steps * width + 2 * width * width;
  return (
    (steps * 2 * layers * 8 * width * width +
      steps * width * width +
      steps * (attention + width * vocabulary)) /
    1e9
  );
}

/**
 * Input widths of the cells of GNMT, in units of 1024. Encoder: two directions, then both results;
 * decoder: words, then states and a context.
 */
function gnmtInputs(layers: number): readonly number[] {
  return [
    1,
    1,
    2,
    ...Array.from({ length: layers - 2 }, () => 1),
    1,
    ...Array.from({ length: layers - 1 }, () => 2),
  ];
}

function gnmtWeights(layers: number): number {
  const [width, vocabulary] = [1024, 32_000];
  const cells = gnmtInputs(layers).reduce((sum, input) => sum + ((input + 1) * width + 1) * 4 * width, 0);
  return 3 * vocabulary * width + vocabulary + cells + 2 * width * width + width;
}

function gnmt(steps: number, layers: number): number {
  const [width, vocabulary] = [1024, 32_000];
  const cells = gnmtInputs(layers).reduce((sum, input) => sum + (input + 1) * 4 * width * width, 0);
  // Keys and query, scores and context over the source.
  const attention = 2 * width * width + 2 * steps * width;
  return (steps * (cells + attention + width * vocabulary)) / 1e9;
}

function wavenetWeights(layers: number, width: number, skip: number): number {
  const gates = 2 * (2 * width * width + width);
  const out = width * width + width;
  const head = skip * 256 + 256 + 256 * 256 + 256;
  const ends = 256 * width + 2 * width * width + width + head;
  return layers * (gates + width * skip + skip) + (layers - 1) * out + ends;
}

function wavenet(samples: number, layers: number, width: number, skip: number): number {
  const each = layers * (4 * width * width + width * skip) + (layers - 1) * width * width;
  return (samples * (each + 2 * width * width + skip * 256 + 256 * 256)) / 1e9;
}

/**
 * 6 + 6 layers of width 1024, with heads of 2048 in all; 3 + 3 feed-forward parts are dense, 3 + 3
 * are mixtures.
 */
function gshardDenseWeights(): number {
  const [width, inner, heads] = [1024, 8192, 2048];
  const attentions = 18 * (3 * (width * heads + heads) + heads * width + width);
  const feedForward = 6 * (2 * width * inner + inner + width);
  const norms = (6 * 2 + 6 * 3) * 2 * width;
  return (64_000 + 32_000) * width + attentions + feedForward + norms + 6 * width * 128;
}

function gshard(n: number): number {
  const [width, inner, heads, experts] = [1024, 8192, 2048, 128];
  const attention = 4 * n * width * heads + 2 * n * n * heads;
  const chosen = experts * Math.ceil((2 * n) / experts);
  const mixture = n * width * experts + chosen * 2 * width * inner;
  return (18 * attention + 6 * n * 2 * width * inner + 6 * mixture + n * width * 32_000) / 1e9;
}
