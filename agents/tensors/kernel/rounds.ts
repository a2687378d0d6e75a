/**
 * Rounds of message passing in the kernel's memory, block by block, so that what a block needs
 * stays in the cache:
 *
 *   x <- start + update(sum over edges of weight x message(x[from]))
 *
 * `message` and `update` are dense layers with relu. A table holds the units of a level
 * (levels.ts), each with its states side by side.
 */
import type { Level } from "./levels.ts";
import { type Factor, type Matrix, matrix, product, transposedProduct } from "./product.ts";
import type { Workspace } from "./workspace.ts";

/** A dense layer: addresses of its weights and its bias. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: number;
  readonly forward: Factor;
}

/** What the gradient needs of a layer besides. */
export interface LayerGradient {
  readonly layer: Layer;
  readonly through: Factor;
  readonly dWeights: number;
  readonly dBias: number;
}

/** Edges sorted by receiver, in memory. */
export interface Edges {
  readonly start: number;
  readonly from: number;
  readonly weight: number;
}

/** A level in memory: addresses of its tables and lists. */
export interface Round {
  readonly level: Level;
  readonly units: number;
  readonly incoming: Edges;
  readonly outgoing: Edges;
  /** Outputs of the message layers at the units before, and which of the last are above 0. */
  readonly messages: readonly number[];
  readonly messageMask: number;
  /** Sums and outputs of the update layers at the updated units, and the same of the last. */
  readonly sums: number;
  readonly updates: readonly number[];
  readonly updateMask: number;
  /** The vectors after this round. */
  readonly x: number;
}

export interface Rounds {
  /** States and width of a unit. */
  readonly states: number;
  readonly width: number;
  readonly message: readonly Layer[];
  readonly update: readonly Layer[];
  readonly start: number;
  /** Scratch memory for the last outputs: messages of a level, updates of a block. */
  readonly sent: number;
  readonly change: number;
  /** Whether the gradient is wanted, which needs the masks. */
  readonly recorded: boolean;
}

/** Rows times width of a block. */
const BLOCK = 16384;

export const blockRows = ({ states, width }: Pick<Rounds, "states" | "width">): number =>
  states * unitsOfBlock(states, width);

const unitsOfBlock = (states: number, width: number): number =>
  Math.max(1, Math.floor(BLOCK / (states * width)));

function forEachBlock(count: number, rounds: Rounds, visit: (first: number, last: number) => void): void {
  const most = unitsOfBlock(rounds.states, rounds.width);
  for (let first = 0; first < count; first += most) visit(first, Math.min(count, first + most));
}

export const lastOf = <T>(list: readonly T[]): T => list[list.length - 1];

export function forwardRound(workspace: Workspace, rounds: Rounds, before: Round, round: Round): void {
  const { states, width, sent, change } = rounds;
  const { kernel } = workspace;
  const { level, incoming } = round;
  const unit = states * width;
  const summed = states * lastOf(rounds.message).outputs;
  forEachBlock(before.level.units.length, rounds, (first, last) => {
    const inner = tablesAt(rounds.message, round.messages, first * states);
    const mask = rounds.recorded ? round.messageMask + first * summed : 0;
    const to = sent + 4 * first * summed;
    const rows = (last - first) * states;
    layersForward(workspace, rounds.message, before.x + 4 * first * unit, [...inner, to], rows, mask);
  });
  forEachBlock(level.updated, rounds, (first, last) => {
    const { start, from, weight } = incoming;
    kernel.neighbourSums(sent, summed, start, from, weight, first, last, 0, round.sums);
    const inner = tablesAt(rounds.update, round.updates, first * states);
    const input = round.sums + 4 * first * summed;
    const mask = rounds.recorded ? round.updateMask + first * unit : 0;
    const x = round.x + 4 * first * unit;
    const units = round.units + 4 * first;
    layersForward(workspace, rounds.update, input, [...inner, change], (last - first) * states, mask);
    kernel.gatherRows(rounds.start, units, change, last - first, unit, x);
  });
}

/** Units without incoming edges keep their start, where the graph is quiet. */
export function keepQuiet({ kernel }: Workspace, { states, width, start }: Rounds, round: Round): void {
  const { updated, units } = round.level;
  const unit = states * width;
  const rest = round.x + 4 * updated * unit;
  kernel.gatherRows(start, round.units + 4 * updated, 0, units.length - updated, unit, rest);
}

/** Where a row lies in the tables of all layers but the last. */
const tablesAt = (layers: readonly Layer[], tables: readonly number[], row: number): number[] =>
  tables.map((table, i) => table + 4 * row * layers[i].outputs);

