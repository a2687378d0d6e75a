/**
 * `OpIteration`: the space of named dimensions that an op iterates over, and how its tensors lie in
 * it. It says what may be split. A device that runs a part of a dimension needs the parts of the
 * tensors along it. It makes a part of the results, or a partial sum of them.
 *
 * A product Y[b, n] = sum over k of X[b, k] W[k, n] has the dimensions b, k and n. The gradients of
 * X and W iterate over the same three, so a backward op takes over the split of its forward twin.
 *
 * A part of a dimension begins at some index a, and every axis along the dimension is cut with it.
 * A dimension of size s cuts an axis of size n at floor(n a / s). The axis is thus as long as the
 * dimension, or a multiple whose major factor the dimension is, such as the heads of a width. Axes
 * of a `spatial` dimension have any length, since strides and paddings change it.
 *
 * A shape is how the op sees a tensor. Its producer may see the same elements in another shape.
 */

/**
 * What a dimension means. `contraction` is summed over in the forward op; `opaque` cannot be split.
 */
export const dimensionKinds = [
  "batch",
  "sequence",
  "head",
  "feature",
  "contraction",
  "channel",
  "spatial",
  "vocabulary",
  "expert",
  "opaque",
] as const;
export type DimensionKind = (typeof dimensionKinds)[number];

/** Windows along one axis: element i of the coarse axis reads from `stride` x i - `padding` on. */
export interface Window {
  /** Taps, `dilation` elements apart; by default neighbours. */
  readonly kernel: number;
  readonly stride: number;
  /** Negative where the first window begins inside. */
  readonly padding: number;
  readonly dilation?: number;
}

export interface IterationDimension {
  readonly name: string;
  readonly kind: DimensionKind;
  readonly size: number;
  /** Rows of a neighbour's part of an input that a part needs at each border, if `spatial`. */
  readonly halo?: number;
  /**
   * The inputs that need the halo; by default all that lie along the dimension. A sum over windows
   * reads the image with its halo, and each gradient once.
   */
  readonly haloInputs?: readonly number[];
  /** Of a forward op whose windows lie along the dimension. */
  readonly window?: Window;
}

/** The whole of an axis is in every part. */
export const WHOLE = -1;

/** A tensor of an op: its shape, and the dimension that each axis runs along, or `WHOLE`. */
export interface TensorAxes {
  readonly shape: readonly number[];
  readonly along: readonly number[];
}

export interface OpIteration {
  readonly dimensions: readonly IterationDimension[];
  /** One entry for each data input of the op, in declared order. */
  readonly inputs: readonly TensorAxes[];
  /** Weights that the op reads: its own, or those of its forward twin. */
  readonly parameters: readonly TensorAxes[];
  /** One entry for each output port. */
  readonly outputs: readonly TensorAxes[];
  /** Dimensions whose parts give partial sums of the outputs that have no axis along them. */
  readonly sums: readonly number[];
  /** Inputs that may be partial sums, because the op is linear in all of them together. */
  readonly linearIn: readonly number[];
}
