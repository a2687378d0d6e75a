/** Transformer blocks with gradients, their norms without weights; Megatron's splits of them. */
import { iterationOf, type ShardingPlan } from "../../../../../env/model/plan/sharding.ts";
import { type NumberedGraph, numberedGraph, type OpText } from "./numbered-graph.ts";

/** Batch, sequence, hidden size, heads, length of a head, inner size. */
export type BlockSizes = Readonly<Record<"b" | "s" | "h" | "a" | "d" | "f", number>>;

/** The gradient of its output is an input. */
export const transformerBlock = (sizes: BlockSizes): NumberedGraph =>
  stackOf(sizes, 1, { name: "dout", rule: "input", outputs: ["b s h"] });

/**
 * Equal blocks one after another; the gradient of the last output is made from it. Names of all but
 * the first begin with the block's number. Without `inputGradient` the first one's input has none.
 */
export function transformerStack(
  sizes: BlockSizes,
  layers: number,
  { inputGradient = true } = {},
): NumberedGraph {
  const output = nameIn(layers - 1, "residual2");
  const dout = { ...pointwise("dout", `${output} b s h`, "b s h"), role: "backward", twin: output } as const;
  return stackOf(sizes, layers, dout, inputGradient);
}

const nameIn = (layer: number, name: string): string => (layer === 0 ? name : `block ${layer} ${name}`);

function stackOf(sizes: BlockSizes, layers: number, dout: OpText, inputGradient = true): NumberedGraph {
  const blocks = Array.from(
    { length: layers },
    (_, layer): Block => ({
      named: (name) => nameIn(layer, name),
      input: layer === 0 ? "x" : nameIn(layer - 1, "residual2"),
      gradient: layer === layers - 1 ? "dout" : nameIn(layer + 1, "dx"),
    }),
  );
  const forward = blocks.flatMap(forwardTexts);
  return numberedGraph({ ...sizes, t: sizes.s }, [
    { name: "x", rule: "input", outputs: ["b s h"] },
    ...(dout.rule === "input" ? [dout, ...forward] : [...forward, dout]),
    ...blocks
      .toReversed()
      .flatMap(backwardTexts)
      .filter(({ name }) => inputGradient || !OF_THE_INPUT.includes(name)),
    ...blocks.flatMap(updateTexts),
  ]);
}

/** Ops of the first block that serve the gradient of its input alone. */
const OF_THE_INPUT = ["q dx", "k dx", "v dx", "dnorm1", "dx1", "dx"];

/** The forward pass of attention alone: its output, and a pointwise op that needs its sum. */
export const attentionForward = (sizes: BlockSizes): NumberedGraph =>
  numberedGraph({ ...sizes, t: sizes.s }, [
    { name: "x", rule: "input", outputs: ["b s h"] },
    ...forwardTexts({ named: (name) => name, input: "x", gradient: "" }).slice(0, 10),
  ]);

interface Block {
  readonly named: (name: string) => string;
  /** Op that makes what the block reads, and op that makes its output's gradient. */
  readonly input: string;
  readonly gradient: string;
}

function forwardTexts({ named: n, input }: Block): OpText[] {
  return [
    pointwise(n("norm1"), `${input} b s h`, "b s h"),
    product(n("q"), `${n("norm1")} b s h`, "h a d", "b s a d", "h"),
    product(n("k"), `${n("norm1")} b t h`, "h a d", "b t a d", "h"),
    product(n("v"), `${n("norm1")} b t h`, "h a d", "b t a d", "h"),
    pair(n("scores"), `${n("q")} b s a d`, `${n("k")} b t a d`, "b a s t", "d"),
    pointwise(n("softmax"), `${n("scores")} b a s t`, "b a s t"),
    pair(n("context"), `${n("softmax")} b a s t`, `${n("v")} b t a d`, "b s a d", "t"),
    product(n("projection"), `${n("context")} b s a d`, "a d h", "b s h", "a d"),
    sum(n("residual1"), [input, n("projection")]),
    pointwise(n("norm2"), `${n("residual1")} b s h`, "b s h"),
    product(n("inner"), `${n("norm2")} b s h`, "h f", "b s f", "h"),
    pointwise(n("gelu"), `${n("inner")} b s f`, "b s f"),
    product(n("outer"), `${n("gelu")} b s f`, "f h", "b s h", "f"),
    sum(n("residual2"), [n("residual1"), n("outer")]),
  ];
}

