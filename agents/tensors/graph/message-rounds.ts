/**
 * Rounds of message passing in one direction as one operation with its own gradient, on the tensor
 * kernel:
 *
 *   x <- start + update(sum over edges of weight x message(x[from]))
 *
 * `message` and `update` are dense layers with relu after each. Composed, the rounds make tens of
 * large intermediates whose passes through memory cost more than the products.
 *
 * Input: start [nodes x states, width], node-major. Output: the same shape.
 */
import { type Incoming, incomingOf, type WeightedEdges } from "../kernel/incoming.ts";
import { factor, matrix, transposedFactor } from "../kernel/product.ts";
import {
  backwardRound,
  blocksOf,
  type Edges,
  forwardRound,
  type Layer,
  type LayerGradient,
  type Rounds,
  type RoundTables,
  receiversOf,
  rowsOf,
  type Size,
} from "../kernel/rounds.ts";
import { compute, type Workspace } from "../kernel/workspace.ts";
import type { Tensor, Tensor2D, Tf } from "../types.ts";

export interface DenseLayer {
  readonly matrix: Tensor;
  readonly bias: Tensor;
}

/** A graph in one direction, prepared once. */
export interface MessageGraph {
  readonly nodes: number;
  readonly incoming: Incoming;
  readonly outgoing: Incoming;
  /** Whether nodes without incoming edges keep their start, instead of the update of zeros. */
  readonly quiet: boolean;
}

export function messageGraph(
  nodes: number,
  edges: WeightedEdges,
  { quiet = true }: { readonly quiet?: boolean } = {},
): MessageGraph {
  const { from, to, weight } = edges;
  const outgoing = incomingOf({ from: to, to: from, weight }, nodes);
  return { nodes, incoming: incomingOf(edges, nodes), outgoing, quiet };
}

export interface MessageLayers {
  readonly message: readonly DenseLayer[];
  readonly update: readonly DenseLayer[];
}

export function messageRounds(
  tf: Tf,
  start: Tensor,
  layers: MessageLayers,
  graph: MessageGraph,
  rounds: number,
): Tensor2D {
  const [rows, width] = start.shape as [number, number];
  const size = { nodes: graph.nodes, states: rows / graph.nodes, width, rounds };
  const all = [...layers.message, ...layers.update];
  const messageLayers = layers.message.length;
  // Known only here: within a custom gradient the tape is off.
  const recorded = tf.engine().isTapeOn();
  const operation = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as (tensors: Tensor[]) => void;
    const given = { start: inputs[0] as Tensor, weights: inputs.slice(1) as Tensor[], messageLayers };
    const [value, ...tables] = forward(tf, given, graph, size, recorded);
    save([...(inputs as Tensor[]), ...tables]);
    return {
      value,
      gradFunc: (upstream: Tensor, saved: Tensor[]) => {
        const weights = saved.slice(1, 1 + 2 * all.length);
        const kept = saved.slice(1 + 2 * all.length);
        return backward(tf, upstream, { start: saved[0], weights, messageLayers }, kept, graph, size);
      },
    };
  });
  return operation(start, ...all.flatMap(({ matrix: weights, bias }) => [weights, bias])) as Tensor2D;
}

interface Given {
  readonly start: Tensor;
  /** Matrix and bias of every layer. */
  readonly weights: readonly Tensor[];
  readonly messageLayers: number;
}

function forward(tf: Tf, given: Given, graph: MessageGraph, size: Size, recorded: boolean): Tensor[] {
  const { nodes, states, width, rounds } = size;
  const rows = nodes * states;
  return compute(tf, (workspace) => {
    const value = workspace.result([rows, width]);
    const layers = layersOf(workspace, given);
    const prepared = prepare(workspace, given, layers, graph, size);
    const kept = recorded ? rounds : Math.min(2, rounds);
    const tables = widthsOf(given).map((columns) =>
      recorded ? workspace.result([kept, rows, columns]) : workspace.scratch(kept * rows * columns),
    );
    const tablesOf = roundTables(tables, given, rows, kept);
    if (graph.quiet) clearQuiet(workspace, tables[tables.length - 1], graph, size, kept);
    for (let round = 0; round < rounds; round++)
      forwardRound(workspace, prepared, tablesOf(round), round === 0 ? null : tablesOf(round - 1));
    const updates = tablesOf(rounds - 1).updates;
    workspace.kernel.addAll(workspace.input(given.start), updates[updates.length - 1], value, rows * width);
  });
}

/** Of the tables of a round: outputs of message layers, sums, outputs of update layers. */
function widthsOf({ weights, messageLayers }: Given): number[] {
  const outputs = weights.filter((_, i) => i % 2 === 0).map(({ shape }) => shape[1] as number);
  return [...outputs.slice(0, messageLayers), outputs[messageLayers - 1], ...outputs.slice(messageLayers)];
}

