/**
 * Placeto's policy network (Addanki et al., NeurIPS 2019). It embeds every group by message
 * passing. Then it pools the current group, its ancestors, its descendants and the other groups,
 * and scores the devices for the current group.
 *
 * Ours:
 * - One head scores every device by what is on it, instead of one output for each device.
 * - The embedding sees whether a group shares the current one's device, instead of the device's
 *   number.
 *
 * So devices of one speed are interchangeable: relabelling them relabels the scores, and what is
 * learned about one holds for all. With a column for each device, everything had to be learned once
 * per device. With four devices hardly anything was learned then.
 */
import type { Rng } from "../../env/model/rng.ts";
import { dense } from "../tensors/dense.ts";
import type { EdgeList } from "../tensors/graph/neighbour-sum.ts";
import {
  type PositionInputs,
  type PositionLayers,
  positionLogits,
} from "../tensors/graph/position-logits.ts";
import { sideBySide } from "../tensors/graph/side-by-side.ts";
import type { Tensor, Tf } from "../tensors/types.ts";
import { type DevicePooling, devicePooling, type Position } from "./device-pooling.ts";
import { type Flow, messagePassing, perceptron } from "./message-passing.ts";
import { RELATION_COUNT } from "./relations.ts";
import { runningNorm } from "./running-norm.ts";
import type { Weights } from "./weights.ts";

/** One decision. `visitOf` makes it from an observation. */
export interface Visit extends Position {
  /**
   * What is seen of all groups but their devices, [groups x columns], row by row. The policy adds
   * what it wants to know of the devices.
   */
  readonly features: Float32Array;
}

export interface NetworkSize {
  /** Columns of `features`. */
  readonly columns: number;
  readonly width: number;
  readonly rounds: number;
}

/** What the policy has to know of a scenario: its groups, their edges and the devices. */
export interface PolicyGraph {
  readonly groups: number;
  readonly edges: EdgeList;
  readonly devices: number;
  /** Speed of each device at each group, over the fastest one's; [groups x devices]. */
  readonly speeds: Float32Array;
}

/** The weights, which fit any graph and any number of devices. */
export interface PositionalNetwork {
  on(graph: PolicyGraph): PositionalPolicy;
}

/** The network on one scenario. */
export interface PositionalPolicy {
  /** Logits of the devices for each visit, [visits x devices], before any mask. */
  logits(visits: readonly Visit[]): Tensor;
  /** The same numbers, sooner. */
  numbers(visits: readonly Visit[]): Float32Array;
  /** Moves the running statistics of the network towards those of the visits. */
  observe(visits: readonly Visit[]): void;
}

/** Of a group in one visit: whether it is on the current group's device. */
const PLACEMENT_COLUMNS = 1;
/** Of a device in one visit: whether the current group is on it, and its speed. */
const DEVICE_COLUMNS = 2;

export function createPositionalNetwork(
  tf: Tf,
  weights: Weights,
  size: NetworkSize,
  rng: Rng,
): PositionalNetwork {
  const { width, rounds } = size;
  const columns = size.columns + PLACEMENT_COLUMNS;
  const both = 2 * width;
  const positionColumns = (1 + RELATION_COUNT) * both + DEVICE_COLUMNS;
  const passing = messagePassing(tf, weights, { columns, width, rounds }, rng);
  const message = perceptron(tf, weights, "pool message", [both, both, both], rng);
  const norm = runningNorm(tf, weights, "position", positionColumns, 0.9);
  const head = perceptron(tf, weights, "head", [positionColumns, 16 * width, 8 * width], rng);
  // Zeros make the first policy uniform.
  const score = { matrix: weights.zeros("score", [8 * width, 1]), bias: weights.zeros("score bias", [1]) };

  return {
    on(graph) {
      const { groups, edges, devices } = graph;
      const embed = passing.over({ nodes: groups, edges });
      const pooling = devicePooling(tf, groups, edges, devices);

      /**
       * The current group, what is on the device in each relation to it, and the device, [visits x
       * devices, columns].
       */
      const position = (visits: readonly Visit[]): Tensor => {
        const embedded = embed(
          tf.tensor3d(nodeMajor(visits, groups, size.columns), [groups, visits.length, columns]),
        );
        const rows = tf.reshape(embedded, [groups * visits.length, both]);
        const itself = pooling.itself(rows, visits);
        const pooled = pooling.pool(message(rows), visits);
        const seen = tf.tensor2d(deviceColumns(visits, graph, DEVICE_COLUMNS), [
          visits.length * devices,
          DEVICE_COLUMNS,
        ]);
        return sideBySide(tf, [itself, pooled, seen]);
      };

      const layers: PositionLayers = {
        node: embed.transform.layers,
        pool: message.layers,
        head: head.layers,
        score,
        rounds,
        directions: [layersOf(embed.flows[0]), layersOf(embed.flows[1])],
        mean: norm.mean,
        variance: norm.variance,
      };
      return {
        logits(visits) {
          const seen = head(norm.apply(position(visits)));
          const scores = dense(tf, seen, score.matrix, score.bias, "linear");
          return tf.reshape(scores, [visits.length, devices]);
        },
        numbers: (visits) =>
          positionLogits(tf, layers, inputsOf(visits, graph, pooling, size.columns, positionColumns)),
        observe(visits) {
          tf.tidy(() => norm.observe(position(visits)));
        },
      };
    },
  };
}

const layersOf = ({ message, update, graph }: Flow) => ({
  weights: [...message, ...update].flatMap(({ matrix, bias }) => [matrix, bias]),
  messageLayers: message.length,
  graph,
});

/** What the kernel takes; `columns` are those of features and of a position. */
function inputsOf(
  visits: readonly Visit[],
  graph: PolicyGraph,
  pooling: DevicePooling,
  columns: number,
  positionColumns: number,
): PositionInputs {
  const { groups, devices } = graph;
  const placement = new Int32Array(visits.length * groups);
  visits.forEach((visit, s) => {
    placement.set(visit.placement, s * groups);
  });
  return {
    states: visits.length,
    groups,
    devices,
    relations: RELATION_COUNT,
    features: nodeMajor(visits, groups, columns),
    current: Int32Array.from(visits, ({ current }) => current),
    placement,
    ...pooling.parts(visits),
    seen: deviceColumns(visits, graph, positionColumns),
  };
}

/**
 * Features of all visits, [groups x visits x columns]. The last column of a row is 1 where the
 * group shares the current group's device.
 */
function nodeMajor(visits: readonly Visit[], groups: number, columns: number): Float32Array {
  const width = columns + PLACEMENT_COLUMNS;
  const values = new Float32Array(groups * visits.length * width);
  visits.forEach(({ features, current, placement }, s) => {
    const here = placement[current];
    for (let g = 0, from = 0, row = s * width; g < groups; g++, row += visits.length * width) {
      for (let c = 0; c < columns; c++) values[row + c] = features[from++];
      values[row + columns] = placement[g] === here ? 1 : 0;
    }
  });
  return values;
}

/** The last two of `columns`, [visits x devices, columns]; the others are 0. */
function deviceColumns(
  visits: readonly Visit[],
  { speeds, devices }: PolicyGraph,
  columns: number,
): Float32Array {
  const values = new Float32Array(visits.length * devices * columns);
  visits.forEach(({ current, placement }, s) => {
    for (let d = 0; d < devices; d++) {
      const last = (s * devices + d + 1) * columns - DEVICE_COLUMNS;
      values[last] = placement[current] === d ? 1 : 0;
      values[last + 1] = speeds[current * devices + d];
    }
  });
  return values;
}
