/**
 * An LSTM (Hochreiter and Schmidhuber, 1997) over a whole sequence as one operation with its own
 * gradient, on the tensor kernel.
 *
 * TensorFlow.js spends 20-30 us on every call. An LSTM step written in its operations takes some
 * fifteen calls forward and thirty backward. Here a step is one product and one pass over the gates
 * in each direction. The gradient of the weights is a single product over all steps.
 *
 * Input:
 * - `projected` [steps x batch x 4H]: the inputs times their weights plus the bias, gates in the
 *   order input, forget, candidate, output;
 * - `recurrent` [H x 4H];
 * - the first state and cell, [batch x H] each.
 *
 * Output [steps x batch x 2H]: state, then cell, after every step. With `reversed` the last step is
 * read first, as the backward half of a bidirectional LSTM does; rows keep their places.
 */
import {
  factor,
  type Matrix,
  matrix,
  product,
  transposedFactor,
  transposedProduct,
} from "../kernel/product.ts";
import { compute, type Workspace } from "../kernel/workspace.ts";
import type { Tensor, Tf } from "../types.ts";

export interface LstmOptions {
  readonly reversed?: boolean;
}

export function lstm(
  tf: Tf,
  projected: Tensor,
  recurrent: Tensor,
  firstState: Tensor,
  firstCell: Tensor,
  { reversed = false }: LstmOptions = {},
): Tensor {
  const operation = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as (tensors: Tensor[]) => void;
    const given = inputs as Tensor[];
    const [output, gates] = forward(tf, given, reversed);
    save([...given.slice(1), gates, output]);
    return {
      value: output,
      gradFunc: (upstream: Tensor, saved: Tensor[]) => backward(tf, upstream, saved, reversed),
    };
  });
  return operation(projected, recurrent, firstState, firstCell);
}

interface Size {
  readonly steps: number;
  readonly batch: number;
  readonly width: number;
}

/** Answers the output and the activated gates, [steps x batch x 4H]. */
function forward(
  tf: Tf,
  [projected, recurrent, firstState, firstCell]: Tensor[],
  reversed: boolean,
): Tensor[] {
  const [steps, batch, gateWidth] = projected.shape as [number, number, number];
  const width = gateWidth / 4;
  const size = { steps, batch, width };
  return compute(tf, (workspace) => {
    const { kernel } = workspace;
    const output = workspace.result([steps, batch, 2 * width]);
    const gates = workspace.result([steps, batch, gateWidth]);
    workspace.move(workspace.input(projected), gates, steps * batch * gateWidth);
    const right = factor(workspace, matrix(workspace.input(recurrent), width, gateWidth));
    const first = { state: workspace.input(firstState), cell: workspace.input(firstCell) };
    for (let step = 0; step < steps; step++) {
      const at = addressesOf(size, output, gates, first, step, reversed);
      product(workspace, at.stateBefore, right, matrix(at.gates, batch, gateWidth), { add: true });
      kernel.cell(at.gates, at.cellBefore.address, at.cellBefore.stride, at.output, 2 * width, batch, width);
    }
  });
}

interface StepAddresses {
  readonly gates: number;
  readonly output: number;
  readonly stateBefore: Matrix;
  readonly cellBefore: Matrix;
}

/** Of the step that is read as number `step`. */
function addressesOf(
  { steps, batch, width }: Size,
  output: number,
  gates: number,
  first: { readonly state: number; readonly cell: number },
  step: number,
  reversed: boolean,
): StepAddresses {
  const row = (reversed ? steps - 1 - step : step) * batch;
  const rowBefore = row + (reversed ? batch : -batch);
  const before = output + 8 * width * rowBefore;
  return {
    gates: gates + 16 * width * row,
    output: output + 8 * width * row,
    stateBefore: step === 0 ? matrix(first.state, batch, width) : matrix(before, batch, width, 2 * width),
    cellBefore:
      step === 0 ? matrix(first.cell, batch, width) : matrix(before + 4 * width, batch, width, 2 * width),
  };
}

function backward(
  tf: Tf,
  upstream: Tensor,
  [recurrent, firstState, firstCell, gates, output]: Tensor[],
  reversed: boolean,
): Tensor[] {
  const [steps, batch, gateWidth] = gates.shape as [number, number, number];
  const width = gateWidth / 4;
  const size = { steps, batch, width };
  return compute(tf, (workspace) => {
    const dProjected = workspace.result([steps, batch, gateWidth]);
    const dRecurrent = workspace.result([width, gateWidth]);
    const dState = workspace.result([batch, width]);
    const dCell = workspace.result([batch, width]);
    const first = { state: workspace.input(firstState), cell: workspace.input(firstCell) };
    const addresses = { output: workspace.input(output), gates: workspace.input(gates) };
    const dOutput = workspace.input(upstream);
    const through = transposedFactor(workspace, matrix(workspace.input(recurrent), width, gateWidth));
    workspace.clear(dState, batch * width);
    workspace.clear(dCell, batch * width);
    for (let step = steps - 1; step >= 0; step--) {
      const at = addressesOf(size, addresses.output, addresses.gates, first, step, reversed);
      const dGates = dProjected + (at.gates - addresses.gates);
      const { address, stride } = at.cellBefore;
      const d = dOutput + (at.output - addresses.output);
      workspace.kernel.cellBack(
        at.gates,
        address,
        stride,
        at.output,
        2 * width,
        d,
        dState,
        dCell,
        dGates,
        batch,
        width,
      );
      product(workspace, matrix(dGates, batch, gateWidth), through, matrix(dState, batch, width));
    }
    weightGradient(
      workspace,
      size,
      { dProjected, dRecurrent, output: addresses.output },
      first.state,
      reversed,
    );
  });
}

/** The sum over all steps of the transposed state before, times the gradient of the gates. */
function weightGradient(
  workspace: Workspace,
  { steps, batch, width }: Size,
  { dProjected, dRecurrent, output }: Readonly<Record<"dProjected" | "dRecurrent" | "output", number>>,
  firstState: number,
  reversed: boolean,
): void {
  const gateWidth = 4 * width;
  const rows = (steps - 1) * batch;
  const gateRows = (row: number, count: number) =>
    factor(workspace, matrix(dProjected + 4 * gateWidth * row, count, gateWidth));
  const result = matrix(dRecurrent, width, gateWidth);
  transposedProduct(
    workspace,
    matrix(firstState, batch, width),
    gateRows(reversed ? rows : 0, batch),
    result,
  );
  if (rows === 0) return;
  const states = matrix(output + (reversed ? 8 * width * batch : 0), rows, width, 2 * width);
  transposedProduct(workspace, states, gateRows(reversed ? 0 : batch, rows), result, { add: true });
}
