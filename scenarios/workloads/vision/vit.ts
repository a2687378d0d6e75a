/**
 * Vision Transformer on patches of 16x16 pixels, Base and Large (Dosovitskiy et al.: "An Image is
 * Worth 16x16 Words", ICLR 2021; its table 1). It is a Transformer encoder over the patches and a
 * class token, with normalisation before each sublayer. The classifier reads the class token.
 */

import {
  addRepeated,
  dense,
  dropout,
  layerNorm,
  scaleAndShift,
  slice,
  variable,
} from "../layers/dense-layers.ts";
import { gelu, transpose } from "../layers/pointwise.ts";
import { encoderStack, feedForward, preNorm } from "../sequence/transformer-stack.ts";
import type { Tape, Tensor } from "../tape/tape.ts";
import { expectMultiple } from "../workload.ts";
import { CLASSES, type ImageOptions, imageClassifier } from "./parts/image-classifier.ts";
import { biasedConv } from "./parts/image-layers.ts";

const sizes = {
  base: { layers: 12, width: 768, heads: 12 },
  large: { layers: 24, width: 1024, heads: 16 },
} as const;

export type VitSize = keyof typeof sizes;

const PATCH = 16;
/** Width of the inner layer in multiples of a token's. */
const EXPANSION = 4;

export function vit(size: VitSize, options: ImageOptions): Tape {
  expectMultiple(`vit-${size[0]}-16`, "pixels", options.pixels, PATCH);
  const { layers, width, heads } = sizes[size];
  return imageClassifier(options, (tape, images) => {
    const encoded = encoderStack(tape, embeddings(tape, images, width), {
      prefix: "",
      layers,
      heads,
      headWidth: width / heads,
      project: dense,
      residual: preNorm(layerNorm),
      feedForward: feedForward(dense, gelu, EXPANSION * width),
      mask: scaleAndShift,
    });
    const normed = layerNorm(tape, encoded, "head/norm");
    const token = slice(tape, normed, "head/class_token", [options.batch, width], {
      axes: "bTn->bn",
    });
    return dense(tape, token, "head/logits", CLASSES);
  });
}

/** The class token and a token for each patch, with positions added. */
function embeddings(tape: Tape, images: Tensor, width: number): Tensor {
  const window = { filters: width, kernel: [PATCH, PATCH], stride: PATCH } as const;
  const patches = biasedConv(tape, images, "embeddings/patches", window);
  const [batch, , rows, columns] = patches.shape;
  const tokens = transpose(
    tape,
    patches,
    "embeddings/transpose",
    [batch, rows * columns, width],
    "bntx->b(tx)n",
  );
  const shape = [batch, rows * columns + 1, width];
  const [all] = tape.record({
    name: "embeddings/concat",
    type: "Concat",
    inputs: [variable(tape, "embeddings/class_token", [1, 1, width]), tokens],
    outputs: [shape],
  });
  const positions = variable(tape, "embeddings/positions", shape.slice(1));
  return dropout(tape, addRepeated(tape, all, positions, "embeddings/add_positions"), "embeddings/dropout");
}
