/**
 * The layouts that follow from how an op is split. Each input and weight is needed in the parts
 * along the dimensions that are divided. Each output is made in such parts, and it is a partial sum
 * over the mesh axes that divide a dimension which is summed away. Sources: Jia et al. (SOAP, MLSys
 * 2019) for iteration spaces, Xu et al. (GSPMD, arXiv 2105.04663) for partial sums.
 */
import { type OpIteration, type TensorAxes, WHOLE } from "../graph/iteration.ts";
import type { Layout } from "./layout.ts";

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

/** Panels of an output are summed where they lie, so it is no partial sum over their axis. */
export function naturalLayouts(
  iteration: OpIteration,
  split: OpSplit,
  panels: Panels | null = null,
): NaturalLayouts {
  const lyingOf = (tensor: TensorAxes): readonly number[] =>
    panels === null ? [] : panelAxes(tensor, split, panels);
  const along = (tensor: TensorAxes): readonly (readonly number[])[] =>
    tensor.along.map((dimension) => {
      if (dimension === WHOLE) return [];
      return dimension === panels?.dimension ? lyingOf(tensor) : split[dimension];
    });
  return {
    inputs: iteration.inputs.map((tensor) => ({ axes: along(tensor), partial: [] })),
    parameters: iteration.parameters.map((tensor) => ({ axes: along(tensor), partial: [] })),
    outputs: iteration.outputs.map((tensor) => ({
      axes: along(tensor),
      partial: iteration.sums
        .filter((dimension) => !tensor.along.includes(dimension))
        .flatMap((dimension) => split[dimension])
        .filter((axis) => !lyingOf(tensor).includes(axis))
        .sort((a, b) => a - b),
    })),
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
