/**
 * `Space`: the iteration space of a forward op with a letter for each dimension, from which its
 * iteration follows. A small letter runs along an axis. A capital names an axis that is whole in
 * every part, so that later ops may split it; a dot leaves it without a name.
 *
 * scenarios/workloads/tape/iterations has a rule for each type of op of the built-in networks.
 */
import {
  type DimensionKind,
  type IterationDimension,
  type OpIteration,
  type TensorAxes,
  WHOLE,
} from "../graph/iteration.ts";
import type { Halo } from "./halo.ts";

export type Shape = readonly number[];

/** A tensor as an op sees it: its shape, and a letter for each axis. */
export interface View {
  readonly shape: Shape;
  readonly axes: string;
}

export interface Space {
  readonly inputs: readonly View[];
  /** All weights of the op as one tensor, or none. */
  readonly parameters: readonly View[];
  readonly outputs: readonly View[];
  /** Letters whose parts give partial sums. */
  readonly sums: string;
  readonly linearIn: readonly number[];
  /** Of spatial letters. */
  readonly halos: Readonly<Record<string, Halo>>;
  /** Of letters that are a major factor of all their axes. */
  readonly sizes: Readonly<Record<string, number>>;
}

export const meanings: Readonly<Record<string, readonly [name: string, kind: DimensionKind]>> = {
  b: ["batch", "batch"],
  q: ["capacity", "batch"],
  t: ["sequence", "sequence"],
  s: ["keys", "sequence"],
  h: ["head", "head"],
  d: ["head_feature", "feature"],
  n: ["feature", "feature"],
  p: ["part", "feature"],
  f: ["other_part", "feature"],
  k: ["contraction", "contraction"],
  r: ["edge", "contraction"],
  c: ["channel", "channel"],
  i: ["input_channel", "contraction"],
  g: ["group", "channel"],
  y: ["height", "spatial"],
  x: ["width", "spatial"],
  l: ["time", "spatial"],
  v: ["vocabulary", "vocabulary"],
  e: ["expert", "expert"],
  // Axes that a gradient has before those of its tensor, which is repeated along them.
  "0": ["repeated_0", "batch"],
  "1": ["repeated_1", "batch"],
};

/** The letters without axes that are whole. */
export const runs = (axes: string): string => axes.replace(/[.A-Z]/g, "");

/** Letters that occur in some view, in order of first appearance. */
export function lettersOf(views: readonly View[]): string {
  let letters = "";
  for (const { axes } of views)
    for (const letter of axes) if (!isWhole(letter) && !letters.includes(letter)) letters += letter;
  return letters;
}

const isWhole = (letter: string): boolean => letter === "." || (letter >= "A" && letter <= "Z");

/** Every tensor of a space, in the order that numbers the dimensions. */
export const viewsOf = ({ outputs, inputs, parameters }: Space): readonly View[] => [
  ...outputs,
  ...inputs,
  ...parameters,
];

export interface Dimensions {
  readonly letters: string;
  readonly dimensions: readonly IterationDimension[];
}

export interface Reach {
  /** Whether results are those of the windows, or of what the windows read. */
  readonly phase: "forward" | "backward";
  /** Inputs that a part needs beyond its own rows; by default all. */
  readonly inputs?: readonly number[];
}

export function dimensionsOf(space: Space, letters: string, { phase, inputs }: Reach): Dimensions {
  const views = viewsOf(space);
  const isForward = phase === "forward" && inputs === undefined;
  const dimensions = [...letters].map((letter) => {
    const halo = space.halos[letter];
    const [name, kind] = meanings[letter];
    const size = halo?.size ?? space.sizes[letter] ?? sizeOf(views, letter);
    if (halo === undefined) return { name, kind, size };
    const windowed = { name, kind, size, ...(isForward && { window: halo.window }) };
    if (halo[phase] === 0) return windowed;
    return { ...windowed, halo: halo[phase], ...(inputs && { haloInputs: inputs }) };
  });
  return { letters, dimensions };
}

/** The shortest axis along a letter; longer ones are multiples of it. */
function sizeOf(views: readonly View[], letter: string): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (const { shape, axes } of views)
    for (let axis = 0; axis < shape.length; axis++)
      if (axes[axis] === letter) shortest = Math.min(shortest, shape[axis]);
  return shortest;
}

const indices = (letters: string, of: string): number[] => [...of].map((letter) => letters.indexOf(letter));

const tensorAxes = (letters: string, { shape, axes }: View): TensorAxes => ({
  shape,
  along: shape.map((_, axis) => {
    const d = letters.indexOf(axes[axis]);
    return d === -1 ? WHOLE : d;
  }),
});

/** Letters of the views that are not among `letters` are whole. */
export function iterationOf(
  { letters, dimensions }: Dimensions,
  { inputs, parameters, outputs, sums, linearIn }: Omit<Space, "halos" | "sizes">,
): OpIteration {
  const axesOf = (view: View): TensorAxes => tensorAxes(letters, view);
  return {
    dimensions,
    inputs: inputs.map(axesOf),
    parameters: parameters.map(axesOf),
    outputs: outputs.map(axesOf),
    sums: indices(letters, sums),
    linearIn,
  };
}

export function forwardIteration(space: Space): OpIteration {
  return iterationOf(dimensionsOf(space, lettersOf(viewsOf(space)), { phase: "forward" }), space);
}
