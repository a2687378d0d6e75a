/**
 * Graphs whose ops compute with whole numbers, so that a sharded program can be executed. An op is
 * declared by its dimensions, and its tensors by the dimensions that their axes run along.
 */
import { graphBuilder } from "../../../../../env/model/graph/builder.ts";
import type { OpGraph, RoleName } from "../../../../../env/model/graph/graph.ts";
import type {
  DimensionKind,
  OpIteration,
  TensorAxes,
  Window,
} from "../../../../../env/model/graph/iteration.ts";

/** Everything is counted modulo a prime, so that numbers stay exact. */
export const PRIME = 10_007;

/**
 * What an output is. A `product` is a sum of products over all dimensions that it does not run
 * along. `sum` is that of all inputs, `square` that of the only one. A `row` has each element times
 * the sum of its row. `input` is given numbers, `update` the weight minus its gradient. `window` is
 * a convolution of rows, with the gradients of its input and of its weights (windows.ts).
 */
export type Rule =
  | "product"
  | "sum"
  | "square"
  | "row"
  | "input"
  | "update"
  | "window"
  | "window input"
  | "window weights";

export interface NumberedOp {
  readonly rule: Rule;
  /** Operands of each output of a product: inputs first, then weights. */
  readonly operands: readonly (readonly number[])[];
  readonly window?: Window;
}

export interface NumberedGraph {
  readonly graph: OpGraph;
  readonly ops: readonly NumberedOp[];
}

export interface OpText {
  readonly name: string;
  readonly rule: Rule;
  readonly role?: RoleName;
  readonly twin?: string;
  /** `op:port axes`, such as `x:0 b k`; the port may be left out. */
  readonly inputs?: readonly string[];
  readonly parameters?: readonly string[];
  readonly outputs?: readonly string[];
  readonly operands?: readonly (readonly number[])[];
  readonly sums?: string;
  readonly linearIn?: readonly number[];
}

const KINDS: Readonly<Record<string, DimensionKind>> = {
  b: "batch",
  s: "sequence",
  t: "sequence",
  o: "opaque",
};
const ELEMENT_BYTES = 8;

/** `lengths`: of each dimension by its name. */
export function numberedGraph(
  lengths: Readonly<Record<string, number>>,
  texts: readonly OpText[],
): NumberedGraph {
  const builder = graphBuilder({ batch: lengths.b ?? null });
  const ops: NumberedOp[] = [];
  for (const text of texts) {
    const {
      name,
      rule,
      role,
      twin,
      inputs = [],
      parameters = [],
      outputs = [],
      sums = "",
      linearIn = [],
    } = text;
    const sources = inputs.map((input) => inputOf(input, lengths));
    const axesOf = [
      ...sources.map(([, ...axes]) => axes),
      ...[...parameters, ...outputs].map((list) => list.split(" ")),
    ];
    const names = [...new Set([...axesOf.flat(), ...(sums === "" ? [] : sums.split(" "))])];
    const tensor = (axes: readonly string[]): TensorAxes => ({
      shape: axes.map((axis) => lengths[axis]),
      along: axes.map((axis) => names.indexOf(axis)),
    });
    const iteration: OpIteration = {
      dimensions: names.map((dimension) => ({
        name: dimension,
        kind: KINDS[dimension] ?? "feature",
        size: lengths[dimension],
      })),
      inputs: sources.map(([, ...axes]) => tensor(axes)),
      parameters: parameters.map((list) => tensor(list.split(" "))),
      outputs: outputs.map((list) => tensor(list.split(" "))),
      sums: sums === "" ? [] : sums.split(" ").map((dimension) => names.indexOf(dimension)),
      linearIn,
    };
    const bytesOf = ({ shape }: TensorAxes) =>
      ELEMENT_BYTES * shape.reduce((count, length) => count * length, 1);
    builder.op({
      name,
      role,
      twin,
      flops: names.reduce((count, dimension) => count * lengths[dimension], 2),
      outputs: iteration.outputs.map(bytesOf),
      parameterBytes:
        (role ?? "forward") === "forward"
          ? iteration.parameters.reduce((sum, each) => sum + bytesOf(each), 0)
          : 0,
      iteration,
    });
    for (const [source] of sources) {
      const [from, output = "0"] = source.split(":");
      builder.edge({ from, to: name, output: Number(output) });
    }
    ops.push({ rule, operands: text.operands ?? [sources.map((_, i) => i)] });
  }
  return { graph: builder.build(), ops };
}

/** An op's name may have spaces: its axes are the dimensions at the end. */
function inputOf(input: string, lengths: Readonly<Record<string, number>>): string[] {
  const words = input.split(" ");
  const first = words.findIndex((_, i) => i > 0 && words.slice(i).every((word) => word in lengths));
  return [words.slice(0, first).join(" "), ...words.slice(first)];
}

