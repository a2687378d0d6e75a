/**
 * Residual networks of 18 to 152 layers (He, Zhang, Ren, Sun: "Deep Residual Learning for Image
 * Recognition", CVPR 2016) as frameworks train them: the first 3x3 convolution of a stage has the
 * stride.
 *
 * Wide ones (Zagoruyko and Komodakis, BMVC 2016) have more channels in the 3x3 convolution of a
 * bottleneck. Those that Alpa trains (Zheng et al., OSDI 2022) have wider stages too.
 */
import { add, dense } from "../layers/dense-layers.ts";
import { relu } from "../layers/pointwise.ts";
import type { Tape, Tensor } from "../tape/tape.ts";
import { CLASSES, type ImageOptions, imageClassifier } from "./parts/image-classifier.ts";
import { convBn, convUnit, globalAvgPool, maxPool } from "./parts/image-layers.ts";

/** Number of blocks in each of the four stages, and the kind of block. */
const depths = {
  18: { blocks: [2, 2, 2, 2], block: basic },
  34: { blocks: [3, 4, 6, 3], block: basic },
  50: { blocks: [3, 4, 6, 3], block: bottleneck },
  101: { blocks: [3, 4, 23, 3], block: bottleneck },
  152: { blocks: [3, 8, 36, 3], block: bottleneck },
} as const;

export type ResNetDepth = keyof typeof depths;

/** Each stage has twice the channels of the one before. */
const STAGES = 4;
/** A bottleneck widens to four times its inner width. */
const EXPANSION = 4;

export interface ResNetWidth {
  /** Of the stem and of the first stage inside its blocks. */
  readonly channels: number;
  /** How many times as wide the 3x3 convolution of a bottleneck is as what it reads. */
  readonly factor: number;
}

export const isResNetDepth = (depth: number): depth is ResNetDepth => Object.hasOwn(depths, depth);

export function resnet(
  depth: ResNetDepth,
  options: ImageOptions,
  { channels, factor }: ResNetWidth = { channels: 64, factor: 1 },
): Tape {
  const { blocks, block } = depths[depth];
  return imageClassifier(options, (tape, images) => {
    const stem = { filters: channels, kernel: [7, 7], stride: 2, padding: [3, 3] } as const;
    let x = convUnit(tape, images, "stem", stem);
    x = maxPool(tape, x, "stem/pool", { kernel: [3, 3], stride: 2, padding: [1, 1] });
    for (let s = 0; s < STAGES; s++) {
      const width = channels * 2 ** s;
      const widths = { width, inner: factor * width };
      for (let b = 0; b < blocks[s]; b++)
        x = block(tape, x, `stage_${s + 1}/block_${b + 1}`, widths, s > 0 && b === 0 ? 2 : 1);
    }
    return dense(tape, globalAvgPool(tape, x, "head/pool"), "head/logits", CLASSES);
  });
}

interface BlockWidths {
  readonly width: number;
  /** Of the 3x3 convolution of a bottleneck. */
  readonly inner: number;
}

function basic(tape: Tape, x: Tensor, name: string, { width }: BlockWidths, stride: number): Tensor {
  const y = convUnit(tape, x, `${name}/first`, { filters: width, kernel: [3, 3], stride, padding: [1, 1] });
  const z = convBn(tape, y, `${name}/second`, { filters: width, kernel: [3, 3], padding: [1, 1] });
  return residual(tape, x, z, name, stride);
}

function bottleneck(
  tape: Tape,
  x: Tensor,
  name: string,
  { width, inner }: BlockWidths,
  stride: number,
): Tensor {
  let y = convUnit(tape, x, `${name}/reduce`, { filters: width, kernel: [1, 1] });
  y = convUnit(tape, y, `${name}/spatial`, { filters: inner, kernel: [3, 3], stride, padding: [1, 1] });
  y = convBn(tape, y, `${name}/expand`, { filters: EXPANSION * width, kernel: [1, 1] });
  return residual(tape, x, y, name, stride);
}

/** Adds a block's result to its input. A convolution adapts an input of another shape. */
function residual(tape: Tape, x: Tensor, y: Tensor, name: string, stride: number): Tensor {
  const filters = y.shape[1];
  const shortcut =
    x.shape[1] === filters ? x : convBn(tape, x, `${name}/shortcut`, { filters, kernel: [1, 1], stride });
  return relu(tape, add(tape, y, shortcut, `${name}/add`), `${name}/relu`);
}
