/** A transformer block with gradients, whose norms have no weights, and Megatron's splits of it. */
import { iterationOf, type ShardingPlan } from "../../../../../env/model/plan/sharding.ts";
import { type NumberedGraph, numberedGraph, type OpText } from "./numbered-graph.ts";

/** Batch, sequence, hidden size, heads, length of a head, inner size. */
export type BlockSizes = Readonly<Record<"b" | "s" | "h" | "a" | "d" | "f", number>>;

export const transformerBlock = (sizes: BlockSizes): NumberedGraph =>
  numberedGraph({ ...sizes, t: sizes.s }, [
    { name: "x", rule: "input", outputs: ["b s h"] },
    { name: "dout", rule: "input", outputs: ["b s h"] },
    pointwise("norm1", "x b s h", "b s h"),
    product("q", "norm1 b s h", "h a d", "b s a d", "h"),
    product("k", "norm1 b t h", "h a d", "b t a d", "h"),
    product("v", "norm1 b t h", "h a d", "b t a d", "h"),
    pair("scores", "q b s a d", "k b t a d", "b a s t", "d"),
    pointwise("softmax", "scores b a s t", "b a s t"),
    pair("context", "softmax b a s t", "v b t a d", "b s a d", "t"),
    product("projection", "context b s a d", "a d h", "b s h", "a d"),
    sum("residual1", ["x", "projection"]),
    pointwise("norm2", "residual1 b s h", "b s h"),
    product("inner", "norm2 b s h", "h f", "b s f", "h"),
    pointwise("gelu", "inner b s f", "b s f"),
    product("outer", "gelu b s f", "f h", "b s h", "f"),
    sum("residual2", ["residual1", "outer"]),
    // The gradients, last op first.
    back("outer", product("dgelu", "dout b s h", "f h", "b s f", "h")),
    back("outer", pair("outer dW", "dout b s h", "gelu b s f", "f h", "b s")),
    back("gelu", { ...pair("dinner", "dgelu b s f", "inner b s f", "b s f", ""), linearIn: [0] }),
    back("inner", product("dnorm2", "dinner b s f", "h f", "b s h", "f")),
    back("inner", pair("inner dW", "dinner b s f", "norm2 b s h", "h f", "b s")),
    back("norm2", pair("dresidual1a", "dnorm2 b s h", "residual1 b s h", "b s h", "")),
    back("residual1", sum("dresidual1", ["dresidual1a", "dout"])),
    back("projection", product("dcontext", "dresidual1 b s h", "a d h", "b s a d", "h")),
    back("projection", pair("projection dW", "dresidual1 b s h", "context b s a d", "a d h", "b s")),
    back("context", pair("dsoftmax", "dcontext b s a d", "v b t a d", "b a s t", "d")),
    back("context", pair("dv", "dcontext b s a d", "softmax b a s t", "b t a d", "s")),
    back("softmax", pair("dscores", "dsoftmax b a s t", "softmax b a s t", "b a s t", "")),
    back("scores", pair("dq", "dscores b a s t", "k b t a d", "b s a d", "t")),
    back("scores", pair("dk", "dscores b a s t", "q b s a d", "b t a d", "s")),
    ...["q", "k", "v"].flatMap((name) => {
      const along = name === "q" ? "s" : "t";
      return [
        back(
          name,
          pair(`${name} dW`, `d${name} b ${along} a d`, `norm1 b ${along} h`, "h a d", `b ${along}`),
        ),
        back(name, product(`${name} dx`, `d${name} b ${along} a d`, "h a d", `b ${along} h`, "a d")),
      ];
    }),
    back("norm1", sum("dnorm1", ["q dx", "k dx", "v dx"])),
    back("norm1", pair("dx1", "dnorm1 b s h", "x b s h", "b s h", "")),
    back("x", sum("dx", ["dx1", "dresidual1"])),
    ...[
      ["q", "h a d"],
      ["k", "h a d"],
      ["v", "h a d"],
      ["projection", "a d h"],
      ["inner", "h f"],
      ["outer", "f h"],
    ].map(
      ([name, axes]): OpText => ({
        name: `${name} update`,
        rule: "update",
        role: "update",
        twin: name,
        inputs: [`${name} dW ${axes}`],
        parameters: [axes],
      }),
    ),
  ]);

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

const back = (twin: string, text: OpText): OpText => ({ ...text, role: "backward", twin });

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
