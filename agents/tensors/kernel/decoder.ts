/** The attention decoder in the kernel's memory; attention-decoder.ts says what it computes. */
import type { Tensor } from "../types.ts";
import { exponentials, LARGEST_EXPONENT } from "./attention.ts";
import { type Factor, factor, matrix, product, transposedFactor, transposedProduct } from "./product.ts";
import type { Workspace } from "./workspace.ts";

export interface DecoderInputs {
  /** [steps x batch x 4H]: inputs times their weights plus the bias. */
  readonly projected: Tensor;
  /** [M x 4H]. */
  readonly contextWeights: Tensor;
  /** [H x 4H]. */
  readonly recurrent: Tensor;
  /** [H x A]. */
  readonly query: Tensor;
  /** [A]. */
  readonly v: Tensor;
  /** [1 or batch x groups x M]. */
  readonly memory: Tensor;
  /** [1 or batch x groups x A]. */
  readonly keys: Tensor;
  /** [batch x H]. */
  readonly firstState: Tensor;
  readonly firstCell: Tensor;
}

interface Size {
  readonly steps: number;
  readonly batch: number;
  /** Of the state, of the memory, and of the space in which attention compares. */
  readonly width: number;
  readonly memoryWidth: number;
  readonly compared: number;
  readonly groups: number;
  /** Rows of memory and keys that differ: 1 or the batch. */
  readonly memories: number;
  /** Of a row of the output. */
  readonly row: number;
}

function sizeOf({ projected, memory, keys, recurrent }: DecoderInputs): Size {
  const [steps, batch] = projected.shape as [number, number];
  const [memories, groups, memoryWidth] = memory.shape as [number, number, number];
  const width = recurrent.shape[0];
  const compared = keys.shape[2] as number;
  return { steps, batch, width, memoryWidth, compared, groups, memories, row: 2 * width + memoryWidth };
}

/** Keys as they are and as exponentials. */
interface Keys {
  readonly plain: number;
  readonly powers: number;
  readonly far: boolean;
}

function keysOf(workspace: Workspace, keys: Tensor): Keys {
  const plain = workspace.input(keys);
  const far = workspace.kernel.largest(plain, keys.size) > LARGEST_EXPONENT;
  return { plain, powers: far ? plain : exponentials(workspace, plain, keys.size), far };
}

/** What a step compares: its queries, as exponentials into `powers` unless they could overflow. */
function compared(workspace: Workspace, queries: number, powers: number, count: number, keys: Keys) {
  if (keys.far || workspace.kernel.largest(queries, count) > LARGEST_EXPONENT)
    return { query: queries, key: keys.plain, far: true };
  workspace.kernel.exponentials(queries, powers, count);
  return { query: powers, key: keys.powers, far: false };
}

/** A factor for each memory. */
function memoryFactors(workspace: Workspace, address: number, size: Size, transposed: boolean): Factor[] {
  const { memories, groups, memoryWidth } = size;
  const make = transposed ? transposedFactor : factor;
  return Array.from({ length: memories }, (_, b) =>
    make(workspace, matrix(address + 4 * b * groups * memoryWidth, groups, memoryWidth)),
  );
}

/** Each row of `left`, [batch x columns], times its memory. */
function timesMemory(
  workspace: Workspace,
  size: Size,
  left: { readonly address: number; readonly columns: number; readonly stride: number },
  factors: readonly Factor[],
  result: { readonly address: number; readonly columns: number; readonly stride: number },
): void {
  const rows = size.batch / size.memories;
  factors.forEach((right, b) => {
    product(
      workspace,
      matrix(left.address + 4 * b * rows * left.stride, rows, left.columns, left.stride),
      right,
      matrix(result.address + 4 * b * rows * result.stride, rows, result.columns, result.stride),
    );
  });
}