/** Which of the last outputs are above 0 goes to `mask`, unless that is 0. */
function layersForward(
  workspace: Workspace,
  layers: readonly Layer[],
  input: number,
  outputs: readonly number[],
  rows: number,
  mask: number,
): void {
  let from = input;
  layers.forEach(({ forward, bias, inputs, outputs: columns }, i) => {
    product(workspace, matrix(from, rows, inputs), forward, matrix(outputs[i], rows, columns), {
      bias,
      relu: true,
    });
    from = outputs[i];
  });
  if (mask !== 0) workspace.kernel.maskOf(from, rows * lastOf(layers).outputs, mask);
}

export interface RoundsBack extends Rounds {
  readonly messageBack: readonly LayerGradient[];
  readonly updateBack: readonly LayerGradient[];
  /** Scratch memory for the gradients of a block, twice, and for a packed one. */
  readonly scratch: readonly [number, number];
  readonly packed: number;
  /** Gradient of the sums of a level. */
  readonly dSums: number;
}

/** Addresses of a round's gradients. */
export interface RoundGradients {
  /** After the round. */
  readonly d: number;
  /** Where that of its sums may go: as large as `d`, and maybe `d` itself. */
  readonly dSums: number;
  /** Where that before the round goes; it is added to that of the start too. */
  readonly dBefore: number;
  readonly dStart: number;
}

export type BackRound = (before: Round, round: Round, gradients: RoundGradients) => void;

export const backwardRound =
  (workspace: Workspace, rounds: RoundsBack): BackRound =>
  (before, round, { d, dBefore, dStart }) => {
    const { states, width, dSums } = rounds;
    const { start, from, weight } = round.outgoing;
    const summed = states * lastOf(rounds.message).outputs;
    const unit = states * width;
    forEachBlock(round.level.updated, rounds, (first, last) => {
      layersBack(workspace, rounds, rounds.updateBack, {
        d: d + 4 * first * unit,
        mask: round.updateMask + first * unit,
        index: 0,
        input: round.sums + 4 * first * summed,
        outputs: tablesAt(rounds.update, round.updates, first * states),
        to: dSums + 4 * first * summed,
        rows: (last - first) * states,
      });
    });
    forEachBlock(before.level.units.length, rounds, (first, last) => {
      const dMessages = rounds.scratch[0];
      const origin = dMessages - 4 * first * summed;
      workspace.kernel.neighbourSums(dSums, summed, start, from, weight, first, last, 0, origin);
      layersBack(workspace, rounds, rounds.messageBack, {
        d: dMessages,
        mask: round.messageMask + first * summed,
        index: 0,
        input: before.x + 4 * first * unit,
        outputs: tablesAt(rounds.message, round.messages, first * states),
        to: dBefore + 4 * first * unit,
        rows: (last - first) * states,
      });
      const units = before.units + 4 * first;
      workspace.kernel.scatterRows(dBefore + 4 * first * unit, units, last - first, unit, true, dStart);
    });
  };

/** A block of rows: addresses of what the gradient of its layers needs. */
export interface BlockBack {
  /** Gradient of the last layer's output, and which of these outputs are above 0. */
  readonly d: number;
  readonly mask: number;
  /** Rows of the mask, which holds more than the block; 0 where it holds the same. */
  readonly index: number;
  readonly input: number;
  /** Of all layers but the last. */
  readonly outputs: readonly number[];
  /** Where the gradient of the input goes; may be that of the input itself. */
  readonly to: number;
  readonly rows: number;
}

export function layersBack(
  workspace: Workspace,
  { scratch, packed }: RoundsBack,
  layers: readonly LayerGradient[],
  { d, mask, index, input, outputs, to, rows }: BlockBack,
): void {
  const { kernel } = workspace;
  for (let i = layers.length - 1; i >= 0; i--) {
    const { layer, through, dWeights, dBias } = layers[i];
    if (i === layers.length - 1) kernel.maskBack(d, mask, index, rows, layer.outputs, scratch[0]);
    else kernel.reluBack(scratch[1], outputs[i], scratch[0], rows * layer.outputs);
    const gradient = matrix(scratch[0], rows, layer.outputs);
    const left = matrix(i === 0 ? input : outputs[i - 1], rows, layer.inputs);
    const result = matrix(dWeights, layer.inputs, layer.outputs);
    transposedProduct(workspace, left, blockFactor(workspace, gradient, packed), result, { add: true });
    kernel.addRows(scratch[0], rows, layer.outputs, dBias);
    product(workspace, gradient, through, matrix(i === 0 ? to : scratch[1], rows, layer.inputs));
  }
}

/** The gradient of a block as a right factor; packed where its width asks for it. */
function blockFactor({ kernel }: Workspace, { address, rows, columns }: Matrix, to: number): Factor {
  if (columns % 8 === 0) return { address, panelStride: 8, stepStride: columns, columns };
  kernel.pack(address, columns, 1, rows, columns, to);
  return { address: to, panelStride: 8 * rows, stepStride: 8, columns };
}
