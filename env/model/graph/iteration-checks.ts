/**
 * Checks of declared dimensions of ops. A mistake throws one sentence with the op, what was given
 * and what was expected. Sizes are compared where both sides are known: bytes with elements, and
 * elements that an op reads with those that its producer makes.
 */
import { InputError } from "../errors.ts";
import { CONTROL, type OpGraph } from "./graph.ts";
import {
  dimensionKinds,
  type IterationDimension,
  type OpIteration,
  type TensorAxes,
  WHOLE,
  type Window,
} from "./iteration.ts";

/** Of a complex number in double precision, the largest element that there is. */
const MOST_BYTES_PER_ELEMENT = 16;

interface Sizes {
  readonly outputs?: readonly number[];
  readonly parameterBytes?: number;
}

const tensorKinds = ["inputs", "parameters", "outputs"] as const;

export function checkIteration(where: string, iteration: OpIteration, sizes: Sizes): void {
  const { dimensions, sums, linearIn } = iteration;
  checkLists(where, iteration);
  const names = new Set<string>();
  for (const dimension of dimensions) checkDimension(where, dimension, names);
  for (const kind of tensorKinds)
    iteration[kind].forEach((tensor, i) => {
      checkTensor(`${where}: ${kind}[${i}]`, tensor, dimensions);
    });
  checkIndices(`${where}: sums`, sums, dimensions.length, "dimensions");
  checkIndices(`${where}: linearIn`, linearIn, iteration.inputs.length, "inputs");
  for (const { name, haloInputs = [] } of dimensions)
    checkIndices(`${where}: haloInputs of "${name}"`, haloInputs, iteration.inputs.length, "inputs");
  dimensions.forEach(({ name }, d) => {
    if (!tensorKinds.some((kind) => iteration[kind].some(({ along }) => along.includes(d))))
      throw new InputError(`${where}: no axis of a tensor runs along the dimension "${name}".`);
  });
  checkBytes(where, iteration, sizes);
}

function checkLists(where: string, iteration: OpIteration): void {
  for (const field of ["dimensions", ...tensorKinds, "sums", "linearIn"] as const)
    if (!Array.isArray(iteration[field]))
      throw new InputError(`${where}: iteration.${field} is ${shown(iteration[field])}, expected a list.`);
}

function checkDimension(
  where: string,
  { name, kind, size, halo, window }: IterationDimension,
  names: Set<string>,
): void {
  if (typeof name !== "string" || name === "")
    throw new InputError(`${where}: a dimension's name is ${shown(name)}, expected a non-empty string.`);
  if (names.has(name)) throw new InputError(`${where}: the dimension "${name}" is declared twice.`);
  names.add(name);
  if (!dimensionKinds.includes(kind))
    throw new InputError(
      `${where}: the dimension "${name}" is of kind ${shown(kind)}, expected ${dimensionKinds.join(", ")}.`,
    );
  checkWhole(`${where}: the size of the dimension "${name}"`, size, 1);
  if (window !== undefined) checkWindow(where, name, kind, window);
  if (halo === undefined) return;
  checkWhole(`${where}: the halo of the dimension "${name}"`, halo, 0);
  if (kind !== "spatial")
    throw new InputError(`${where}: the dimension "${name}" of kind ${kind} has a halo, expected spatial.`);
}

function checkWindow(where: string, name: string, kind: string, window: Window): void {
  const of = `of the windows along "${name}"`;
  const { kernel, stride, padding, dilation = 1 } = window;
  checkWhole(`${where}: the kernel ${of}`, kernel, 1);
  checkWhole(`${where}: the stride ${of}`, stride, 1);
  checkWhole(`${where}: the dilation ${of}`, dilation, 1);
  if (!Number.isSafeInteger(padding))
    throw new InputError(`${where}: the padding ${of} is ${shown(padding)}, expected a whole number.`);
  if (kind !== "spatial")
    throw new InputError(`${where}: the dimension "${name}" of kind ${kind} has windows, expected spatial.`);
}

