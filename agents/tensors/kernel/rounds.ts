/**
 * Rounds of message passing in the kernel's memory, block by block, so that what a block needs
 * stays in the cache:
 *
 *   x <- start + update(sum over edges of weight x message(x[from]))
 *
 * `message` and `update` are dense layers with relu. Vectors lie [nodes x states x width]. Nodes
 * without outgoing edges send nothing, so their messages are not computed. Backward, blocks whose
 * gradient is zero are passed over: a policy that reads few nodes has many of them.
 */
import type { Incoming } from "./incoming.ts";
import { type Factor, type Matrix, matrix, product, transposedProduct } from "./product.ts";
import type { Workspace } from "./workspace.ts";

/** A dense layer: addresses of its weights, its bias and their gradients. */
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

export interface Size {
  readonly nodes: number;
  readonly states: number;
  readonly width: number;
  readonly rounds: number;
}

/** Edges sorted by receiver, in memory. */
export interface Edges {
  readonly start: number;
  readonly from: number;
  readonly weight: number;
}

/** A run of nodes that are computed together. */
export interface Block {
  readonly first: number;
  readonly last: number;
}

/** Elements of a vector table that a block covers. */
const BLOCK = 4096;

/** The nodes for which `active` is 1, in runs of few enough rows. */
export function blocksOf(active: Uint8Array, { states, width }: Size): Block[] {
  const most = Math.max(1, Math.floor(BLOCK / (states * width)));
  const blocks: Block[] = [];
  for (let first = 0; first < active.length; ) {
    if (active[first] === 0) {
      first++;
      continue;
    }
    let last = first + 1;
    while (last < active.length && last - first < most && active[last] === 1) last++;
    blocks.push({ first, last });
    first = last;
  }
  return blocks;
}

/** 1 for each node that receives a message. */
export function receiversOf({ rows, start }: Incoming): Uint8Array {
  return Uint8Array.from({ length: rows }, (_, node) => (start[node + 1] > start[node] ? 1 : 0));
}

/** Tables of one round: addresses of [nodes x states x width of the layer]. */
export interface RoundTables {
  readonly messages: readonly number[];
  readonly sums: number;
  readonly updates: readonly number[];
}

export interface Rounds {
  readonly size: Size;
  readonly message: readonly Layer[];
  readonly update: readonly Layer[];
  readonly incoming: Edges;
  readonly senders: readonly Block[];
  readonly receivers: readonly Block[];
  readonly start: number;
  /** Scratch memory for the vectors of a block before its messages. */
  readonly vectors: number;
}

export const rowsOf = ({ first, last }: Block, { states }: Size): number => (last - first) * states;
const at = (table: number, { first }: Block, { states }: Size, width: number): number =>
  table + 4 * first * states * width;

export function forwardRound(
  workspace: Workspace,
  rounds: Rounds,
  tables: RoundTables,
  before: RoundTables | null,
): void {
  const { size, incoming } = rounds;
  for (const block of rounds.senders)
    layersForward(
      workspace,
      rounds.message,
      block,
      size,
      vectorsOf(workspace, rounds, before, block),
      tables.messages,
    );
  const messages = tables.messages[tables.messages.length - 1];
  const width = rounds.message[rounds.message.length - 1].outputs;
  for (const block of rounds.receivers) {
    workspace.kernel.neighbourSums(
      messages,
      size.states * width,
      incoming.start,
      incoming.from,
      incoming.weight,
      block.first,
      block.last,
      0,
      tables.sums,
    );
    layersForward(workspace, rounds.update, block, size, at(tables.sums, block, size, width), tables.updates);
  }
}

/** Address of the vectors of a block before a round: the start plus the update before. */
function vectorsOf(
  { kernel }: Workspace,
  { size, start, vectors }: Rounds,
  before: RoundTables | null,
  block: Block,
): number {
  const own = at(start, block, size, size.width);
  if (before === null) return own;
  const update = at(before.updates[before.updates.length - 1], block, size, size.width);
  kernel.addAll(own, update, vectors, rowsOf(block, size) * size.width);
  return vectors;
}

