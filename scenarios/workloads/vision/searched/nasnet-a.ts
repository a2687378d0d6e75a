/**
 * NASNet-A (Zoph, Vasudevan, Shlens, Le: "Learning Transferable Architectures for Scalable Image
 * Recognition", CVPR 2018) for ImageNet: "N @ P" of the paper is N normal cells in each of three
 * stages and P channels before the classifier. Cells are those of figure 4. The stem, and the
 * earlier cell that the first cell of a stage reads, are those of the authors' release and Keras.
 * The optional auxiliary classifier is that of the network that PipeDream profiled.
 */
import { dense, dropout } from "../../layers/dense-layers.ts";
import { relu } from "../../layers/pointwise.ts";
import type { Tape } from "../../tape/tape.ts";
import { auxiliaryClassifier } from "../parts/auxiliary-classifier.ts";
import { CLASSES, type ImageOptions, imageClassifier } from "../parts/image-classifier.ts";
import { conv2d, convBn, depthwiseConv2d, globalAvgPool, samePadding } from "../parts/image-layers.ts";
import { batchNorm } from "../parts/normalisation.ts";
import {
  applyCell,
  avg3,
  type Cell,
  type CellInputs,
  fitted,
  identity,
  max3,
  type Operation,
  reluConvBn,
} from "./searched-cell.ts";

const sizes = {
  large: { cells: 6, penultimate: 4032, stemFilters: 96, besideReduction: "before" },
  mobile: { cells: 4, penultimate: 1056, stemFilters: 32, besideReduction: "input" },
} as const;

export type NasnetSize = keyof typeof sizes;

export interface NasnetOptions extends ImageOptions {
  readonly aux: boolean;
}

/**
 * A normal cell concatenates six tensors, and the last stage has four times the filters of the
 * first.
 */
const PENULTIMATE_PER_FILTER = 24;

/** A depthwise-separable convolution applied twice, as in the search space. */
const separable =
  (window: number): Operation =>
  (tape, x, name, { stride, width }) => {
    let y = x;
    for (const [part, step] of [
      ["first", stride],
      ["second", 1],
    ] as const) {
      const kernel = [window, window] as const;
      const options = { kernel, stride: step, padding: samePadding(kernel) };
      y = relu(tape, y, `${name}/${part}/relu`);
      y = depthwiseConv2d(tape, y, `${name}/${part}/depthwise`, options);
      y = conv2d(tape, y, `${name}/${part}/pointwise`, { filters: width, kernel: [1, 1] });
      y = batchNorm(tape, y, `${name}/${part}/bn`);
    }
    return y;
  };
const [sep3, sep5, sep7] = [separable(3), separable(5), separable(7)];

const normal: Cell = {
  additions: [
    { left: [0, sep5], right: [1, sep3] },
    { left: [1, sep5], right: [1, sep3] },
    { left: [0, avg3], right: [1, identity] },
    { left: [1, avg3], right: [1, avg3] },
    { left: [0, sep3], right: [0, identity] },
  ],
  result: [1, 2, 3, 4, 5, 6],
  stride: 1,
};

const reduction: Cell = {
  additions: [
    { left: [0, sep5], right: [1, sep7] },
    { left: [0, max3], right: [1, sep7] },
    { left: [0, avg3], right: [1, sep5] },
    { left: [2, avg3], right: [3, identity] },
    { left: [2, sep3], right: [0, max3] },
  ],
  result: [3, 4, 5, 6],
  stride: 2,
};

export function nasnetA(size: NasnetSize, { aux, ...options }: NasnetOptions): Tape {
  const { cells, penultimate, stemFilters, besideReduction } = sizes[size];
  const filters = penultimate / PENULTIMATE_PER_FILTER;
  return imageClassifier(options, (tape, images, labels) => {
    const append = (cell: Cell, inputs: CellInputs, name: string, width: number) =>
      applyCell(tape, cell, fitted(tape, inputs, name, width), name, width);

    const stem = convBn(tape, images, "stem", { filters: stemFilters, kernel: [3, 3], stride: 2 });
    // The first cell's second input is the stem as it is.
    const squeezed = reluConvBn(tape, stem, "stem_1/squeeze", { filters: filters / 4, kernel: [1, 1] });
    const first = applyCell(tape, reduction, { x: squeezed, previous: stem }, "stem_1", filters / 4);
    const second = append(reduction, { x: first, previous: stem }, "stem_2", filters / 2);
    let state: CellInputs = { x: second, previous: first };
    for (let stage = 1; stage <= 3; stage++) {
      const width = filters * 2 ** (stage - 1);
      if (stage > 1) {
        const reduced = append(reduction, state, `reduction_${stage - 1}`, width);
        state = { x: reduced, previous: besideReduction === "before" ? state.previous : state.x };
      }
      for (let c = 1; c <= cells; c++)
        state = { x: append(normal, state, `stage_${stage}/cell_${c}`, width), previous: state.x };
      if (aux && stage === 2) auxiliaryClassifier(tape, relu(tape, state.x, "aux/relu"), labels, [2, 2]);
    }
    const pooled = globalAvgPool(tape, relu(tape, state.x, "head/relu"), "head/pool");
    return dense(tape, dropout(tape, pooled, "head/dropout"), "head/logits", CLASSES);
  });
}
