/**
 * AmoebaNet-D (Real, Aggarwal, Huang, Le: "Regularized Evolution for Image Classifier Architecture Search", AAAI 2019) as
 * "(L, D)" of GPipe (Huang et al., NeurIPS 2019) and torchgpipe: L normal cells in three stages, D filters. Cells, stem and
 * what a normal cell concatenates follow the TensorFlow release, with which the parameter counts of GPipe's table come out
 * (the paper of AmoebaNet draws another concatenation).
 */
import { InputError } from "../../../env/index.ts";
import { add, concat, dense } from "../dense-layers.ts";
import type { Tape, Tensor } from "../tape.ts";
import { relu } from "./activations.ts";
import { CLASSES, type ImageOptions, imageClassifier } from "./image-classifier.ts";
import { avgPool, convBn, globalAvgPool, maxPool, type Pair } from "./image-layers.ts";
import { factorizedReduction, reluConvBn } from "./searched-cell-layers.ts";

export interface AmoebaNetOptions extends ImageOptions {
  /** Normal cells: three stages of equal length. */
  readonly layers: number;
  /** Filters of the network; the first cells start from a quarter of them. */
  readonly filters: number;
}

type Operation = (tape: Tape, x: Tensor, name: string, stride: number) => Tensor;

/** One of the two operands of an addition: which state it takes (0 the last cell, 1 the one before), and what it does. */
type Operand = readonly [state: number, operation: Operation];

interface Cell {
  readonly additions: readonly (readonly [Operand, Operand])[];
  /** States that the cell's result is made of. */
  readonly result: readonly number[];
  /** Of operations on the cell's inputs; those on states of the cell keep the size. */
  readonly stride: number;
}

const identity: Operation = (_tape, x) => x;
const max2: Operation = (tape, x, name, stride) =>
  maxPool(tape, x, `${name}/max_pool`, { kernel: [2, 2], stride });
const max3: Operation = (tape, x, name, stride) =>
  maxPool(tape, x, `${name}/max_pool`, { kernel: [3, 3], stride, padding: [1, 1] });
const avg3: Operation = (tape, x, name, stride) =>
  avgPool(tape, x, `${name}/avg_pool`, { kernel: [3, 3], stride, padding: [1, 1] });
const conv1: Operation = (tape, x, name, stride) =>
  reluConvBn(tape, x, name, { filters: x.shape[1], kernel: [1, 1], stride });
const conv3: Operation = (tape, x, name, stride) =>
  narrowed(tape, x, name, [{ kernel: [3, 3], stride, padding: [1, 1] }]);
const conv7: Operation = (tape, x, name, stride) =>
  narrowed(tape, x, name, [
    { kernel: [1, 7], stride: [1, stride], padding: [0, 3] },
    { kernel: [7, 1], stride: [stride, 1], padding: [3, 0] },
  ]);

const normal: Cell = {
  additions: [
    [
      [1, conv1],
      [1, max3],
    ],
    [
      [1, identity],
      [0, conv7],
    ],
    [
      [0, conv1],
      [0, conv7],
    ],
    [
      [2, max3],
      [2, identity],
    ],
    [
      [1, avg3],
      [5, conv1],
    ],
  ],
  result: [0, 3, 4, 6],
  stride: 1,
};

const reduction: Cell = {
  additions: [
    [
      [0, max2],
      [0, max3],
    ],
    [
      [2, identity],
      [1, conv3],
    ],
    [
      [2, conv7],
      [2, max3],
    ],
    [
      [3, identity],
      [1, max2],
    ],
    [
      [2, avg3],
      [3, conv1],
    ],
  ],
  result: [4, 5, 6],
  stride: 2,
};

/** Windows on a quarter of the channels, between 1x1 convolutions. */
function narrowed(
  tape: Tape,
  x: Tensor,
  name: string,
  windows: readonly { readonly kernel: Pair; readonly stride: number | Pair; readonly padding: Pair }[],
): Tensor {
  const channels = x.shape[1];
  let y = reluConvBn(tape, x, `${name}/narrow`, { filters: channels / 4, kernel: [1, 1] });
  windows.forEach((window, i) => {
    y = reluConvBn(tape, y, `${name}/window_${i}`, { filters: channels / 4, ...window });
  });
  return reluConvBn(tape, y, `${name}/widen`, { filters: channels, kernel: [1, 1] });
}

export function amoebanetD({ layers, filters, ...options }: AmoebaNetOptions): Tape {
  refuse("layers", layers, 3);
  refuse("filters", filters, 8);
  return imageClassifier(options, (tape, images) => {
    let width = filters / 4;
    const active = relu(tape, images, "stem_1/relu");
    const kernel = [3, 3] as const;
    const stem = convBn(tape, active, "stem_1", { filters: width, kernel, stride: 2, padding: [1, 1] });
    let [x, previous] = [stem, stem];
    const append = (cell: Cell, name: string) => {
      width *= cell.stride;
      [x, previous] = [apply(tape, cell, { x, previous }, name, width), x];
    };
    append(reduction, "stem_2");
    append(reduction, "stem_3");
    for (let stage = 1; stage <= 3; stage++) {
      if (stage > 1) append(reduction, `reduction_${stage - 1}`);
      for (let c = 1; c <= layers / 3; c++) append(normal, `stage_${stage}/cell_${c}`);
    }
    return dense(tape, globalAvgPool(tape, x, "head/pool"), "head/logits", CLASSES);
  });
}

function refuse(option: string, value: number, divisor: number): void {
  if (value % divisor !== 0)
    throw new InputError(`amoebanet-d: ${option} is ${value}, expected a multiple of ${divisor}.`);
}

function apply(
  tape: Tape,
  { additions, result, stride }: Cell,
  { x, previous }: { readonly x: Tensor; readonly previous: Tensor },
  name: string,
  width: number,
): Tensor {
  const states = [
    reluConvBn(tape, x, `${name}/squeeze`, { filters: width, kernel: [1, 1] }),
    fitted(tape, previous, x, `${name}/previous`, width),
  ];
  additions.forEach((operands, a) => {
    const [left, right] = operands.map(([state, operation], side) =>
      operation(
        tape,
        states[state],
        `${name}/add_${a}/${side === 0 ? "left" : "right"}`,
        state < 2 ? stride : 1,
      ),
    );
    states.push(add(tape, left, right, `${name}/add_${a}`));
  });
  return concat(
    tape,
    result.map((state) => states[state]),
    `${name}/concat`,
    1,
  );
}

/** The result of the cell before the last at the last one's size and the cell's width. */
function fitted(tape: Tape, previous: Tensor, x: Tensor, name: string, width: number): Tensor {
  if (previous.shape[2] !== x.shape[2]) return factorizedReduction(tape, previous, name, width);
  if (previous.shape[1] === width) return previous;
  return reluConvBn(tape, previous, name, { filters: width, kernel: [1, 1] });
}