/** y = (x W)² V, its gradients and its updates. */
export const mlp = (lengths: { b: number; k: number; h: number; n: number }): NumberedGraph =>
  numberedGraph(lengths, [
    { name: "x", rule: "input", outputs: ["b k"] },
    { name: "target", rule: "input", outputs: ["b n"] },
    product("z", ["x b k"], ["k h"], "b h", "k", [0]),
    { name: "a", rule: "square", inputs: ["z b h"], outputs: ["b h"] },
    product("y", ["a b h"], ["h n"], "b n", "h", [0]),
    {
      name: "dy",
      rule: "sum",
      role: "backward",
      inputs: ["y b n", "target b n"],
      outputs: ["b n"],
      linearIn: [0, 1],
    },
    { ...gradient("da", "y", ["dy b n"], "b h", "n", [0]), parameters: ["h n"], operands: [[0, 1]] },
    gradient("dV", "y", ["dy b n", "a b h"], "h n", "b", [0]),
    gradient("dz", "a", ["da b h", "z b h"], "b h", "", [0]),
    gradient("dW", "z", ["dz b h", "x b k"], "k h", "b", [0]),
    update("W update", "z", "dW k h", "k h"),
    update("V update", "y", "dV h n", "h n"),
  ]);

/** One head of attention with a residual sum, its gradients and its updates. */
export const attention = (lengths: { b: number; s: number; h: number; d: number }): NumberedGraph =>
  numberedGraph({ ...lengths, t: lengths.s, o: lengths.s }, [
    { name: "x", rule: "input", outputs: ["b s h"] },
    product("q", ["x b s h"], ["h d"], "b s d", "h", [0]),
    product("k", ["x b t h"], ["h d"], "b t d", "h", [0]),
    product("v", ["x b t h"], ["h d"], "b t d", "h", [0]),
    product("scores", ["q b s d", "k b t d"], [], "b s t", "d"),
    { name: "p", rule: "row", inputs: ["scores b s o"], outputs: ["b s o"] },
    product("c", ["p b s t", "v b t d"], [], "b s d", "t"),
    product("y", ["c b s d"], ["d h"], "b s h", "d", [0]),
    { name: "r", rule: "sum", inputs: ["x b s h", "y b s h"], outputs: ["b s h"], linearIn: [0, 1] },
    { name: "dr", rule: "square", role: "backward", twin: "r", inputs: ["r b s h"], outputs: ["b s h"] },
    { ...gradient("dc", "y", ["dr b s h"], "b s d", "h", [0]), parameters: ["d h"], operands: [[0, 1]] },
    gradient("dWy", "y", ["dr b s h", "c b s d"], "d h", "b s", [0]),
    gradient("dp", "c", ["dc b s d", "v b t d"], "b s t", "d", [0]),
    gradient("dv", "c", ["dc b s d", "p b s t"], "b t d", "s", [0]),
    { name: "dscores", rule: "row", role: "backward", twin: "p", inputs: ["dp b s o"], outputs: ["b s o"] },
    gradient("dq", "scores", ["dscores b s t", "k b t d"], "b s d", "t", [0]),
    gradient("dk", "scores", ["dscores b s t", "q b s d"], "b t d", "s", [0]),
    gradient("dWq", "q", ["dq b s d", "x b s h"], "h d", "b s", [0]),
    gradient("dWk", "k", ["dk b t d", "x b t h"], "h d", "b t", [0]),
    gradient("dWv", "v", ["dv b t d", "x b t h"], "h d", "b t", [0]),
    { ...gradient("dxq", "q", ["dq b s d"], "b s h", "d", [0]), parameters: ["h d"], operands: [[0, 1]] },
    { ...gradient("dxk", "k", ["dk b t d"], "b t h", "d", [0]), parameters: ["h d"], operands: [[0, 1]] },
    { ...gradient("dxv", "v", ["dv b t d"], "b t h", "d", [0]), parameters: ["h d"], operands: [[0, 1]] },
    {
      name: "dx",
      rule: "sum",
      role: "backward",
      twin: "x",
      inputs: ["dxq b s h", "dxk b s h", "dxv b s h", "dr b s h"],
      outputs: ["b s h"],
      linearIn: [0, 1, 2, 3],
    },
    update("Wq update", "q", "dWq h d", "h d"),
    update("Wk update", "k", "dWk h d", "h d"),
    update("Wv update", "v", "dWv h d", "h d"),
    update("Wy update", "y", "dWy d h", "d h"),
  ]);

function product(
  name: string,
  inputs: readonly string[],
  parameters: readonly string[],
  output: string,
  sums: string,
  linearIn: readonly number[] = [],
): OpText {
  const operands = [[...inputs, ...parameters].map((_, i) => i)];
  return { name, rule: "product", inputs, parameters, outputs: [output], operands, sums, linearIn };
}

function gradient(
  name: string,
  twin: string,
  inputs: readonly string[],
  output: string,
  sums: string,
  linearIn: readonly number[],
): OpText {
  return { name, rule: "product", role: "backward", twin, inputs, outputs: [output], sums, linearIn };
}

const update = (name: string, twin: string, input: string, parameter: string): OpText => ({
  name,
  rule: "update",
  role: "update",
  twin,
  inputs: [input],
  parameters: [parameter],
});