/** The gradients, last op first. */
function backwardTexts({ named: n, input, gradient }: Block): OpText[] {
  const back = (twin: string, text: OpText): OpText => ({ ...text, role: "backward", twin: n(twin) });
  return [
    back("outer", product(n("dgelu"), `${gradient} b s h`, "f h", "b s f", "h")),
    back("outer", pair(n("outer dW"), `${gradient} b s h`, `${n("gelu")} b s f`, "f h", "b s")),
    back("gelu", {
      ...pair(n("dinner"), `${n("dgelu")} b s f`, `${n("inner")} b s f`, "b s f", ""),
      linearIn: [0],
    }),
    back("inner", product(n("dnorm2"), `${n("dinner")} b s f`, "h f", "b s h", "f")),
    back("inner", pair(n("inner dW"), `${n("dinner")} b s f`, `${n("norm2")} b s h`, "h f", "b s")),
    back("norm2", pair(n("dresidual1a"), `${n("dnorm2")} b s h`, `${n("residual1")} b s h`, "b s h", "")),
    back("residual1", sum(n("dresidual1"), [n("dresidual1a"), gradient])),
    back("projection", product(n("dcontext"), `${n("dresidual1")} b s h`, "a d h", "b s a d", "h")),
    back(
      "projection",
      pair(n("projection dW"), `${n("dresidual1")} b s h`, `${n("context")} b s a d`, "a d h", "b s"),
    ),
    back("context", pair(n("dsoftmax"), `${n("dcontext")} b s a d`, `${n("v")} b t a d`, "b a s t", "d")),
    back("context", pair(n("dv"), `${n("dcontext")} b s a d`, `${n("softmax")} b a s t`, "b t a d", "s")),
    back("softmax", pair(n("dscores"), `${n("dsoftmax")} b a s t`, `${n("softmax")} b a s t`, "b a s t", "")),
    back("scores", pair(n("dq"), `${n("dscores")} b a s t`, `${n("k")} b t a d`, "b s a d", "t")),
    back("scores", pair(n("dk"), `${n("dscores")} b a s t`, `${n("q")} b s a d`, "b t a d", "s")),
    ...["q", "k", "v"].flatMap((name) => {
      const along = name === "q" ? "s" : "t";
      const given = `${n(`d${name}`)} b ${along} a d`;
      return [
        back(name, pair(n(`${name} dW`), given, `${n("norm1")} b ${along} h`, "h a d", `b ${along}`)),
        back(name, product(n(`${name} dx`), given, "h a d", `b ${along} h`, "a d")),
      ];
    }),
    back("norm1", sum(n("dnorm1"), [n("q dx"), n("k dx"), n("v dx")])),
    back("norm1", pair(n("dx1"), `${n("dnorm1")} b s h`, `${input} b s h`, "b s h", "")),
    { ...sum(n("dx"), [n("dx1"), n("dresidual1")]), role: "backward", twin: input },
  ];
}

const updateTexts = ({ named: n }: Block): OpText[] =>
  [
    ["q", "h a d"],
    ["k", "h a d"],
    ["v", "h a d"],
    ["projection", "a d h"],
    ["inner", "h f"],
    ["outer", "f h"],
  ].map(
    ([name, axes]): OpText => ({
      name: n(`${name} update`),
      rule: "update",
      role: "update",
      twin: n(name),
      inputs: [`${n(`${name} dW`)} ${axes}`],
      parameters: [axes],
    }),
  );

const pointwise = (name: string, input: string, output: string): OpText => ({
  name,
  rule: "square",
  inputs: [input],
  outputs: [output],
});

const product = (name: string, input: string, weight: string, output: string, sums: string): OpText => ({
  name,
  rule: "product",
  inputs: [input],
  parameters: [weight],
  outputs: [output],
  operands: [[0, 1]],
  sums,
  linearIn: [0],
});

const pair = (name: string, a: string, b: string, output: string, sums: string): OpText => ({
  name,
  rule: "product",
  inputs: [a, b],
  outputs: [output],
  operands: [[0, 1]],
  sums,
});

const sum = (name: string, inputs: readonly string[]): OpText => ({
  name,
  rule: "sum",
  inputs: inputs.map((input) => `${input} b s h`),
  outputs: ["b s h"],
  linearIn: inputs.map((_, i) => i),
});

/** The mesh's axis 0 divides heads and inner parts. With `sequence` it divides the rest as well. */
export function megatron(
  { graph }: NumberedGraph,
  devices: number,
  { sequence = false, ...rest }: Partial<ShardingPlan> & { readonly sequence?: boolean } = {},
): ShardingPlan {
  return {
    kind: "sharding",
    mesh: {
      axes: [{ name: "tensor", size: devices }],
      devices: Array.from({ length: devices }, (_, d) => d),
    },
    split: Array.from({ length: graph.opCount }, (_, v) => {
      if (graph.role[v] !== 0 && graph.names[v] !== "dx") return null;
      const { dimensions } = iterationOf(graph, v)!;
      const names = dimensions.map(({ name }) => name);
      const divided = names.includes("a") ? "a" : names.includes("f") ? "f" : sequence ? "s" : null;
      return names.map((name) => (name === divided ? [0] : []));
    }),
    ...rest,
  };
}
