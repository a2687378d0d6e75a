/**
 * The layouts that follow from how an op is split. Each input and weight is needed in the parts
 * along the dimensions that are divided. Each output is made in such parts, and it is a partial sum
 * over the mesh axes that divide a dimension which is summed away. Sources: Jia et al. (SOAP, MLSys
 * 2019) for iteration spaces, Xu et al. (GSPMD, arXiv 2105.04663) for partial sums.
 */
import { type IterationDimension, type OpIteration, type TensorAxes, WHOLE } from "../graph/iteration.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { countAlong, type MeshSizes } from "./mesh.ts";
import { evenRanges, type Ranges, scaled, unlessEven, widened } from "./ranges.ts";

/** For each iteration dimension of an op the mesh axes that divide it, the major one first. */
export type OpSplit = readonly (readonly number[])[];

/**
 * A dimension that all ranks of an op pass panel by panel, as SUMMA does (van de Geijn and Watts,
 * 1997). Each tensor along it lies in panels along the one of both mesh axes that divides nothing
 * else of that tensor. Both axes have as many ranks as there are panels.
 */
export interface Panels {
  readonly dimension: number;
  readonly axes: readonly number[];
}

export interface NaturalLayouts {
  readonly inputs: readonly Layout[];
  readonly parameters: readonly Layout[];
  readonly outputs: readonly Layout[];
}

export const unsplit = ({ dimensions }: Pick<OpIteration, "dimensions">): OpSplit => dimensions.map(() => []);

export const usedAxes = (split: OpSplit): number[] => split.flat().sort((a, b) => a - b);

/** Mesh axes along which the panels of a tensor lie; none for one that has no axis along them. */
export function panelAxes({ along }: TensorAxes, split: OpSplit, { dimension, axes }: Panels): number[] {
  if (!along.includes(dimension)) return [];
  const used = along.flatMap((of) => (of === WHOLE ? [] : split[of]));
  return axes.filter((axis) => !used.includes(axis));
}

/** Ranges of the dimensions that are not in equal parts, on a mesh of these sizes. */
export interface DimensionRanges {
  readonly sizes: MeshSizes;
  readonly ranges: readonly (Ranges | null)[];
}

/** Whether an input reads rows of its neighbours along a dimension that is divided. */
const hasHalo = ({ halo = 0, haloInputs }: IterationDimension, input: number): boolean =>
  halo > 0 && input !== NO_INPUT && (haloInputs === undefined || haloInputs.includes(input));

const NO_INPUT = -1;

/**
 * The ranges of a tensor's axes where they are no equal parts. They are those of the dimension, cut
 * in proportion, with the rows of neighbours that an input needs.
 */
function rangesOfAxes(
  { dimensions }: OpIteration,
  tensor: TensorAxes,
  axes: Layout["axes"],
  { sizes, ranges }: DimensionRanges,
  input: number,
): (Ranges | null)[] {
  return tensor.shape.map((length, t) => {
    if (axes[t].length === 0) return null;
    const dimension = dimensions[tensor.along[t]];
    const { size, halo = 0 } = dimension;
    const needsRows = hasHalo(dimension, input);
    const parts = countAlong(axes[t], sizes);
    const own = ranges[tensor.along[t]];
    const isEven = size === length || (size % parts === 0 && length % parts === 0);
    if (own === null && isEven && !needsRows) return null;
    const cut = scaled(own ?? evenRanges(size, axes[t], sizes), size, length);
    return unlessEven(needsRows ? widened(cut, halo, length) : cut, length, axes[t], sizes);
  });
}

/** Panels of an output are summed where they lie, so it is no partial sum over their axis. */
export function naturalLayouts(
  iteration: OpIteration,
  split: OpSplit,
  panels: Panels | null = null,
  uneven?: DimensionRanges,
): NaturalLayouts {
  const lyingOf = (tensor: TensorAxes): readonly number[] =>
    panels === null ? [] : panelAxes(tensor, split, panels);
  const along = (tensor: TensorAxes): readonly (readonly number[])[] =>
    tensor.along.map((dimension) => {
      if (dimension === WHOLE) return [];
      return dimension === panels?.dimension ? lyingOf(tensor) : split[dimension];
    });
  const layout = (tensor: TensorAxes, partial: readonly number[], input = NO_INPUT): Layout => {
    const axes = along(tensor);
    if (uneven === undefined || panels !== null) return { axes, partial };
    return layoutOf(axes, partial, rangesOfAxes(iteration, tensor, axes, uneven, input));
  };
  const summedOver = (tensor: TensorAxes): number[] =>
    iteration.sums
      .filter((dimension) => !tensor.along.includes(dimension))
      .flatMap((dimension) => split[dimension])
      .filter((axis) => !lyingOf(tensor).includes(axis))
      .sort((a, b) => a - b);
  return {
    inputs: iteration.inputs.map((tensor, input) => layout(tensor, [], input)),
    parameters: iteration.parameters.map((tensor) => layout(tensor, [])),
    outputs: iteration.outputs.map((tensor) => layout(tensor, summedOver(tensor))),
  };
}

/** The split of another op with dimensions of the same names: what a backward op takes over. */
export function splitByName(
  from: Pick<OpIteration, "dimensions">,
  split: OpSplit,
  to: Pick<OpIteration, "dimensions">,
): OpSplit {
  return to.dimensions.map(({ name }) => {
    const at = from.dimensions.findIndex((dimension) => dimension.name === name);
    return at === -1 ? [] : split[at];
  });
}

/** The share of an op's work that each rank does, padded. */
export const workShare = (
  { dimensions }: Pick<OpIteration, "dimensions">,
  split: OpSplit,
  partLength: (length: number, axes: readonly number[]) => number,
): number =>
  dimensions.reduce(
    (share, { size }, dimension) =>
      size === 0 ? share : (share * partLength(size, split[dimension])) / size,
    1,
  );