/** The tables of round r, where `kept` rounds are kept. */
function roundTables(tables: readonly number[], given: Given, rows: number, kept: number) {
  const widths = widthsOf(given);
  const { messageLayers } = given;
  return (round: number): RoundTables => {
    const here = tables.map((address, i) => address + 4 * (round % kept) * rows * widths[i]);
    return {
      messages: here.slice(0, messageLayers),
      sums: here[messageLayers],
      updates: here.slice(messageLayers + 1),
    };
  };
}

function layersOf(workspace: Workspace, { weights }: Given): Layer[] {
  return Array.from({ length: weights.length / 2 }, (_, i) => {
    const [inputs, outputs] = weights[2 * i].shape as [number, number];
    const forward = factor(workspace, matrix(workspace.input(weights[2 * i]), inputs, outputs));
    return { inputs, outputs, bias: workspace.input(weights[2 * i + 1]), forward };
  });
}

function prepare(
  workspace: Workspace,
  { start, messageLayers }: Given,
  layers: readonly Layer[],
  graph: MessageGraph,
  size: Size,
): Rounds {
  const every = new Uint8Array(size.nodes).fill(1);
  const senders = blocksOf(receiversOf(graph.outgoing), size);
  return {
    size,
    message: layers.slice(0, messageLayers),
    update: layers.slice(messageLayers),
    incoming: edgesIn(workspace, graph.incoming),
    senders,
    receivers: blocksOf(graph.quiet ? receiversOf(graph.incoming) : every, size),
    start: workspace.input(start),
    vectors: workspace.scratch(largestRows(senders, size) * size.width),
  };
}

const largestRows = (blocks: readonly { first: number; last: number }[], size: Size): number =>
  blocks.reduce((most, block) => Math.max(most, rowsOf(block, size)), 0);

const edgesIn = (workspace: Workspace, { start, from, weight }: Incoming): Edges => ({
  start: workspace.copy(start),
  from: workspace.copy(from),
  weight: workspace.copy(weight),
});

/** Zero updates of the nodes that no message reaches. */
function clearQuiet(
  workspace: Workspace,
  updates: number,
  graph: MessageGraph,
  size: Size,
  kept: number,
): void {
  const { nodes, states, width } = size;
  const receives = receiversOf(graph.incoming);
  for (let round = 0; round < kept; round++)
    for (let node = 0; node < nodes; node++)
      if (receives[node] === 0)
        workspace.clear(updates + 4 * (round * nodes + node) * states * width, states * width);
}

function backward(
  tf: Tf,
  upstream: Tensor,
  given: Given,
  kept: readonly Tensor[],
  graph: MessageGraph,
  size: Size,
): Tensor[] {
  const { nodes, states, width, rounds } = size;
  const rows = nodes * states;
  return compute(tf, (workspace) => {
    const dStart = workspace.result([rows, width]);
    const gradients = given.weights.map(({ shape, size: elements }) => {
      const address = workspace.result(shape);
      workspace.clear(address, elements);
      return address;
    });
    const layers = layersOf(workspace, given);
    const prepared = prepare(workspace, given, layers, graph, size);
    const tablesOf = roundTables(
      kept.map((table) => workspace.input(table)),
      given,
      rows,
      rounds,
    );
    const back = layers.map(
      (layer, i): LayerGradient => ({
        layer,
        through: transposedFactor(
          workspace,
          matrix(workspace.input(given.weights[2 * i]), layer.inputs, layer.outputs),
        ),
        dWeights: gradients[2 * i],
        dBias: gradients[2 * i + 1],
      }),
    );
    const largest = Math.max(largestRows(prepared.senders, size), largestRows(prepared.receivers, size));
    const widest = layers.reduce((most, layer) => Math.max(most, layer.inputs, layer.outputs), 0) + 8;
    const sumWidth = layers[given.messageLayers - 1].outputs;
    const rest = {
      ...prepared,
      messageBack: back.slice(0, given.messageLayers),
      updateBack: back.slice(given.messageLayers),
      outgoing: edgesIn(workspace, graph.outgoing),
      scratch: [workspace.scratch(largest * widest), workspace.scratch(largest * widest)] as const,
      packed: workspace.scratch(largest * widest),
      dSums: workspace.zeros(rows * sumWidth),
    };
    const d = workspace.scratch(rows * width);
    workspace.move(workspace.input(upstream), d, rows * width);
    workspace.move(d, dStart, rows * width);
    for (let round = rounds - 1; round >= 0; round--) {
      backwardRound(workspace, rest, tablesOf(round), round === 0 ? null : tablesOf(round - 1), d);
      workspace.kernel.addAll(dStart, d, dStart, rows * width);
    }
  });
}
