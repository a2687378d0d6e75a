/**
 * Steps of an LSTM decoder with additive attention for a whole batch, without gradient, on the
 * tensor kernel. Between two steps the caller chooses what each row sees next, so sampling stays
 * with its own random stream. Nothing but the logits of a step leaves the kernel's memory.
 *
 * What a row attends to enters its logits, and the next step's gates where these see it, only
 * through one matrix each. So the memory is multiplied by them once, not at every step.
 */
import { exponentials, LARGEST_EXPONENT } from "../kernel/attention.ts";
import { type Factor, factor, type Matrix, matrix, product } from "../kernel/product.ts";
import { computeNumbers, type Workspace } from "../kernel/workspace.ts";
import type { Tensor, Tf } from "../types.ts";

export interface RolloutInputs {
  /** Parts of the gates: of each step (or one row for all), and of each choice before it. */
  readonly stepInputs: Tensor;
  readonly choiceInputs: Tensor;
  /** From what was attended to before to the gates, [M x 4H]; null where they do not see it. */
  readonly contextInputs: Tensor | null;
  /** [H x 4H]. */
  readonly recurrent: Tensor;
  /** One row for the batch, [1 x H]. */
  readonly firstState: Tensor;
  readonly firstCell: Tensor;
  /** [H x A], [groups x A], and A elements. */
  readonly query: Tensor;
  readonly keys: Tensor;
  readonly score: Tensor;
  /** [groups x M]. */
  readonly memory: Tensor;
  /** From state and context to logits: [H x choices], [M x choices], [choices]. */
  readonly outputState: Tensor;
  readonly outputContext: Tensor;
  readonly outputBias: Tensor;
}

/** From the logits of a step, [batch x choices], to the choice of each row. */
export type StepChoice = (logits: Float32Array, step: number) => Int32Array;

/** The first step sees the last row of `choiceInputs`. */
export function rollOutDecoder(
  tf: Tf,
  inputs: RolloutInputs,
  { steps, batch }: { readonly steps: number; readonly batch: number },
  choose: StepChoice,
): void {
  computeNumbers(tf, (workspace) => {
    const decoder = prepare(workspace, inputs, batch);
    let chosen = new Int32Array(batch).fill(inputs.choiceInputs.shape[0] - 1);
    for (let step = 0; step < steps; step++) {
      advance(workspace, decoder, step, chosen);
      chosen = choose(
        workspace.floats(decoder.logits.address, batch * decoder.logits.columns),
        step,
      ) as Int32Array<ArrayBuffer>;
    }
  });
}

type Decoder = ReturnType<typeof prepare>;

function prepare(workspace: Workspace, inputs: RolloutInputs, batch: number) {
  const { kernel } = workspace;
  const given = (tensor: Tensor): Matrix => {
    const [rows, columns] = tensor.shape as [number, number];
    return matrix(workspace.input(tensor), rows, columns);
  };
  const right = (tensor: Tensor) => factor(workspace, given(tensor));
  const width = inputs.recurrent.shape[0];
  const compared = inputs.keys.shape[1] as number;
  const groups = inputs.keys.shape[0];
  const choices = inputs.outputBias.shape[0];
  const attendedThrough = (weights: Tensor): Factor => {
    const columns = weights.shape[1] as number;
    const through = matrix(workspace.scratch(groups * columns), groups, columns);
    product(workspace, given(inputs.memory), right(weights), through);
    return factor(workspace, through);
  };
  // Two rows of state and cell: those of the step before and those of this one.
  const states = [0, 1].map(() => workspace.scratch(2 * batch * width));
  const first = [workspace.input(inputs.firstState), workspace.input(inputs.firstCell)];
  for (let b = 0; b < batch; b++)
    first.forEach((from, i) => {
      workspace.move(from, states[1] + 4 * width * (2 * b + i), width);
    });
  const keys = workspace.input(inputs.keys);
  const isFar = kernel.largest(keys, inputs.keys.size) > LARGEST_EXPONENT;
  return {
    batch,
    width,
    compared,
    groups,
    states,
    recurrent: right(inputs.recurrent),
    query: right(inputs.query),
    outputState: right(inputs.outputState),
    outputs: attendedThrough(inputs.outputContext),
    contexts: inputs.contextInputs === null ? null : attendedThrough(inputs.contextInputs),
    bias: workspace.input(inputs.outputBias),
    stepInputs: given(inputs.stepInputs),
    choiceInputs: given(inputs.choiceInputs),
    keys,
    keyPowers: isFar ? keys : exponentials(workspace, keys, inputs.keys.size),
    isFar,
    score: workspace.input(inputs.score),
    gates: matrix(workspace.scratch(4 * batch * width), batch, 4 * width),
    queries: matrix(workspace.scratch(batch * compared), batch, compared),
    queryPowers: workspace.scratch(batch * compared),
    attended: matrix(workspace.scratch(batch * groups), batch, groups),
    logits: matrix(workspace.scratch(batch * choices), batch, choices),
  };
}

function advance(workspace: Workspace, decoder: Decoder, step: number, chosen: Int32Array): void {
  const { kernel } = workspace;
  const { batch, width, gates, queries, attended, logits, compared, groups } = decoder;
  const { stepInputs, choiceInputs } = decoder;
  const seen = stepInputs.address + 16 * width * (stepInputs.rows === 1 ? 0 : step);
  for (let b = 0; b < batch; b++) {
    const choice = choiceInputs.address + 16 * width * chosen[b];
    kernel.addAll(seen, choice, gates.address + 16 * width * b, 4 * width);
  }
  if (decoder.contexts !== null && step > 0)
    product(workspace, attended, decoder.contexts, gates, { add: true });
  const [to, before] = step % 2 === 0 ? decoder.states : [decoder.states[1], decoder.states[0]];
  const row = 2 * width;
  product(workspace, matrix(before, batch, width, row), decoder.recurrent, gates, { add: true });
  kernel.cell(gates.address, before + 4 * width, row, to, row, batch, width);
  const state = matrix(to, batch, width, row);
  product(workspace, state, decoder.query, queries);
  const isFar = decoder.isFar || kernel.largest(queries.address, batch * compared) > LARGEST_EXPONENT;
  if (!isFar) kernel.exponentials(queries.address, decoder.queryPowers, batch * compared);
  kernel.scores(
    isFar ? queries.address : decoder.queryPowers,
    isFar ? decoder.keys : decoder.keyPowers,
    0,
    decoder.score,
    batch,
    groups,
    compared,
    isFar,
    attended.address,
  );
  kernel.softmaxRows(attended.address, batch, groups, attended.address);
  product(workspace, state, decoder.outputState, logits, { bias: decoder.bias });
  product(workspace, attended, decoder.outputs, logits, { add: true });
}
