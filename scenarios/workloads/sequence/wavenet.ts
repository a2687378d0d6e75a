/**
 * WaveNet (van den Oord et al.: "WaveNet: A Generative Model for Raw Audio", 2016), unconditioned.
 * It has stacks of gated causal convolutions of two taps, with residual and skip connections. The
 * dilation doubles from layer to layer. GDP places 2 stacks of 18 layers in all and 4 stacks of 36.
 * The paper names no widths; 64 and 256 are those of NVIDIA's nv-wavenet.
 */
import {
  add,
  addN,
  biasAdd,
  dense,
  embedding,
  multiply,
  softmaxCrossEntropy,
} from "../layers/dense-layers.ts";
import { relu, sigmoid, tanh } from "../layers/pointwise.ts";
import { createTape, elements, type Tape, type Tensor } from "../tape/tape.ts";

export interface WavenetOptions {
  readonly batch: number;
  /** Audio samples of an example. */
  readonly samples: number;
  readonly stacks: number;
  /** Layers of each stack. */
  readonly layers: number;
  readonly width: number;
  readonly skipWidth: number;
}

/** Levels of mu-law audio. */
const LEVELS = 256;
const TAPS = 2;

export function wavenet({ batch, samples, stacks, layers, width, skipWidth }: WavenetOptions): Tape {
  const tape = createTape();
  const audio = tape.feed("audio", [batch, samples], "wide");
  const labels = tape.feed("labels", [batch, samples], "wide");
  const levels = embedding(tape, audio, "input/levels", { rows: LEVELS, columns: width });
  let x = convolution(tape, levels, "input/causal", width);
  const skips: Tensor[] = [];
  for (let s = 0; s < stacks; s++)
    for (let l = 0; l < layers; l++) {
      const name = `stack_${s}/layer_${l}`;
      const filter = tanh(tape, convolution(tape, x, `${name}/filter`, width, 2 ** l), `${name}/tanh`);
      const gate = sigmoid(tape, convolution(tape, x, `${name}/gate`, width, 2 ** l), `${name}/sigmoid`);
      const gated = multiply(tape, filter, gate, `${name}/gated`);
      skips.push(dense(tape, gated, `${name}/skip`, skipWidth));
      // The residual output of the last layer has no reader.
      if (skips.length < stacks * layers)
        x = add(tape, x, dense(tape, gated, `${name}/residual`, width), `${name}/add`);
    }
  const summed = relu(tape, addN(tape, skips, "head/sum"), "head/relu");
  const mixed = relu(tape, dense(tape, summed, "head/mix", LEVELS), "head/mix/relu");
  softmaxCrossEntropy(tape, dense(tape, mixed, "head/logits", LEVELS), labels, "loss");
  return tape;
}

/** Causal, over time; dilation changes neither work nor sizes. */
function convolution(tape: Tape, x: Tensor, name: string, columns: number, dilation = 1): Tensor {
  const [batch, samples, width] = x.shape;
  const shape = [batch, samples, columns];
  const [convolved] = tape.record({
    name: `${name}/conv`,
    type: "Conv2D",
    inputs: [x],
    outputs: [shape],
    parameters: TAPS * width * columns,
    flops: 2 * elements(shape) * TAPS * width,
    windows: { kernel: [TAPS], stride: [1], padding: [dilation * (TAPS - 1)], dilation },
  });
  return biasAdd(tape, convolved, `${name}/bias`);
}