function checkTensor(
  where: string,
  { shape, along }: TensorAxes,
  dimensions: readonly IterationDimension[],
): void {
  if (!Array.isArray(shape) || !Array.isArray(along) || shape.length !== along.length)
    throw new InputError(
      `${where} has the shape ${shown(shape)} along ${shown(along)}, expected one dimension for each axis.`,
    );
  const seen = new Set<number>();
  shape.forEach((size, axis) => {
    checkWhole(`${where}, axis ${axis}: the size`, size, 1);
    const d = along[axis];
    if (d === WHOLE) return;
    const dimension = dimensions[d];
    if (dimension === undefined)
      throw new InputError(
        `${where}, axis ${axis} runs along the dimension number ${d}, but the op has ${dimensions.length}.`,
      );
    if (seen.has(d))
      throw new InputError(`${where} has two axes along the dimension "${dimension.name}", expected one.`);
    seen.add(d);
    if (dimension.kind !== "spatial" && size % dimension.size !== 0)
      throw new InputError(
        `${where}, axis ${axis} has size ${size}, expected a multiple of the dimension ` +
          `"${dimension.name}" of size ${dimension.size}.`,
      );
  });
}

function checkIndices(where: string, indices: readonly number[], count: number, of: string): void {
  if (new Set(indices).size < indices.length)
    throw new InputError(`${where} is ${shown(indices)}, expected no number twice.`);
  for (const index of indices)
    if (!Number.isInteger(index) || index < 0 || index >= count)
      throw new InputError(`${where} has ${shown(index)}, but the op has ${count} ${of}.`);
}

function checkBytes(
  where: string,
  iteration: OpIteration,
  { outputs = [], parameterBytes = 0 }: Sizes,
): void {
  if (iteration.outputs.length !== outputs.length)
    throw new InputError(
      `${where} has dimensions of ${iteration.outputs.length} outputs, but declares ${outputs.length}.`,
    );
  outputs.forEach((bytes, port) => {
    checkSize(`${where}: outputs[${port}]`, bytes, elementsOf(iteration.outputs[port]));
  });
  const weights = iteration.parameters.reduce((sum, tensor) => sum + elementsOf(tensor), 0);
  checkSize(`${where}: parameterBytes`, parameterBytes, weights);
}

function checkSize(where: string, bytes: number, elements: number): void {
  if (bytes > MOST_BYTES_PER_ELEMENT * elements)
    throw new InputError(
      `${where} has ${bytes} bytes, more than ${MOST_BYTES_PER_ELEMENT} for each of the ${elements} elements of its shape.`,
    );
}

type Tensors = Pick<OpGraph, "inStart" | "edgeSource" | "edgeOutput" | "names"> & {
  readonly iterations: readonly (OpIteration | null)[];
};

/** The inputs of each op with dimensions against its edges and their producers. */
export function checkTensors({ inStart, edgeSource, edgeOutput, names, iterations }: Tensors): void {
  iterations.forEach((iteration, v) => {
    if (iteration === null) return;
    let i = 0;
    for (let e = inStart[v]; e < inStart[v + 1]; e++) {
      if (edgeOutput[e] === CONTROL) continue;
      const read = iteration.inputs[i];
      const made = iterations[edgeSource[e]]?.outputs[edgeOutput[e]];
      if (read !== undefined && made !== undefined && elementsOf(read) !== elementsOf(made))
        throw new InputError(
          `Op "${names[v]}": inputs[${i}] has the shape [${read.shape}], but "${names[edgeSource[e]]}" ` +
            `makes [${made.shape}], another number of elements.`,
        );
      i++;
    }
    if (i !== iteration.inputs.length)
      throw new InputError(
        `Op "${names[v]}" has dimensions of ${iteration.inputs.length} inputs, but ${i} data edges.`,
      );
  });
}

const elementsOf = ({ shape }: TensorAxes): number => shape.reduce((product, size) => product * size, 1);

function checkWhole(what: string, value: unknown, least: number): void {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least)
    throw new InputError(`${what} is ${shown(value)}, expected a whole number of at least ${least}.`);
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 80);
