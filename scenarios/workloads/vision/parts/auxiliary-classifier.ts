/**
 * The second classifier in the middle of Inception-V3 (Szegedy et al., CVPR 2016) and NASNet-A
 * (Zoph et al., CVPR 2018), for training. It has its own loss.
 */
import { dense, softmaxCrossEntropy } from "../../layers/dense-layers.ts";
import type { Tape, Tensor } from "../../tape/tape.ts";
import { CLASSES } from "./image-classifier.ts";
import { avgPool, convUnit, globalAvgPool, type Pair } from "./image-layers.ts";

export function auxiliaryClassifier(tape: Tape, x: Tensor, labels: Tensor, padding: Pair): void {
  let y = avgPool(tape, x, "aux/pool", { kernel: [5, 5], stride: 3, padding });
  y = convUnit(tape, y, "aux/conv_0", { filters: 128, kernel: [1, 1] });
  y = convUnit(tape, y, "aux/conv_1", { filters: 768, kernel: [5, 5] });
  const logits = dense(tape, globalAvgPool(tape, y, "aux/mean"), "aux/logits", CLASSES);
  softmaxCrossEntropy(tape, logits, labels, "aux/loss");
}
