/**
 * Layers that the cells of both NASNet-A and AmoebaNet-D are made of: the rectifier comes before the convolution, and a
 * reduction of the image by two keeps every pixel in one of two halves of the channels.
 */
import { concat } from "../dense-layers.ts";
import type { Tape, Tensor } from "../tape.ts";
import { relu } from "./activations.ts";
import { type ConvOptions, conv2d, convBn, shifted } from "./image-layers.ts";
import { batchNorm } from "./normalisation.ts";

/** Rectifier, convolution, batch normalisation. */
export const reluConvBn = (tape: Tape, x: Tensor, name: string, options: ConvOptions): Tensor =>
  convBn(tape, relu(tape, x, `${name}/relu`), name, options);

/** Halves height and width: half of the filters see the image's even pixels, the others those one to the right and below. */
export function factorizedReduction(tape: Tape, x: Tensor, name: string, filters: number): Tensor {
  const active = relu(tape, x, `${name}/relu`);
  const moved = shifted(tape, active, `${name}/shift`);
  const window = { filters: filters / 2, kernel: [1, 1], stride: 2 } as const;
  const halves = [
    conv2d(tape, active, `${name}/conv_0`, window),
    conv2d(tape, moved, `${name}/conv_1`, window),
  ];
  return batchNorm(tape, concat(tape, halves, `${name}/concat`, 1), `${name}/bn`);
}
