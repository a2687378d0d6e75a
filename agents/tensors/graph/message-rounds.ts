/**
 * Rounds of message passing in one direction as one operation with its own gradient, on the tensor
 * kernel:
 *
 *   x <- start + update(sum over edges of weight x message(x[from]))
 *
 * `message` and `update` are dense layers with relu after each. Composed, the rounds make tens of
 * large intermediates whose passes through memory cost more than the products.
 *
 * Input: start [nodes x states, width], node-major. Output: the same shape. With `read`, only these
 * rows are computed, and what they depend on; the others are 0 and have no gradient.
 */
import { areFew, backwardFew, type FewRows, type FewScratch } from "../kernel/few-rows.ts";
import { type Incoming, incomingOf, type WeightedEdges } from "../kernel/incoming.ts";
import { holdsAll, type Levels, levelsOf } from "../kernel/levels.ts";
import { matrix, transposedFactor } from "../kernel/product.ts";
import {
  passForward,
  prepare,
  type RoundSize,
  type RoundWeights,
  roundsIn,
  tablesElements,
  widthsOf,
} from "../kernel/round-tables.ts";
import { backwardRound, blockRows, type Round, type RoundsBack } from "../kernel/rounds.ts";
import { areSquare, squareRoundBack } from "../kernel/square-rounds.ts";
import { compute, type Workspace } from "../kernel/workspace.ts";
import { saveForGradient } from "../saved.ts";
import type { Tensor, Tensor2D, Tf } from "../types.ts";

export interface DenseLayer {
  readonly matrix: Tensor;
  readonly bias: Tensor;
}

/** A graph in one direction, prepared once. */
export interface MessageGraph {
  readonly nodes: number;
  readonly incoming: Incoming;
  /** Whether nodes without incoming edges keep their start, instead of the update of zeros. */
  readonly quiet: boolean;
  /** The levels where all nodes are read, by the number of rounds. */
  readonly known: Map<number, Levels>;
}

export function messageGraph(
  nodes: number,
  edges: WeightedEdges,
  { quiet = true }: { readonly quiet?: boolean } = {},
): MessageGraph {
  return { nodes, incoming: incomingOf(edges, nodes), quiet, known: new Map() };
}

export interface MessageLayers {
  readonly message: readonly DenseLayer[];
  readonly update: readonly DenseLayer[];
}

export interface MessageOptions {
  readonly rounds: number;
  /** The rows that are read, ascending; all by default. */
  readonly read?: Int32Array;
}

export function messageRounds(
  tf: Tf,
  start: Tensor,
  layers: MessageLayers,
  graph: MessageGraph,
  { rounds, read }: MessageOptions,
): Tensor2D {
  const [rows, width] = start.shape as [number, number];
  const states = read === undefined ? rows / graph.nodes : 1;
  const levels =
    read === undefined ? allLevels(graph, rounds) : levelsOf(graph, read, rows / graph.nodes, rounds);
  const size = { rows, states, width, levels };
  const all = [...layers.message, ...layers.update];
  const messageLayers = layers.message.length;
  // Known only here: within a custom gradient the tape is off.
  const recorded = tf.engine().isTapeOn();
  const operation = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as (tensors: Tensor[]) => void;
    const given = { start: inputs[0] as Tensor, weights: inputs.slice(1) as Tensor[], messageLayers };
    const [value, ...tables] = forward(tf, given, size, recorded);
    const again = saveForGradient(tf, save, [...(inputs as Tensor[]), ...tables]);
    return {
      value,
      gradFunc: (upstream: Tensor, saved: Tensor[]) => {
        const [start, ...rest] = again(saved);
        const weights = rest.slice(0, 2 * all.length);
        return backward(tf, upstream, { start, weights, messageLayers }, rest[2 * all.length], size);
      },
    };
  });
  return operation(start, ...all.flatMap(({ matrix: weights, bias }) => [weights, bias])) as Tensor2D;
}

export function allLevels(graph: MessageGraph, rounds: number): Levels {
  const known = graph.known.get(rounds);
  if (known !== undefined) return known;
  const every = Int32Array.from({ length: graph.nodes }, (_, node) => node);
  const levels = levelsOf(graph, every, 1, rounds);
  graph.known.set(rounds, levels);
  return levels;
}

interface Given extends RoundWeights {
  readonly start: Tensor;
}

function forward(tf: Tf, given: Given, size: RoundSize, recorded: boolean): Tensor[] {
  return compute(tf, (workspace) => {
    const value = workspace.result([size.rows, size.width]);
    const start = workspace.input(given.start);
    const tables = recorded ? workspace.result([tablesElements(given, size)]) : null;
    passForward(workspace, given, size, { start, value, tables });
  });
}

