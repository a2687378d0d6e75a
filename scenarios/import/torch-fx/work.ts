/**
 * Work of PyTorch operators in FLOP, 2 per multiply-add, from the shapes of tensors. Matrix
 * products, convolutions and attention have their own formulas. Every other operator that computes
 * takes 1 per element of its output, or of its input where it reduces. Views take 0.
 */
import { InputError } from "../../../env/model/errors.ts";

export interface TensorType {
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface Work {
  /** The type that decides the efficiency of devices. */
  readonly type: string;
  readonly flops: number;
  /** Whether the operator reads and writes data at all. */
  readonly moves: boolean;
}

export const elementsOf = ({ shape }: TensorType): number =>
  shape.reduce((product, size) => product * size, 1);

/** Operators that return a view of a tensor. */
const views = new Set(
  `view _unsafe_view reshape alias detach permute transpose t numpy_t mT expand expand_as unsqueeze squeeze slice select narrow
  as_strided split split_with_sizes chunk unbind flatten unflatten getitem lift_fresh lift_fresh_copy identity dropout size
  sym_size assert_tensor_metadata _assert_tensor_metadata contiguous view_as diagonal`.split(/\s+/),
);
const movers = new Set(
  "clone copy _to_copy to cat concat stack pad constant_pad_nd roll flip index index_select gather scatter embedding masked_select repeat arange full full_like zeros zeros_like ones ones_like empty".split(
    " ",
  ),
);
const reductions = new Set(
  "sum mean amax amin max_pool1d max_pool2d max_pool2d_with_indices max_pool3d avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d _adaptive_avg_pool2d maxpool2d avgpool2d adaptiveavgpool2d var var_mean std norm linalg_vector_norm argmax argmin prod all any logsumexp nll_loss nll_loss_forward cross_entropy cross_entropy_loss mse_loss".split(
    " ",
  ),
);
const renamed: Readonly<Record<string, string>> = {
  linear: "MatMul",
  mm: "MatMul",
  addmm: "MatMul",
  bmm: "BatchMatMul",
  baddbmm: "BatchMatMul",
  scaled_dot_product_attention: "BatchMatMul",
};

/**
 * `aten.conv2d.default`, `<built-in function add>`, `torch.nn.modules.conv.Conv2d` and `Conv2d` to
 * the operator's word.
 */
export function operatorOf(target: string): string {
  const word = /<(?:built-in )?(?:function|method|class) '?([\w.]+)/.exec(target)?.[1] ?? target;
  const parts = word.split(".").filter((part) => part !== "");
  const aten = parts.findIndex((part) => part === "aten" || part === "prims");
  const name = aten === -1 ? (parts[parts.length - 1] ?? "op") : (parts[aten + 1] ?? "op");
  return name.replace(/_$/, "").slice(0, 80) || "op";
}

/** `inputs` in the order of the arguments, weights among them. */
export function workOf(
  operator: string,
  inputs: readonly TensorType[],
  outputs: readonly TensorType[],
  args: string,
): Work {
  const word = operator.toLowerCase();
  const outputElements = outputs.length === 0 ? 0 : elementsOf(outputs[0]);
  if (views.has(word)) return { type: operator, flops: 0, moves: false };
  if (movers.has(word)) return { type: operator, flops: 0, moves: true };
  if (/^_?conv(olution|_?transpose)?\d?d?$|^convolution_overrideable$/.test(word))
    return { type: "Conv2D", flops: convolution(word, inputs, outputElements, args), moves: true };
  if (["linear", "mm", "bmm", "matmul", "addmm", "baddbmm"].includes(word)) {
    const left = word === "addmm" || word === "baddbmm" ? inputs[inputs.length - 2] : inputs[0];
    const type = renamed[word] ?? ((inputs[1]?.shape.length ?? 0) > 2 ? "BatchMatMul" : "MatMul");
    return { type, flops: 2 * outputElements * lastOf(left, operator), moves: true };
  }
  if (/scaled_dot_product_.*attention/.test(word) || word === "scaled_dot_product_attention")
    return { type: "BatchMatMul", flops: attention(inputs, operator), moves: true };
  const counted = reductions.has(word) ? Math.max(0, ...inputs.map(elementsOf)) : outputElements;
  return { type: operator, flops: counted, moves: true };
}

function lastOf(tensor: TensorType | undefined, operator: string): number {
  const size = tensor?.shape[tensor.shape.length - 1];
  if (size === undefined) throw new InputError(`${operator} has no tensor to multiply.`);
  return size;
}

/**
 * A kernel is [out, in / groups, window ...], that of a transposed convolution [in, out / groups,
 * window ...].
 */
function convolution(
  word: string,
  inputs: readonly TensorType[],
  outputElements: number,
  args: string,
): number {
  const [input, kernel] = inputs;
  if (input === undefined || kernel === undefined || kernel.shape.length < 3)
    throw new InputError(`${word} has no input and kernel of known shapes.`);
  const perElement = kernel.shape.slice(1).reduce((product, size) => product * size, 1);
  return 2 * (isTransposed(word, args) ? elementsOf(input) : outputElements) * perElement;
}

/**
 * aten.convolution says it in its seventh argument: input, weight, bias, stride, padding, dilation,
 * transposed.
 */
function isTransposed(word: string, args: string): boolean {
  if (word.includes("transpose")) return true;
  if (!/^_?convolution/.test(word)) return false;
  const flat = args
    .slice(0, 2000)
    .replace(/\[[^\]]*\]/g, "[]")
    .split(",");
  return flat[6]?.trim() === "True";
}

/** Scores and weighted values: queries x keys x depth, twice. */
function attention(inputs: readonly TensorType[], operator: string): number {
  const [query, key, value] = inputs;
  if (query === undefined || key === undefined || value === undefined || key.shape.length < 2)
    throw new InputError(`${operator} has no query, key and value of known shapes.`);
  const keys = key.shape[key.shape.length - 2];
  const rows = elementsOf(query) / Math.max(1, lastOf(query, operator));
  return 2 * rows * keys * (lastOf(query, operator) + lastOf(value, operator));
}
