/** Convolutions as matrix products, and the windows of convolutions and pooling. */
import { type Layer, picked, type Shape, type Tensor } from "./layer.ts";
import { type Product, productCost } from "./products.ts";

export interface Window {
  readonly height: number;
  readonly width: number;
  readonly stride?: number;
  /** Of height and width, or of both. */
  readonly pad?: number | readonly [number, number];
}

/** Height and width of what a window leaves of an image. */
export function windowed([, , height, width]: Shape, { pad = 0, stride = 1, ...window }: Window): number[] {
  const [above, beside] = typeof pad === "number" ? [pad, pad] : pad;
  return [
    Math.floor((height - window.height + 2 * above) / stride) + 1,
    Math.floor((width - window.width + 2 * beside) / stride) + 1,
  ];
}

/**
 * Space: batch, input channels, output height and width, window height and width, output channels.
 * The released code splits neither height nor width of a convolution.
 */
export function convolution(image: Tensor, channels: number, window: Window, pointwise = 0): Layer {
  const [batch, inChannels] = image.shape;
  const [height, width] = windowed(image.shape, window);
  const sizes = [batch, inChannels, height, width, window.height, window.width, channels];
  const asProduct = (each: ArrayLike<number>): Product => ({
    batch: 1,
    m: each[0] * each[2] * each[3],
    n: each[6],
    k: each[1] * each[4] * each[5],
  });
  return {
    kind: "Conv",
    space: [batch, inChannels, 1, 1, window.height, window.width, channels],
    inputs: [image],
    outputs: [[batch, channels, height, width]],
    cost: (splits, machine) => productCost(asProduct(sizes), asProduct(splits), pointwise, machine),
    inputSplits: (splits) => picked(splits, [0, 1, 2, 3]),
    outputSplits: (splits) => picked(splits, [0, 6, 2, 3]),
  };
}