function backward(tf: Tf, upstream: Tensor, given: Given, kept: Tensor, size: RoundSize): Tensor[] {
  const { rows, states, width, levels } = size;
  return compute(tf, (workspace) => {
    const { kernel } = workspace;
    const dStart = workspace.result([rows, width]);
    const gradients = given.weights.map(({ shape, size: elements }) => {
      const address = workspace.result(shape);
      workspace.clear(address, elements);
      return address;
    });
    const prepared = backRounds(workspace, given, size, gradients);
    const all = roundsIn(workspace, given, size, workspace.input(kept));
    const scratch = fewScratch(workspace, given, size);
    const back = (areSquare(prepared) ? squareRoundBack : backwardRound)(workspace, prepared);
    const unit = states * width;
    const largest = Math.max(...levels.list.map(({ units }) => units.length)) * unit;
    const [one, other] = [workspace.scratch(largest), workspace.scratch(largest)];
    const otherThan = (taken: number): number => (taken === one ? other : one);
    const last = all[all.length - 1];
    let d = workspace.input(upstream);
    if (!holdsAll(last.level, rows / states)) {
      kernel.gatherRows(d, last.units, 0, last.level.units.length, unit, other);
      d = other;
    }
    workspace.clear(dStart, rows * width);
    let few = fewOf(workspace, size, scratch, last, d, otherThan(d));
    const addFew = ({ rows: list, count, d: from }: FewRows, { units }: Round) => {
      kernel.rowsOfUnits(list, count, units, states, scratch.places);
      kernel.scatterRows(from, scratch.places, count, width, true, dStart);
    };
    if (few === null) kernel.scatterRows(d, last.units, last.level.units.length, unit, true, dStart);
    else addFew(few, last);
    for (let r = all.length - 1; r > 0; r--) {
      const [before, round] = [all[r - 1], all[r]];
      if (few === null) {
        // The upstream gradient is not ours to overwrite.
        const dSums = d === other ? other : one;
        back(before, round, { d, dSums, dBefore: otherThan(dSums), dStart });
        d = otherThan(dSums);
        continue;
      }
      few = backwardFew(workspace, prepared, scratch, before, round, few, otherThan(few.d));
      addFew(few, before);
      const count = before.level.units.length * states;
      if (areFew(few.count, count, width)) continue;
      d = otherThan(few.d);
      kernel.spreadRows(few.d, few.rows, few.count, count, width, d);
      few = null;
    }
  });
}

/** Scratch memory for few rows, and for their places among all. */
function fewScratch(workspace: Workspace, given: Given, size: RoundSize): FewScratch & { places: number } {
  const largest = Math.max(...size.levels.list.map(({ units }) => units.length)) * size.states;
  const widths = given.weights.filter((_, i) => i % 2 === 0).map(({ shape }) => Math.max(...shape));
  const block = blockRows(size) * Math.max(...widths);
  return {
    lists: [workspace.scratch(largest), workspace.scratch(largest)],
    places: workspace.scratch(largest),
    marks: workspace.zeros(largest),
    gathered: widths.map(() => workspace.scratch(block)),
  };
}

/** The rows of `d` that are not 0, side by side at `to`; null where they are many. */
function fewOf(
  { kernel }: Workspace,
  { states, width }: RoundSize,
  { lists: [list] }: FewScratch,
  { level }: Round,
  d: number,
  to: number,
): FewRows | null {
  const rows = level.units.length * states;
  const count = kernel.activeRows(d, rows, width, list);
  if (!areFew(count, rows, width)) return null;
  kernel.gatherRows(d, list, 0, count, width, to);
  return { rows: list, d: to, count };
}

function backRounds(
  workspace: Workspace,
  given: Given,
  size: RoundSize,
  gradients: readonly number[],
): RoundsBack {
  const prepared = prepare(workspace, given, size, workspace.input(given.start), true);
  const layers = [...prepared.message, ...prepared.update];
  const back = layers.map((layer, i) => {
    const weights = matrix(workspace.input(given.weights[2 * i]), layer.inputs, layer.outputs);
    return {
      layer,
      through: transposedFactor(workspace, weights),
      dWeights: gradients[2 * i],
      dBias: gradients[2 * i + 1],
    };
  });
  const largest = blockRows(size);
  const widest = layers.reduce((most, layer) => Math.max(most, layer.inputs, layer.outputs), 0) + 8;
  const updated = Math.max(...size.levels.list.map((level) => level.updated));
  return {
    ...prepared,
    messageBack: back.slice(0, given.messageLayers),
    updateBack: back.slice(given.messageLayers),
    scratch: [workspace.scratch(largest * widest), workspace.scratch(largest * widest)],
    packed: workspace.scratch(largest * widest),
    dSums: workspace.scratch(updated * size.states * widthsOf(given).summed),
  };
}
