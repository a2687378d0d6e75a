/**
 * The simplified U-Net "(B, C)" of torchgpipe's measurements (Kim et al.: "torchgpipe: On-the-fly
 * Pipeline Parallelism for Training Giant Models", 2020). It has five levels, each of B
 * convolutions down and B up, and C channels at the finest level. Convolutions are padded and have
 * no bias; with dropout of channels, instance normalisation and leaky rectifiers.
 */

import { concat } from "../../layers/dense-layers.ts";
import { leakyRelu } from "../../layers/pointwise.ts";
import { createTape, type Tape, type Tensor } from "../../tape/tape.ts";
import { expectMultiple } from "../../workload.ts";
import type { ImageOptions } from "../parts/image-classifier.ts";
import { channelDropout, conv2d, maxPool, padTo, upsample } from "../parts/image-layers.ts";
import { sigmoidCrossEntropy } from "../parts/losses.ts";
import { instanceNorm } from "../parts/normalisation.ts";

export interface UnetGpipeOptions extends ImageOptions {
  /** Convolutions of a level, on each side. */
  readonly convs: number;
  /** Channels of the finest level: an even number. */
  readonly channels: number;
}

const LEVELS = 5;

/** Filters of all convolutions of a level but the last, and of the last. */
interface Widths {
  readonly inner: number;
  readonly last: number;
}

export function unetGpipe({ batch, pixels, convs, channels }: UnetGpipeOptions): Tape {
  expectMultiple("unet-gpipe", "channels", channels, 2);
  const tape = createTape();
  let x = tape.feed("images", [batch, 3, pixels, pixels]);
  const skips: Tensor[] = [];
  for (let level = 0; level < LEVELS; level++) {
    const width = channels * 2 ** level;
    x = stackedConvs(tape, x, `down_${level + 1}`, convs, { inner: width, last: width });
    skips.push(x);
    x = maxPool(tape, x, `down_${level + 1}/pool`, { kernel: [2, 2], stride: 2 });
  }
  const narrow = channels * 2 ** (LEVELS - 1);
  x = stackedConvs(tape, x, "bottom", convs, { inner: 2 * narrow, last: narrow });
  for (let level = LEVELS - 1; level >= 0; level--) {
    const width = (channels * 2 ** level) / 2;
    const joined = join(tape, x, skips[level], `up_${level + 1}`);
    x = stackedConvs(tape, joined, `up_${level + 1}`, convs, { inner: width, last: width });
  }
  const logits = conv2d(tape, x, "segment/conv", { filters: 1, kernel: [1, 1] });
  sigmoidCrossEntropy(tape, logits, tape.feed("masks", logits.shape), "loss");
  return tape;
}

function stackedConvs(tape: Tape, x: Tensor, name: string, convs: number, { inner, last }: Widths): Tensor {
  let y = x;
  for (let c = 1; c <= convs; c++) {
    const part = `${name}/layer_${c}`;
    const filters = c === convs ? last : inner;
    y = conv2d(tape, y, `${part}/conv`, { filters, kernel: [3, 3], padding: [1, 1] });
    y = instanceNorm(tape, channelDropout(tape, y, `${part}/dropout`), `${part}/norm`);
    y = leakyRelu(tape, y, `${part}/relu`);
  }
  return y;
}

/**
 * The coarser level's result, scaled to the size of the skip connection, and concatenated with it.
 */
function join(tape: Tape, x: Tensor, skip: Tensor, name: string): Tensor {
  const grown = upsample(tape, x, `${name}/upsample`, 2);
  const [, , height, width] = skip.shape;
  const fits = grown.shape[2] === height && grown.shape[3] === width;
  const padded = fits ? grown : padTo(tape, grown, `${name}/pad`, [height, width]);
  return concat(tape, [padded, skip], `${name}/concat`, 1);
}
