/**
 * Cells of architecture search (Zoph et al., CVPR 2018; Real et al., AAAI 2019). A cell reads the
 * results of the two cells before it. It applies operations to pairs of states, adds each pair, and
 * concatenates some of its states. nasnet-a.ts and amoebanet-d.ts are tables of such cells.
 */
import { add, concat } from "../../layers/dense-layers.ts";
import { relu } from "../../layers/pointwise.ts";
import type { Tape, Tensor } from "../../tape/tape.ts";
import { avgPool, type ConvOptions, conv2d, convBn, maxPool, shifted } from "../parts/image-layers.ts";
import { batchNorm } from "../parts/normalisation.ts";

/**
 * Applied to a state; the result has the cell's width, and at stride 2 half the height and width.
 */
export type Operation = (
  tape: Tape,
  x: Tensor,
  name: string,
  how: { readonly stride: number; readonly width: number },
) => Tensor;

/**
 * State 0 is the last cell's result and state 1 the result of the cell before. The others are the
 * cell's additions in their order.
 */
export type Operand = readonly [state: number, operation: Operation];

export interface Cell {
  readonly additions: readonly { readonly left: Operand; readonly right: Operand }[];
  /** States that the cell's result concatenates. */
  readonly result: readonly number[];
  /** Stride of operations on the cell's inputs; operations on its additions keep the size. */
  readonly stride: 1 | 2;
}

/** The inputs of a cell: the last cell's result, and the result of the cell before. */
export interface CellInputs {
  readonly x: Tensor;
  readonly previous: Tensor;
}

/** Pre: inputs have the same size and the cell's width, as `fitted` makes them. */
export function applyCell(
  tape: Tape,
  cell: Cell,
  { x, previous }: CellInputs,
  name: string,
  width: number,
): Tensor {
  const states = [x, previous];
  cell.additions.forEach(({ left, right }, a) => {
    const operand = ([state, operation]: Operand, side: string): Tensor => {
      const stride = state < 2 ? cell.stride : 1;
      return operation(tape, states[state], `${name}/add_${a}/${side}`, { stride, width });
    };
    states.push(add(tape, operand(left, "left"), operand(right, "right"), `${name}/add_${a}`));
  });
  const parts = cell.result.map((state) => states[state]);
  return concat(tape, parts, `${name}/concat`, 1);
}

/** Both results at the cell's width and at the last cell's size. */
export function fitted(tape: Tape, { x, previous }: CellInputs, name: string, width: number): CellInputs {
  return {
    x: reluConvBn(tape, x, `${name}/squeeze`, { filters: width, kernel: [1, 1] }),
    previous: fittedPrevious(tape, previous, x, `${name}/previous`, width),
  };
}

function fittedPrevious(tape: Tape, previous: Tensor, x: Tensor, name: string, width: number): Tensor {
  if (previous.shape[2] !== x.shape[2]) return factorizedReduction(tape, previous, name, width);
  if (previous.shape[1] === width) return previous;
  return reluConvBn(tape, previous, name, { filters: width, kernel: [1, 1] });
}

/**
 * Halves height and width. Half of the filters read the image's even pixels, the others the pixels
 * one to the right and below.
 */
function factorizedReduction(tape: Tape, x: Tensor, name: string, filters: number): Tensor {
  const active = relu(tape, x, `${name}/relu`);
  const moved = shifted(tape, active, `${name}/shift`);
  const window = { filters: filters / 2, kernel: [1, 1], stride: 2 } as const;
  const halves = [
    conv2d(tape, active, `${name}/conv_0`, window),
    conv2d(tape, moved, `${name}/conv_1`, window),
  ];
  return batchNorm(tape, concat(tape, halves, `${name}/concat`, 1), `${name}/bn`);
}

/** Rectifier, convolution, batch normalisation. */
export const reluConvBn = (tape: Tape, x: Tensor, name: string, options: ConvOptions): Tensor =>
  convBn(tape, relu(tape, x, `${name}/relu`), name, options);

export const identity: Operation = (_tape, x) => x;
export const max3: Operation = (tape, x, name, { stride }) =>
  maxPool(tape, x, `${name}/max_pool`, { kernel: [3, 3], stride, padding: [1, 1] });
export const avg3: Operation = (tape, x, name, { stride }) =>
  avgPool(tape, x, `${name}/avg_pool`, { kernel: [3, 3], stride, padding: [1, 1] });