function layersForward(
  workspace: Workspace,
  layers: readonly Layer[],
  block: Block,
  size: Size,
  input: number,
  outputs: readonly number[],
): void {
  const rows = rowsOf(block, size);
  let from = input;
  layers.forEach((layer, i) => {
    const to = at(outputs[i], block, size, layer.outputs);
    product(workspace, matrix(from, rows, layer.inputs), layer.forward, matrix(to, rows, layer.outputs), {
      bias: layer.bias,
      relu: true,
    });
    from = to;
  });
}

export interface RoundsBack extends Rounds {
  readonly messageBack: readonly LayerGradient[];
  readonly updateBack: readonly LayerGradient[];
  readonly outgoing: Edges;
  /** Scratch memory for the gradients of a block, twice, and for a packed one. */
  readonly scratch: readonly [number, number];
  readonly packed: number;
  /** Gradient of the sums, [nodes x states x width]. */
  readonly dSums: number;
}

/** From the gradient `d` after a round to that before it, in place; without that of the start. */
export function backwardRound(
  workspace: Workspace,
  rounds: RoundsBack,
  tables: RoundTables,
  before: RoundTables | null,
  d: number,
): void {
  const { size, dSums, outgoing } = rounds;
  const { kernel } = workspace;
  const messageWidth = rounds.message[rounds.message.length - 1].outputs;
  for (const block of rounds.receivers) {
    const from = at(d, block, size, size.width);
    const input = at(tables.sums, block, size, messageWidth);
    const to = at(dSums, block, size, messageWidth);
    layersBack(workspace, rounds, rounds.updateBack, block, { d: from, input, outputs: tables.updates, to });
  }
  workspace.clear(d, size.nodes * size.states * size.width);
  for (const block of rounds.senders) {
    const dMessages = rounds.scratch[0] - 4 * block.first * size.states * messageWidth;
    const { first, last } = block;
    const { start, from, weight } = outgoing;
    kernel.neighbourSums(dSums, size.states * messageWidth, start, from, weight, first, last, 0, dMessages);
    const input = vectorsOf(workspace, rounds, before, block);
    const to = at(d, block, size, size.width);
    layersBack(workspace, rounds, rounds.messageBack, block, {
      d: rounds.scratch[0],
      input,
      outputs: tables.messages,
      to,
    });
  }
}

interface LayersBack {
  /** Gradient of the last layer's output. */
  readonly d: number;
  readonly input: number;
  readonly outputs: readonly number[];
  /** Where the gradient of the input goes. */
  readonly to: number;
}

function layersBack(
  workspace: Workspace,
  { size, scratch, packed }: RoundsBack,
  layers: readonly LayerGradient[],
  block: Block,
  { d, input, outputs, to }: LayersBack,
): void {
  const { kernel } = workspace;
  const rows = rowsOf(block, size);
  const last = layers[layers.length - 1].layer;
  if (kernel.allZero(d, rows * last.outputs) === 1) {
    workspace.clear(to, rows * layers[0].layer.inputs);
    return;
  }
  let from = d;
  for (let i = layers.length - 1; i >= 0; i--) {
    const { layer, through, dWeights, dBias } = layers[i];
    kernel.reluBack(from, at(outputs[i], block, size, layer.outputs), scratch[0], rows * layer.outputs);
    const gradient = matrix(scratch[0], rows, layer.outputs);
    const left = matrix(i === 0 ? input : at(outputs[i - 1], block, size, layer.inputs), rows, layer.inputs);
    const result = matrix(dWeights, layer.inputs, layer.outputs);
    transposedProduct(workspace, left, blockFactor(workspace, gradient, packed), result, { add: true });
    kernel.addRows(scratch[0], rows, layer.outputs, dBias);
    from = i === 0 ? to : scratch[1];
    product(workspace, gradient, through, matrix(from, rows, layer.inputs));
  }
}

/** The gradient of a block as a right factor; packed where its width asks for it. */
function blockFactor({ kernel }: Workspace, { address, rows, columns }: Matrix, to: number): Factor {
  if (columns % 8 === 0) return { address, panelStride: 8, stepStride: columns, columns };
  kernel.pack(address, columns, 1, rows, columns, to);
  return { address: to, panelStride: 8 * rows, stepStride: 8, columns };
}
