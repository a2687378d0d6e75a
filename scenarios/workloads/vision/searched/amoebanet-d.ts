/**
 * AmoebaNet-D (Real, Aggarwal, Huang, Le: "Regularized Evolution for Image Classifier Architecture
 * Search", AAAI 2019) as "(L, D)" of GPipe (Huang et al., NeurIPS 2019) and torchgpipe: L normal
 * cells in three stages, D filters. Cells, stem and the concatenation of a normal cell follow the
 * TensorFlow release. The parameter counts of GPipe's table follow from it; the paper of AmoebaNet
 * draws another concatenation.
 */

import { dense } from "../../layers/dense-layers.ts";
import { relu } from "../../layers/pointwise.ts";
import type { Tape, Tensor } from "../../tape/tape.ts";
import { expectMultiple } from "../../workload.ts";
import { CLASSES, type ImageOptions, imageClassifier } from "../parts/image-classifier.ts";
import { convBn, globalAvgPool, maxPool, type WindowOptions } from "../parts/image-layers.ts";
import {
  applyCell,
  avg3,
  type Cell,
  fitted,
  identity,
  max3,
  type Operation,
  reluConvBn,
} from "./searched-cell.ts";

export interface AmoebaNetOptions extends ImageOptions {
  /** Normal cells: three stages of equal length. */
  readonly layers: number;
  /** Filters of the network; the first cells start from a quarter of them. */
  readonly filters: number;
}

const max2: Operation = (tape, x, name, { stride }) =>
  maxPool(tape, x, `${name}/max_pool`, { kernel: [2, 2], stride });
const conv1: Operation = (tape, x, name, { stride, width }) =>
  reluConvBn(tape, x, name, { filters: width, kernel: [1, 1], stride });
const conv3: Operation = (tape, x, name, { stride, width }) =>
  narrowed(tape, x, name, width, [{ kernel: [3, 3], stride, padding: [1, 1] }]);
const conv7: Operation = (tape, x, name, { stride, width }) =>
  narrowed(tape, x, name, width, [
    { kernel: [1, 7], stride: [1, stride], padding: [0, 3] },
    { kernel: [7, 1], stride: [stride, 1], padding: [3, 0] },
  ]);

const normal: Cell = {
  additions: [
    { left: [1, conv1], right: [1, max3] },
    { left: [1, identity], right: [0, conv7] },
    { left: [0, conv1], right: [0, conv7] },
    { left: [2, max3], right: [2, identity] },
    { left: [1, avg3], right: [5, conv1] },
  ],
  result: [0, 3, 4, 6],
  stride: 1,
};

const reduction: Cell = {
  additions: [
    { left: [0, max2], right: [0, max3] },
    { left: [2, identity], right: [1, conv3] },
    { left: [2, conv7], right: [2, max3] },
    { left: [3, identity], right: [1, max2] },
    { left: [2, avg3], right: [3, conv1] },
  ],
  result: [4, 5, 6],
  stride: 2,
};

/** Windows on a quarter of the channels, between 1x1 convolutions. */
function narrowed(
  tape: Tape,
  x: Tensor,
  name: string,
  width: number,
  windows: readonly WindowOptions[],
): Tensor {
  let y = reluConvBn(tape, x, `${name}/narrow`, { filters: width / 4, kernel: [1, 1] });
  windows.forEach((window, i) => {
    y = reluConvBn(tape, y, `${name}/window_${i}`, { filters: width / 4, ...window });
  });
  return reluConvBn(tape, y, `${name}/widen`, { filters: width, kernel: [1, 1] });
}

export function amoebanetD({ layers, filters, ...options }: AmoebaNetOptions): Tape {
  expectMultiple("amoebanet-d", "layers", layers, 3);
  expectMultiple("amoebanet-d", "filters", filters, 8);
  return imageClassifier(options, (tape, images) => {
    let width = filters / 4;
    const window = { filters: width, kernel: [3, 3], stride: 2, padding: [1, 1] } as const;
    const stem = convBn(tape, relu(tape, images, "stem_1/relu"), "stem_1", window);
    let [x, previous] = [stem, stem];
    const append = (cell: Cell, name: string) => {
      width *= cell.stride;
      const inputs = fitted(tape, { x, previous }, name, width);
      [x, previous] = [applyCell(tape, cell, inputs, name, width), x];
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