/** Results: output, activated gates, queries and attention, each [steps x batch x ..]. */
export function decodeForward(workspace: Workspace, inputs: DecoderInputs): void {
  const size = sizeOf(inputs);
  const { steps, batch, width, memoryWidth, groups, memories, row } = size;
  const { kernel } = workspace;
  const output = workspace.result([steps, batch, row]);
  const gates = workspace.result([steps, batch, 4 * width]);
  const queries = workspace.result([steps, batch, size.compared]);
  const attended = workspace.result([steps, batch, groups]);
  workspace.move(workspace.input(inputs.projected), gates, steps * batch * 4 * width);
  const recurrent = factor(workspace, matrix(workspace.input(inputs.recurrent), width, 4 * width));
  const contexts = factor(workspace, matrix(workspace.input(inputs.contextWeights), memoryWidth, 4 * width));
  const query = factor(workspace, matrix(workspace.input(inputs.query), width, size.compared));
  const memory = memoryFactors(workspace, workspace.input(inputs.memory), size, false);
  const keys = keysOf(workspace, inputs.keys);
  const powers = workspace.scratch(batch * size.compared);
  const v = workspace.input(inputs.v);
  let state = matrix(workspace.input(inputs.firstState), batch, width);
  let cell = matrix(workspace.input(inputs.firstCell), batch, width);
  for (let step = 0; step < steps; step++) {
    const gate = gates + 16 * step * batch * width;
    const to = output + 4 * step * batch * row;
    const q = queries + 4 * step * batch * size.compared;
    const attention = attended + 4 * step * batch * groups;
    const sums = matrix(gate, batch, 4 * width);
    if (step > 0) {
      const context = matrix(to + 4 * (2 * width - batch * row), batch, memoryWidth, row);
      product(workspace, context, contexts, sums, { add: true });
    }
    product(workspace, state, recurrent, sums, { add: true });
    kernel.cell(gate, cell.address, cell.stride, to, row, batch, width);
    state = matrix(to, batch, width, row);
    cell = matrix(to + 4 * width, batch, width, row);
    product(workspace, state, query, matrix(q, batch, size.compared));
    const { query: asked, key, far } = compared(workspace, q, powers, batch * size.compared, keys);
    const stride = memories === 1 ? 0 : groups * size.compared;
    kernel.scores(asked, key, stride, v, batch, groups, size.compared, far, attention);
    kernel.softmaxRows(attention, batch, groups, attention);
    timesMemory(workspace, size, { address: attention, columns: groups, stride: groups }, memory, {
      address: to + 8 * width,
      columns: memoryWidth,
      stride: row,
    });
  }
}

export interface DecoderRecord {
  readonly output: Tensor;
  readonly gates: Tensor;
  readonly queries: Tensor;
  readonly attended: Tensor;
}

/** Results: the gradient of each input, in the order of the inputs. */
export function decodeBack(
  workspace: Workspace,
  inputs: DecoderInputs,
  record: DecoderRecord,
  upstream: Tensor,
): void {
  const size = sizeOf(inputs);
  const { steps, batch, width, memoryWidth, groups, memories, row } = size;
  const { kernel } = workspace;
  const gradients = zeroGradients(workspace, inputs);
  const at = {
    output: workspace.input(record.output),
    gates: workspace.input(record.gates),
    queries: workspace.input(record.queries),
    attended: workspace.input(record.attended),
  };
  // The gradient of the output grows by what comes through the next step and the attention.
  const dOutput = workspace.scratch(steps * batch * row);
  workspace.move(workspace.input(upstream), dOutput, steps * batch * row);
  const dQueries = workspace.zeros(steps * batch * size.compared);
  const dAttended = workspace.scratch(batch * groups);
  const powers = workspace.scratch(batch * size.compared);
  const keys = keysOf(workspace, inputs.keys);
  const v = workspace.input(inputs.v);
  const memory = memoryFactors(workspace, workspace.input(inputs.memory), size, true);
  const through = {
    recurrent: transposedFactor(workspace, matrix(workspace.input(inputs.recurrent), width, 4 * width)),
    contexts: transposedFactor(
      workspace,
      matrix(workspace.input(inputs.contextWeights), memoryWidth, 4 * width),
    ),
    query: transposedFactor(workspace, matrix(workspace.input(inputs.query), width, size.compared)),
  };
  const stride = memories === 1 ? 0 : groups * size.compared;
  const firstCell = workspace.input(inputs.firstCell);
  const dState = gradients.firstState;
  const dCell = gradients.firstCell;
  for (let step = steps - 1; step >= 0; step--) {
    const to = at.output + 4 * step * batch * row;
    const d = dOutput + 4 * step * batch * row;
    const attention = at.attended + 4 * step * batch * groups;
    const dQuery = dQueries + 4 * step * batch * size.compared;
    timesMemory(workspace, size, { address: d + 8 * width, columns: memoryWidth, stride: row }, memory, {
      address: dAttended,
      columns: groups,
      stride: groups,
    });
    kernel.softmaxBack(attention, dAttended, batch, groups, dAttended);
    const q = at.queries + 4 * step * batch * size.compared;
    const { query, key, far } = compared(workspace, q, powers, batch * size.compared, keys);
    kernel.scoresBack(
      query,
      key,
      stride,
      v,
      dAttended,
      batch,
      groups,
      size.compared,
      far,
      dQuery,
      gradients.keys,
      gradients.v,
    );
    const ofState = matrix(d, batch, width, row);
    product(workspace, matrix(dQuery, batch, size.compared), through.query, ofState, { add: true });
    const gate = at.gates + 16 * step * batch * width;
    const dGate = gradients.projected + 16 * step * batch * width;
    const before = step === 0 ? firstCell : to + 4 * (width - batch * row);
    kernel.cellBack(gate, before, step === 0 ? width : row, to, row, d, dState, dCell, dGate, batch, width);
    const dGates = matrix(dGate, batch, 4 * width);
    product(workspace, dGates, through.recurrent, matrix(dState, batch, width));
    if (step === 0) continue;
    const contextBefore = matrix(d + 4 * (2 * width - batch * row), batch, memoryWidth, row);
    product(workspace, dGates, through.contexts, contextBefore, { add: true });
  }
  weightGradients(workspace, inputs, size, { gradients, output: at.output, dQueries });
  memoryGradient(workspace, size, at.attended, dOutput + 8 * width, gradients.memory);
}

