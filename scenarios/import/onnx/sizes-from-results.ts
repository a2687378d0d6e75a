/**
 * Sizes of values that no rule gives, from the sizes of what is made of them. An op without a rule
 * in the middle of a model then leaves fewer sizes open behind it.
 *
 * Post: a size is what the result says, as for the input of an activation. For one operand of a sum
 * it is the largest that the result allows, marked with `isLargest`.
 */
import { axisOf } from "../tensors/shapes.ts";
import { elements, isSized, type Shape, type Tensor } from "../tensors/tensor.ts";
import type { NodeWithReads } from "./node-order.ts";
import type { NodeProto } from "./schema.ts";

const SAME_SHAPE =
  /^(Relu|LeakyRelu|PRelu|Elu|Selu|Gelu|FastGelu|QuickGelu|Sigmoid|Tanh|Softmax|LogSoftmax|Clip|Erf|Exp|Log|Sqrt|Neg|Abs|HardSigmoid|HardSwish|Mish|Softplus|Swish|Dropout|Identity|Cast|(Skip)?(Simplified)?LayerNormalization|RMSNormalization|BatchNormalization|InstanceNormalization|GroupNormalization)$/;
const SUM = /^(Add|Sub|Mul|Div)$/;

/** `find` gives what is known of a value. Sizes by name, of values of unknown size only. */
export function sizesFromResults(
  nodes: readonly NodeWithReads[],
  find: (name: string) => Tensor | null,
): ReadonlyMap<string, Tensor> {
  const found = new Map<string, Tensor>();
  const known = (name: string): Tensor | null => {
    const tensor = find(name);
    return tensor !== null && isSized(tensor) ? tensor : (found.get(name) ?? null);
  };
  for (const { node } of [...nodes].reverse()) {
    const result = known(node.output[0] ?? "");
    if (result?.shape == null) continue;
    const isLargest = result.isLargest === true;
    node.input.forEach((name, i) => {
      if (name === "" || known(name) !== null) return;
      const size = inputSize(node, i, result.shape as Shape, known);
      if (size !== null)
        found.set(name, { element: result.element, ...size, ...(isLargest && { isLargest }) });
    });
  }
  return found;
}

type Size = Pick<Tensor, "shape" | "isLargest">;

function inputSize(
  node: NodeProto,
  i: number,
  result: Shape,
  known: (name: string) => Tensor | null,
): Size | null {
  const { op_type: type, input } = node;
  if (SAME_SHAPE.test(type) && i === 0) return { shape: result };
  if (type === "Transpose") return { shape: untransposed(node, result) };
  if (type === "MatMul" && i === 0) {
    const weights = known(input[1])?.shape;
    return weights?.length === 2 ? { shape: [...result.slice(0, -1), weights[0]] } : null;
  }
  if (SUM.test(type) && input.length === 2) {
    const other = known(input[1 - i])?.shape;
    if (other == null || elements(other) === elements(result)) return null;
    return elements(other) === 1 ? { shape: result } : { shape: result, isLargest: true };
  }
  return null;
}

function untransposed({ attribute }: NodeProto, result: Shape): Shape {
  const given = attribute.find(({ name }) => name === "perm")?.ints ?? [];
  const order = given.length > 0 ? given : result.map((_, axis) => result.length - 1 - axis);
  const shape = [...result];
  order.forEach((from, axis) => {
    shape[axisOf(from, result.length)] = result[axis];
  });
  return shape;
}
