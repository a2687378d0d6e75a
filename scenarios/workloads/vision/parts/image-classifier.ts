/**
 * The common frame of all classifiers of images: images and labels from the input pipeline, and the
 * mean cross-entropy of 1000 classes.
 */
import { softmaxCrossEntropy } from "../../layers/dense-layers.ts";
import { createTape, type Tape, type Tensor } from "../../tape/tape.ts";

/** Number of classes of the ImageNet challenge. */
export const CLASSES = 1000;

export interface ImageOptions {
  readonly batch: number;
  /** Height and width of an image. */
  readonly pixels: number;
}

/**
 * The tape of a network whose layers lead from images [batch, 3, pixels, pixels] to logits [batch,
 * classes].
 */
export function imageClassifier(
  { batch, pixels }: ImageOptions,
  layers: (tape: Tape, images: Tensor, labels: Tensor) => Tensor,
): Tape {
  const tape = createTape();
  const images = tape.feed("images", [batch, 3, pixels, pixels]);
  const labels = tape.feed("labels", [batch], "wide");
  softmaxCrossEntropy(tape, layers(tape, images, labels), labels, "loss");
  return tape;
}
