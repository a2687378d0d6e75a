/** Stacked LSTM cells, unrolled over the sequence, as one layer. */
import { type Layer, picked, type Shape, type Splits, type Tensor } from "./layer.ts";
import type { Machine } from "./machine.ts";
import { missingWords } from "./moves.ts";
import { type Product, productCost } from "./products.ts";

/** Of 4 gates on the cell's input and state, and of the gates' point-wise operations. */
const GATES = 4;
const CELL_INPUTS = 2;
const CELL_POINTWISE = 3;

/**
 * Space: layers, sequence, batch, output units, input units; the sequence is not split. Cells of
 * several layers are a wave, so layers are batch dimensions of the product. Each cell's output
 * moves to where the next cell needs it.
 */
export function stackedLstm(input: Tensor, layers: number): Layer {
  const [batch, length, units] = input.shape;
  const asProduct = ([deep, long, wide, out, into]: Shape): Product => ({
    batch: deep,
    m: long * wide,
    n: out,
    k: into,
  });
  const size = asProduct([layers, length, batch, GATES * units, CELL_INPUTS * units]);
  const moved = (splits: Splits, { flopPerWord }: Machine) => {
    const [made, needed] = [picked(splits, [2, 3]), picked(splits, [2, 4])];
    return layers * length * flopPerWord * missingWords([batch, units], made, needed);
  };
  return {
    kind: "LSTM",
    space: [layers, 1, batch, units, units],
    inputs: [input],
    outputs: [input.shape],
    cost: (splits, machine) =>
      productCost(size, asProduct(Array.from(splits)), CELL_POINTWISE, machine) + moved(splits, machine),
    inputSplits: (splits) => picked(splits, [2, 1, 4]),
    outputSplits: (splits) => picked(splits, [2, 1, 3]),
  };
}
