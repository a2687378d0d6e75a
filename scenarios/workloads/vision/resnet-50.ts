/**
 * ResNet-50 (He, Zhang, Ren, Sun: "Deep Residual Learning for Image Recognition", CVPR 2016) in the form that frameworks
 * train, with the stride of a stage in its first 3x3 convolution.
 */
import { add, dense, softmaxCrossEntropy } from "../dense-layers.ts";
import { createTape, type Tape, type Tensor } from "../tape.ts";
import { batchNorm, conv2d, convUnit, globalAvgPool, maxPool, relu } from "./image-layers.ts";

/** Blocks, inner width and stride of the four stages; a block widens to four times its inner width. */
const stages = [
  { blocks: 3, width: 64, stride: 1 },
  { blocks: 4, width: 128, stride: 2 },
  { blocks: 6, width: 256, stride: 2 },
  { blocks: 3, width: 512, stride: 2 },
] as const;
const EXPANSION = 4;

export function resnet50({ batch }: { readonly batch: number }): Tape {
  const tape = createTape();
  const images = tape.feed("images", [batch, 3, 224, 224]);
  const labels = tape.feed("labels", [batch]);
  let x = convUnit(tape, images, "stem", { filters: 64, kernel: [7, 7], stride: 2, padding: [3, 3] });
  x = maxPool(tape, x, "stem/pool", { kernel: [3, 3], stride: 2, padding: [1, 1] });
  stages.forEach(({ blocks, width, stride }, s) => {
    for (let b = 0; b < blocks; b++)
      x = bottleneck(tape, x, `stage_${s + 1}/block_${b + 1}`, width, b === 0 ? stride : 1);
  });
  const features = globalAvgPool(tape, x, "head/pool");
  softmaxCrossEntropy(tape, dense(tape, features, "head/logits", 1000), labels, "loss");
  return tape;
}

function bottleneck(tape: Tape, x: Tensor, name: string, width: number, stride: number): Tensor {
  const wide = EXPANSION * width;
  let y = convUnit(tape, x, `${name}/reduce`, { filters: width, kernel: [1, 1] });
  y = convUnit(tape, y, `${name}/spatial`, { filters: width, kernel: [3, 3], stride, padding: [1, 1] });
  y = convBn(tape, y, `${name}/expand`, wide, 1);
  const shortcut = x.shape[1] === wide ? x : convBn(tape, x, `${name}/shortcut`, wide, stride);
  return relu(tape, add(tape, y, shortcut, `${name}/add`), `${name}/relu`);
}

function convBn(tape: Tape, x: Tensor, name: string, filters: number, stride: number): Tensor {
  return batchNorm(tape, conv2d(tape, x, `${name}/conv`, { filters, kernel: [1, 1], stride }), `${name}/bn`);
}
