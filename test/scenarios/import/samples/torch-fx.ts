/**
 * PyTorch graphs, as written by the Python of docs/importing.md: an export of ATen operators, and a
 * traced module.
 */
import type { Sample } from "./sample.ts";

type Tensor = readonly [string, readonly number[]];
export const float = (...shape: number[]): Tensor => ["torch.float32", shape];

export const node = (
  name: string,
  op: string,
  target: string,
  inputs: readonly string[],
  outputs: readonly Tensor[],
  more: object = {},
) => ({ name, op, target, args: `(${inputs.join(", ")},)`, inputs, outputs, weight: null, ...more });
export const weight = (name: string, ...shape: number[]) =>
  node(name, "placeholder", name, [], [float(...shape)], {
    weight: name.replace(/^p_/, "").replaceAll("_", "."),
  });

const exported = {
  schema: "placement-gym/torch-fx-1",
  torch: "2.5.1+cpu",
  nodes: [
    weight("p_conv_weight", 8, 3, 3, 3),
    weight("p_conv_bias", 8),
    weight("p_head_weight", 10, 8),
    weight("p_tied", 10, 10),
    node("x", "placeholder", "x", [], [float(4, 3, 16, 16)]),
    node(
      "conv2d",
      "call_function",
      "aten.conv2d.default",
      ["x", "p_conv_weight", "p_conv_bias"],
      [float(4, 8, 14, 14)],
      {
        args: "(x, p_conv_weight, p_conv_bias)",
      },
    ),
    node("relu_", "call_function", "aten.relu_.default", ["conv2d"], [float(4, 8, 14, 14)]),
    node(
      "pool",
      "call_function",
      "aten.max_pool2d_with_indices.default",
      ["relu_"],
      [float(4, 8, 1, 1), ["torch.int64", [4, 8, 1, 1]]],
    ),
    node("getitem", "call_function", "<built-in function getitem>", ["pool"], [float(4, 8, 1, 1)], {
      args: "(pool, 0)",
    }),
    node("flat", "call_function", "aten.view.default", ["getitem"], [float(4, 8)], {
      args: "(getitem, [4, 8])",
    }),
    node("linear", "call_function", "aten.linear.default", ["flat", "p_head_weight"], [float(4, 10)]),
    node("first", "call_function", "aten.mm.default", ["linear", "p_tied"], [float(4, 10)]),
    node("second", "call_function", "aten.mm.default", ["first", "p_tied"], [float(4, 10)]),
    node("output", "output", "output", ["second", "linear"], []),
  ],
};

const traced = {
  schema: "placement-gym/torch-fx-1",
  nodes: [
    node("x", "placeholder", "x", [], [["torch.bfloat16", [2, 6, 32]]]),
    node(
      "attention",
      "call_function",
      "<built-in function scaled_dot_product_attention>",
      ["x"],
      [["torch.bfloat16", [2, 6, 32]]],
      {
        inputs: ["x", "x", "x"],
      },
    ),
    node(
      "fc",
      "call_module",
      "torch.nn.modules.linear.Linear",
      ["attention"],
      [["torch.bfloat16", [2, 6, 64]]],
      {
        weights: [
          ["torch.bfloat16", [64, 32]],
          ["torch.bfloat16", [64]],
        ],
      },
    ),
    node("size", "call_method", "size", ["fc"], []),
    node("add", "call_function", "<built-in function add>", ["fc", "size"], [["torch.bfloat16", [2, 6, 64]]]),
    node("output", "output", "output", ["add"], []),
  ],
};

/** A graph that runs without gradients, and a condition. */
const nested = {
  schema: "placement-gym/torch-fx-1",
  nodes: [
    node("x", "placeholder", "x", [], [float(4, 8)]),
    node("submod_1", "get_attr", "submod_1", [], []),
    node("wrap", "call_function", "wrap_with_set_grad_enabled", ["submod_1", "x"], [float(4, 8)], {
      args: "(False, submod_1, x)",
      kwargs: "{}",
    }),
    node("getitem", "call_function", "<built-in function getitem>", ["wrap"], [float(4, 8)], {
      args: "(wrap, 0)",
    }),
    node("choice", "call_function", "cond", ["getitem", "submod_1", "x"], [float(4, 8)], {
      args: "(getitem, submod_1, submod_1, (x,))",
    }),
    node("output", "output", "output", ["choice"], []),
  ],
  graphs: {
    submod_1: [
      node("a", "placeholder", "a", [], [float(4, 8)]),
      node("relu", "call_function", "aten.relu.default", ["a"], [float(4, 8)], { args: "(a,)" }),
      node("output", "output", "output", ["relu"], [], { args: "((relu,),)" }),
    ],
  },
};

export const torchFxSamples: readonly Sample[] = [
  { content: JSON.stringify(exported), ops: 9, edges: 9 },
  { content: JSON.stringify(traced), ops: 5, edges: 7 },
  { content: JSON.stringify(nested), ops: 3, edges: 3 },
];
