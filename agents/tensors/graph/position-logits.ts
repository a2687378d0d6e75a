/**
 * Logits of a positional policy without gradient, in the kernel's memory: embedding, pooling, norm
 * and head. Rollouts ask for them at every step, and each operation of TensorFlow.js would cost
 * more than its arithmetic. The positional policy of `nets` composes the same from operations with
 * gradients.
 */
import { factor, matrix, product } from "../kernel/product.ts";
import { passForward, type RoundWeights } from "../kernel/round-tables.ts";
import { computeNumbers, type Workspace } from "../kernel/workspace.ts";
import type { Tensor, Tf } from "../types.ts";
import { allLevels, type DenseLayer, type MessageGraph } from "./message-rounds.ts";

export interface PositionLayers {
  /** With relu after each. */
  readonly node: readonly DenseLayer[];
  readonly pool: readonly DenseLayer[];
  readonly head: readonly DenseLayer[];
  readonly score: DenseLayer;
  /** Rounds from parents and from children, as wide as the last `node` layer. */
  readonly rounds: number;
  readonly directions: readonly [Direction, Direction];
  /** [columns] each. */
  readonly mean: Tensor;
  readonly variance: Tensor;
}

interface Direction extends RoundWeights {
  readonly graph: MessageGraph;
}

export interface PositionInputs {
  readonly states: number;
  readonly groups: number;
  readonly devices: number;
  readonly relations: number;
  /** Node-major, [groups x states x columns]. */
  readonly features: Float32Array;
  /** [states]. */
  readonly current: Int32Array;
  /** [states x groups]; kinds are relations to the current group, from 1 on. */
  readonly placement: Int32Array;
  readonly kinds: Uint8Array;
  /** [states x relations]: 1 over the number of groups in that relation. */
  readonly shares: Float32Array;
  /** [states x devices x columns]: 0 where groups are seen, then what is seen of the device. */
  readonly seen: Float32Array;
}

/** [states x devices]. */
export function positionLogits(tf: Tf, layers: PositionLayers, inputs: PositionInputs): Float32Array {
  const { states, groups, devices, relations, seen } = inputs;
  const columns = layers.mean.size;
  const scale = scales(layers.variance);
  return computeNumbers(tf, (workspace) => {
    const { kernel } = workspace;
    const rows = groups * states;
    const start = dense(workspace, workspace.copy(inputs.features), rows, layers.node, true);
    const width = widthOf(layers.node);
    const size = { rows: groups * states, states, width };
    const [ahead, back] = layers.directions.map((direction) => {
      const value = workspace.scratch(rows * width);
      const levels = allLevels(direction.graph, layers.rounds);
      passForward(workspace, direction, { ...size, levels }, { start, value, tables: null });
      return value;
    });
    const vectors = messages(workspace, [ahead, back], rows, width, layers.pool);
    const position = workspace.copy(seen);
    kernel.poolPositions(
      ahead,
      back,
      width,
      vectors,
      widthOf(layers.pool),
      states,
      groups,
      devices,
      relations,
      workspace.copy(inputs.current),
      workspace.copy(inputs.placement),
      workspace.copy(inputs.kinds),
      workspace.copy(inputs.shares),
      position,
      columns,
    );
    const pairs = states * devices;
    kernel.normRows(position, pairs, columns, workspace.input(layers.mean), workspace.copy(scale));
    const hidden = dense(workspace, position, pairs, layers.head, true);
    const logits = dense(workspace, hidden, pairs, [layers.score], false);
    return workspace.floats(logits, pairs);
  });
}

const widthOf = (layers: readonly DenseLayer[]): number =>
  layers[layers.length - 1].matrix.shape[1] as number;

/** 1 over the spread of each column, in single precision. */
const scales = (variance: Tensor): Float32Array =>
  (variance.dataSync() as Float32Array).map((x) => 1 / Math.fround(Math.sqrt(Math.fround(x + 1e-6))));

function dense(
  workspace: Workspace,
  input: number,
  rows: number,
  layers: readonly DenseLayer[],
  relu: boolean,
): number {
  let from = input;
  for (const layer of layers) {
    const [inputs, outputs] = layer.matrix.shape as [number, number];
    const to = workspace.scratch(rows * outputs);
    const right = factor(workspace, matrix(workspace.input(layer.matrix), inputs, outputs));
    const bias = workspace.input(layer.bias);
    product(workspace, matrix(from, rows, inputs), right, matrix(to, rows, outputs), { bias, relu });
    from = to;
  }
  return from;
}

/** The layers on both directions' vectors side by side, without putting them there. */
function messages(
  workspace: Workspace,
  [ahead, back]: readonly number[],
  rows: number,
  width: number,
  [first, ...rest]: readonly DenseLayer[],
): number {
  const outputs = first.matrix.shape[1] as number;
  const weights = workspace.input(first.matrix);
  const to = matrix(workspace.scratch(rows * outputs), rows, outputs);
  [ahead, back].forEach((vectors, i) => {
    const half = factor(workspace, matrix(weights + 4 * i * width * outputs, width, outputs));
    const options = i === 0 ? { bias: workspace.input(first.bias) } : { add: true, relu: true };
    product(workspace, matrix(vectors, rows, width), half, to, options);
  });
  return dense(workspace, to.address, rows, rest, true);
}
