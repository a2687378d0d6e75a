/**
 * Rounds of message passing from the first to the last in the kernel's memory: their weights, the
 * tables of every level, and where they lie.
 */
import type { Tensor } from "../types.ts";
import { holdsAll, type Level, type Levels } from "./levels.ts";
import { factor, matrix } from "./product.ts";
import {
  blockRows,
  type Edges,
  forwardRound,
  keepQuiet,
  type Layer,
  lastOf,
  type Round,
  type Rounds,
} from "./rounds.ts";
import { areSquare, squareRound } from "./square-rounds.ts";
import type { Workspace } from "./workspace.ts";

/** Matrix and bias of every layer, those of messages first. */
export interface RoundWeights {
  readonly weights: readonly Tensor[];
  readonly messageLayers: number;
}

export interface RoundSize {
  readonly rows: number;
  /** States and width of a unit of the levels. */
  readonly states: number;
  readonly width: number;
  readonly levels: Levels;
}

/** Elements of the tables that a gradient needs. */
export const tablesElements = (given: RoundWeights, size: RoundSize): number => sum(elementsOf(given, size));

/**
 * Writes the vectors after the last round to `value`, [rows x width]. Keeps all tables at `tables`
 * where that is an address, else only those of two levels.
 */
export function passForward(
  workspace: Workspace,
  given: RoundWeights,
  size: RoundSize,
  {
    start,
    value,
    tables,
  }: { readonly start: number; readonly value: number; readonly tables: number | null },
): void {
  const { rows, states, width } = size;
  const { kernel } = workspace;
  const rounds = prepare(workspace, given, size, start, tables !== null);
  const all =
    tables === null ? roundsInTwo(workspace, given, size) : roundsIn(workspace, given, size, tables);
  const isWhole = holdsAll(lastOf(all).level, rows / states);
  if (isWhole) all.push({ ...all.pop()!, x: value });
  const [first] = all;
  const unit = states * width;
  kernel.gatherRows(start, first.units, 0, first.level.units.length, unit, first.x);
  const pass = areSquare(rounds) ? squareRound : forwardRound;
  for (let r = 1; r < all.length; r++) {
    pass(workspace, rounds, all[r - 1], all[r]);
    keepQuiet(workspace, rounds, all[r]);
  }
  if (isWhole) return;
  const last = lastOf(all);
  const units = last.level.units.length;
  if (units * states < rows) workspace.clear(value, rows * width);
  kernel.scatterRows(last.x, last.units, units, unit, false, value);
}

/** Widths of the tables of a round. The last output of messages and of updates has a mask alone. */
export function widthsOf({ weights, messageLayers }: RoundWeights) {
  const outputs = weights.filter((_, i) => i % 2 === 0).map(({ shape }) => shape[1] as number);
  return {
    message: outputs.slice(0, messageLayers - 1),
    summed: outputs[messageLayers - 1],
    update: outputs.slice(messageLayers, -1),
  };
}

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

/** Elements that hold so many bytes. */
const holding = (bytes: number): number => Math.ceil(bytes / 4);

function elementsOf(given: RoundWeights, { states, width, levels: { list } }: RoundSize): number[] {
  const { message, summed, update } = widthsOf(given);
  return list.map(({ updated, units }, r) => {
    const sent = sentIn(list, r);
    const floats = sent * sum(message) + updated * (summed + sum(update)) + units.length * width;
    return states * floats + holding(states * sent * summed) + holding(states * updated * width);
  });
}

/** Units that send messages in a round. */
const sentIn = (levels: readonly Level[], round: number): number =>
  round === 0 ? 0 : levels[round - 1].units.length;

/** All levels, one behind the other from `tables` on. */
export function roundsIn(
  workspace: Workspace,
  given: RoundWeights,
  size: RoundSize,
  tables: number,
): Round[] {
  const elements = elementsOf(given, size);
  return roundsAt(workspace, given, size, (r) => tables + 4 * sum(elements.slice(0, r)));
}

/** Without a gradient two levels are enough. */
function roundsInTwo(workspace: Workspace, given: RoundWeights, size: RoundSize): Round[] {
  const largest = Math.max(...elementsOf(given, size));
  const tables = workspace.scratch(2 * largest);
  return roundsAt(workspace, given, size, (r) => tables + 4 * (r % 2) * largest);
}

function roundsAt(
  workspace: Workspace,
  given: RoundWeights,
  { states, width, levels }: RoundSize,
  at: (level: number) => number,
): Round[] {
  const { message, summed, update } = widthsOf(given);
  const lists = workspace.copy(levels.lists);
  const edges = ({ start, from, weight }: Edges): Edges => ({
    start: lists + 4 * start,
    from: lists + 4 * from,
    weight: lists + 4 * weight,
  });
  return levels.list.map((level: Level, r): Round => {
    let next = at(r);
    const table = (units: number, columns: number) => {
      const address = next;
      next += 4 * units * states * columns;
      return address;
    };
    const mask = (units: number, columns: number) => {
      const address = next;
      next += 4 * holding(units * states * columns);
      return address;
    };
    const sent = sentIn(levels.list, r);
    const { units, incoming, outgoing } = levels.at[r];
    return {
      level,
      units: lists + 4 * units,
      incoming: edges(incoming),
      outgoing: edges(outgoing),
      messages: message.map((columns) => table(sent, columns)),
      messageMask: mask(sent, summed),
      sums: table(level.updated, summed),
      updates: update.map((columns) => table(level.updated, columns)),
      updateMask: mask(level.updated, width),
      x: table(level.units.length, width),
    };
  });
}

export function prepare(
  workspace: Workspace,
  { weights, messageLayers }: RoundWeights,
  { states, width, levels: { list } }: RoundSize,
  start: number,
  recorded: boolean,
): Rounds {
  const layers = Array.from({ length: weights.length / 2 }, (_, i): Layer => {
    const [inputs, outputs] = weights[2 * i].shape as [number, number];
    const forward = factor(workspace, matrix(workspace.input(weights[2 * i]), inputs, outputs));
    return { inputs, outputs, bias: workspace.input(weights[2 * i + 1]), forward };
  });
  const message = layers.slice(0, messageLayers);
  const most = Math.max(...list.map((_, r) => sentIn(list, r)));
  return {
    states,
    width,
    message,
    update: layers.slice(messageLayers),
    start,
    sent: workspace.scratch(most * states * message[messageLayers - 1].outputs),
    change: workspace.scratch(blockRows({ states, width }) * width),
    recorded,
  };
}
