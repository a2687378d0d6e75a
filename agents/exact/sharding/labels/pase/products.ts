/**
 * What a matrix product of m x n x k costs, and layers that are one: fully connected layers and
 * products of named dimensions.
 *
 * A multiply-add counts once; forward and backward make three products. The sums over a split of k
 * (outputs), n (gradients of the input) and m (gradients of the weights) are all-reduced.
 */
import { type Layer, picked, product, type Splits, type Tensor } from "./layer.ts";
import { allReduce, type Machine } from "./machine.ts";

export interface Product {
  /** Products that are made side by side. */
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** `pointwise` operations are fused to each output. */
export function productCost(size: Product, parts: Product, pointwise: number, machine: Machine): number {
  const batch = size.batch / parts.batch;
  const [m, n, k] = [size.m / parts.m, size.n / parts.n, size.k / parts.k];
  const compute = 3 * m * n * k + 3 * pointwise * m * n;
  const reduce =
    allReduce(m * n, parts.k, machine) +
    allReduce(m * k, parts.n, machine) +
    allReduce(n * k, parts.m, machine);
  return batch * (compute + reduce);
}

/** Space: the input's leading dimensions, output units, input units. */
export function fullyConnected(input: Tensor, units: number, pointwise = 0): Layer {
  const leading = input.shape.slice(0, -1);
  const space = [...leading, units, input.shape.at(-1)!];
  const rank = leading.length;
  const asProduct = (sizes: ArrayLike<number>): Product => ({
    batch: 1,
    m: product(Array.from(sizes).slice(0, rank)),
    n: sizes[rank],
    k: sizes[rank + 1],
  });
  return {
    kind: "FC",
    space,
    inputs: [input],
    outputs: [space.slice(0, -1)],
    cost: (splits, machine) => productCost(asProduct(space), asProduct(splits), pointwise, machine),
    inputSplits: (splits) => [...Array.from(splits).slice(0, rank), splits[rank + 1]],
    outputSplits: (splits) => Array.from(splits).slice(0, rank + 1),
  };
}

/**
 * A product written by the names of dimensions, `ab,bc->ac`. Space: the output's dimensions, then
 * those that are summed. Named in both inputs and the output is batch, else in both is k.
 */
export function namedProduct(names: string, one: Tensor, other: Tensor, pointwise = 0): Layer {
  const [first, second, out] = names.split(/,|->/).map((word) => [...word]);
  const size = new Map([
    ...first.map((name, i) => [name, one.shape[i]] as const),
    ...second.map((name, i) => [name, other.shape[i]] as const),
  ]);
  const common = first.filter((name) => second.includes(name));
  const summed = common.filter((name) => !out.includes(name));
  const all = [...out, ...summed];
  const at = (dimensions: readonly string[]) => dimensions.map((name) => all.indexOf(name));
  const groups = {
    batch: at(common.filter((name) => out.includes(name))),
    m: at(first.filter((name) => !common.includes(name))),
    n: at(second.filter((name) => !common.includes(name))),
    k: at(summed),
  };
  const asProduct = (sizes: Splits): Product => ({
    batch: product(picked(sizes, groups.batch)),
    m: product(picked(sizes, groups.m)),
    n: product(picked(sizes, groups.n)),
    k: product(picked(sizes, groups.k)),
  });
  const space = all.map((name) => size.get(name)!);
  const inputs = [at(first), at(second)];
  return {
    kind: "Einsum",
    space,
    inputs: [one, other],
    outputs: [space.slice(0, out.length)],
    cost: (splits, machine) => productCost(asProduct(space), asProduct(splits), pointwise, machine),
    inputSplits: (splits, input) => picked(splits, inputs[input]),
    outputSplits: (splits) => Array.from(splits).slice(0, out.length),
  };
}
