/**
 * The gradient of rounds of message passing where few rows have one, because the policy reads few.
 * They are listed and lie side by side, so that the others cost nothing. Sums keep the order that
 * they have over all rows, hence their bits.
 */
import { blockRows, type LayerGradient, lastOf, layersBack, type Round, type RoundsBack } from "./rounds.ts";
import type { Workspace } from "./workspace.ts";

/** Rows of a level's table that have a gradient, ascending, and the gradient of each. */
export interface FewRows {
  /** Addresses. */
  readonly rows: number;
  readonly d: number;
  readonly count: number;
}

/** Scratch memory for as many rows as a level has. */
export interface FewScratch {
  readonly lists: readonly [number, number];
  /** Holds zeros between two rounds. */
  readonly marks: number;
  /** For the inputs of a block and the outputs of its layers. */
  readonly gathered: readonly number[];
}

/** Gathering a row costs as much as the product of so many of its columns with a matrix. */
const GATHERED_COLUMNS = 12;
const LEAST_SHARE = 0.4;

/** Whether so many rows are few enough to be gathered. */
export const areFew = (count: number, rows: number, width: number): boolean =>
  count <= Math.max(LEAST_SHARE, 1 - GATHERED_COLUMNS / width) * rows;

/** From the gradient after a round to that before it, at `dBefore`; without that of the start. */
export function backwardFew(
  workspace: Workspace,
  rounds: RoundsBack,
  scratch: FewScratch,
  before: Round,
  round: Round,
  few: FewRows,
  dBefore: number,
): FewRows {
  const { kernel } = workspace;
  const { states, dSums, sent } = rounds;
  const { start, from, weight } = round.incoming;
  const { outputs: summed } = lastOf(rounds.message);
  // Units that are updated come first.
  const count = kernel.countBelow(few.rows, few.count, round.level.updated * states);
  rowsBack(workspace, rounds, scratch, rounds.updateBack, {
    few: { ...few, count },
    mask: round.updateMask,
    input: round.sums,
    outputs: round.updates,
    to: dSums,
  });
  const size = before.level.units.length * states;
  const rows = few.rows === scratch.lists[0] ? scratch.lists[1] : scratch.lists[0];
  kernel.markSenders(few.rows, count, states, start, from, scratch.marks);
  const senders = { rows, count: kernel.listMarked(scratch.marks, size, rows), d: sent };
  kernel.clearAll(sent, senders.count * summed);
  kernel.sendBack(dSums, few.rows, count, states, start, from, weight, summed, scratch.marks, sent);
  kernel.clearAll(scratch.marks, size);
  rowsBack(workspace, rounds, scratch, rounds.messageBack, {
    few: senders,
    mask: round.messageMask,
    input: before.x,
    outputs: round.messages,
    to: dBefore,
  });
  return { ...senders, d: dBefore };
}

interface RowsBack {
  readonly few: FewRows;
  /** Tables of all rows. */
  readonly mask: number;
  readonly input: number;
  readonly outputs: readonly number[];
  /** Where the gradient of the few inputs goes, side by side. */
  readonly to: number;
}

/** Block by block, as many rows as the scratch memory holds. */
function rowsBack(
  workspace: Workspace,
  rounds: RoundsBack,
  { gathered: [input, ...outputs] }: FewScratch,
  layers: readonly LayerGradient[],
  { few, mask, ...tables }: RowsBack,
): void {
  const { kernel } = workspace;
  const { inputs } = layers[0].layer;
  const { outputs: columns } = lastOf(layers).layer;
  const most = blockRows(rounds);
  for (let first = 0; first < few.count; first += most) {
    const rows = Math.min(most, few.count - first);
    const index = few.rows + 4 * first;
    kernel.gatherRows(tables.input, index, 0, rows, inputs, input);
    tables.outputs.forEach((table, i) => {
      kernel.gatherRows(table, index, 0, rows, layers[i].layer.outputs, outputs[i]);
    });
    const d = few.d + 4 * first * columns;
    const to = tables.to + 4 * first * inputs;
    layersBack(workspace, rounds, layers, { d, mask, index, input, outputs, to, rows });
  }
}
