/**
 * NASNet-A (Zoph, Vasudevan, Shlens, Le: "Learning Transferable Architectures for Scalable Image Recognition", CVPR 2018) for
 * ImageNet: "N @ P" of the paper is N normal cells in each of three stages and P channels before the classifier. Cells as in
 * figure 4; stem, and which earlier cell the first cell of a stage sees, as in the authors' release and Keras; the optional auxiliary
 * classifier as in the network that PipeDream profiled.
 */
import { add, concat, dense, dropout } from "../dense-layers.ts";
import type { Tape, Tensor } from "../tape.ts";
import { relu } from "./activations.ts";
import { auxiliaryClassifier } from "./auxiliary-classifier.ts";
import { CLASSES, type ImageOptions, imageClassifier } from "./image-classifier.ts";
import {
  avgPool,
  conv2d,
  convBn,
  depthwiseConv2d,
  globalAvgPool,
  maxPool,
  samePadding,
} from "./image-layers.ts";
import { batchNorm } from "./normalisation.ts";
import { factorizedReduction, reluConvBn } from "./searched-cell-layers.ts";

const sizes = {
  large: { cells: 6, penultimate: 4032, stemFilters: 96, besideReduction: "before" },
  mobile: { cells: 4, penultimate: 1056, stemFilters: 32, besideReduction: "input" },
} as const;

export type NasnetSize = keyof typeof sizes;

/** A normal cell concatenates six tensors, and the last stage has four times the filters of the first. */
const PENULTIMATE_PER_FILTER = 24;

/** What a cell sees: the last cell's result, and that of the one before. */
interface State {
  readonly x: Tensor;
  readonly previous: Tensor;
}

export interface NasnetOptions extends ImageOptions {
  readonly aux: boolean;
}

export function nasnetA(size: NasnetSize, { aux, ...options }: NasnetOptions): Tape {
  const { cells, penultimate, stemFilters, besideReduction } = sizes[size];
  const filters = penultimate / PENULTIMATE_PER_FILTER;
  return imageClassifier(options, (tape, images, labels) => {
    const stem = convBn(tape, images, "stem", { filters: stemFilters, kernel: [3, 3], stride: 2 });
    const first = reductionCell(tape, { x: stem, previous: stem }, "stem_1", filters / 4);
    const second = reductionCell(tape, { x: first, previous: stem }, "stem_2", filters / 2);
    let state: State = { x: second, previous: first };
    for (let stage = 0; stage < 3; stage++) {
      const width = filters * 2 ** stage;
      if (stage > 0) {
        const reduced = reductionCell(tape, state, `reduction_${stage}`, width);
        state = { x: reduced, previous: besideReduction === "before" ? state.previous : state.x };
      }
      for (let c = 1; c <= cells; c++) {
        const result = normalCell(tape, state, `stage_${stage + 1}/cell_${c}`, width);
        state = { x: result, previous: state.x };
      }
      if (aux && stage === 1) auxiliaryClassifier(tape, relu(tape, state.x, "aux/relu"), labels, [2, 2]);
    }
    const pooled = globalAvgPool(tape, relu(tape, state.x, "head/relu"), "head/pool");
    return dense(tape, dropout(tape, pooled, "head/dropout"), "head/logits", CLASSES);
  });
}

function normalCell(tape: Tape, state: State, name: string, filters: number): Tensor {
  const { x: h, previous: p } = squeezed(tape, state, name, filters);
  const blocks = [
    add(
      tape,
      separable(tape, h, `${name}/b1/left`, filters, 5),
      separable(tape, p, `${name}/b1/right`, filters, 3),
      `${name}/b1/add`,
    ),
    add(
      tape,
      separable(tape, p, `${name}/b2/left`, filters, 5),
      separable(tape, p, `${name}/b2/right`, filters, 3),
      `${name}/b2/add`,
    ),
    add(tape, pooled(tape, h, `${name}/b3/left`, "avg"), p, `${name}/b3/add`),
    add(
      tape,
      pooled(tape, p, `${name}/b4/left`, "avg"),
      pooled(tape, p, `${name}/b4/right`, "avg"),
      `${name}/b4/add`,
    ),
    add(tape, separable(tape, h, `${name}/b5/left`, filters, 3), h, `${name}/b5/add`),
  ];
  return concat(tape, [p, ...blocks], `${name}/concat`, 1);
}

function reductionCell(tape: Tape, state: State, name: string, filters: number): Tensor {
  const { x: h, previous: p } = squeezed(tape, state, name, filters);
  const first = add(
    tape,
    separable(tape, h, `${name}/b1/left`, filters, 5, 2),
    separable(tape, p, `${name}/b1/right`, filters, 7, 2),
    `${name}/b1/add`,
  );
  const second = add(
    tape,
    pooled(tape, h, `${name}/b2/left`, "max", 2),
    separable(tape, p, `${name}/b2/right`, filters, 7, 2),
    `${name}/b2/add`,
  );
  const third = add(
    tape,
    pooled(tape, h, `${name}/b3/left`, "avg", 2),
    separable(tape, p, `${name}/b3/right`, filters, 5, 2),
    `${name}/b3/add`,
  );
  const fourth = add(tape, pooled(tape, first, `${name}/b4/left`, "avg"), second, `${name}/b4/add`);
  const fifth = add(
    tape,
    separable(tape, first, `${name}/b5/left`, filters, 3),
    pooled(tape, h, `${name}/b5/right`, "max", 2),
    `${name}/b5/add`,
  );
  return concat(tape, [second, third, fourth, fifth], `${name}/concat`, 1);
}

/** Both inputs at the last cell's size and the cell's width; a first cell sees its one input as it is, too. */
function squeezed(tape: Tape, { x, previous }: State, name: string, filters: number): State {
  const h = reluConvBn(tape, x, `${name}/squeeze`, { filters, kernel: [1, 1] });
  if (previous === x) return { x: h, previous: x };
  if (previous.shape[2] !== x.shape[2])
    return { x: h, previous: factorizedReduction(tape, previous, `${name}/reduce`, filters) };
  if (previous.shape[1] === filters) return { x: h, previous };
  const p = reluConvBn(tape, previous, `${name}/squeeze_previous`, { filters, kernel: [1, 1] });
  return { x: h, previous: p };
}

/** A depthwise-separable convolution applied twice, as searched. */
function separable(tape: Tape, x: Tensor, name: string, filters: number, window: number, stride = 1): Tensor {
  const once = (y: Tensor, part: string, step: number): Tensor => {
    const kernel = [window, window] as const;
    const options = { kernel, stride: step, padding: samePadding(kernel) };
    const active = relu(tape, y, `${part}/relu`);
    const filtered = depthwiseConv2d(tape, active, `${part}/depthwise`, options);
    const mixed = conv2d(tape, filtered, `${part}/pointwise`, { filters, kernel: [1, 1] });
    return batchNorm(tape, mixed, `${part}/bn`);
  };
  return once(once(x, `${name}/first`, stride), `${name}/second`, 1);
}

function pooled(tape: Tape, x: Tensor, name: string, kind: "avg" | "max", stride = 1): Tensor {
  const pool = kind === "avg" ? avgPool : maxPool;
  return pool(tape, x, `${name}/${kind}_pool`, { kernel: [3, 3], stride, padding: [1, 1] });
}