/** Addresses of the results, one for each input, filled with zeros. */
function zeroGradients(workspace: Workspace, inputs: DecoderInputs): Record<keyof DecoderInputs, number> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, size: elements }]) => {
      const address = workspace.result(shape);
      workspace.clear(address, elements);
      return [name, address];
    }),
  ) as Record<keyof DecoderInputs, number>;
}

/** Gradients of the weights: products over all steps at once. */
function weightGradients(
  workspace: Workspace,
  inputs: DecoderInputs,
  { steps, batch, width, memoryWidth, row, ...size }: Size,
  {
    gradients,
    output,
    dQueries,
  }: {
    readonly gradients: Readonly<Record<keyof DecoderInputs, number>>;
    readonly output: number;
    readonly dQueries: number;
  },
): void {
  const rows = steps * batch;
  const later = rows - batch;
  const all = factor(workspace, matrix(dQueries, rows, size.compared));
  const dQuery = matrix(gradients.query, width, size.compared);
  transposedProduct(workspace, matrix(output, rows, width, row), all, dQuery);
  const dRecurrent = matrix(gradients.recurrent, width, 4 * width);
  const first = factor(workspace, matrix(gradients.projected, batch, 4 * width));
  transposedProduct(workspace, matrix(workspace.input(inputs.firstState), batch, width), first, dRecurrent);
  if (later === 0) return;
  const rest = factor(workspace, matrix(gradients.projected + 16 * batch * width, later, 4 * width));
  transposedProduct(workspace, matrix(output, later, width, row), rest, dRecurrent, { add: true });
  const contexts = matrix(output + 8 * width, later, memoryWidth, row);
  transposedProduct(workspace, contexts, rest, matrix(gradients.contextWeights, memoryWidth, 4 * width));
}

/** memory[b] gets the sum over its rows of attention times the gradient of the context. */
function memoryGradient(
  workspace: Workspace,
  { steps, batch, memoryWidth, groups, memories, row }: Size,
  attended: number,
  dContexts: number,
  dMemory: number,
): void {
  for (let b = 0; b < memories; b++) {
    // One memory has all rows; many have one row a step each.
    const rows = memories === 1 ? steps * batch : steps;
    const apart = memories === 1 ? 1 : batch;
    const left = matrix(attended + 4 * b * groups, rows, groups, groups * apart);
    const d = matrix(dContexts + 4 * b * row, rows, memoryWidth, row * apart);
    const result = matrix(dMemory + 4 * b * groups * memoryWidth, groups, memoryWidth);
    transposedProduct(workspace, left, factor(workspace, d), result);
  }
}
