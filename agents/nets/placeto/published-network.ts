/**
 * Placeto's policy network as published (Addanki et al., NeurIPS 2019, and its code). Features show
 * devices one-hot. A transform, rounds of messages in two directions and three aggregators around
 * the current group follow. There is one output for each device, so the weights fit any graph with
 * as many devices.
 *
 * With d columns of features:
 * - h = FNN(d, hidden [d, d], out d), relu inside;
 * - in each direction x <- h + mask x relu(g(sum over neighbours of relu(f(x)))), k rounds with
 *   the same weights, both directions side by side: 2d;
 * - the same form over all ancestors, all descendants and all parallel groups of the current one,
 *   beside its own vector: 8d;
 * - head [16d, 8d], softmax over the devices.
 *
 * f and g have one hidden layer as wide as their input. Weights are Glorot-uniform, biases 0.
 * Groups that reach each other through a cycle are parallel, which the paper does not have.
 */
import { allowedDevices } from "../../../env/model/cluster/allowed-devices.ts";
import { groupGraph } from "../../../env/model/coarsen/group-graph.ts";
import { InputError } from "../../../env/model/errors.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { PlacementObservation } from "../../../env/parts/observation.ts";
import { dense } from "../../tensors/dense.ts";
import { type EdgeList, neighbourSum, type WeightedEdges } from "../../tensors/graph/neighbour-sum.ts";
import type { Tensor, Tf, Variable } from "../../tensors/types.ts";
import { maskBias } from "../categorical.ts";
import { Relation, relations } from "../relations.ts";
import { columnsOf } from "../visit.ts";
import type { Weights } from "../weights.ts";

/** One decision: rows of features, [groups x columns], and the group that is to be placed. */
export interface PublishedVisit {
  readonly features: Float32Array;
  readonly current: number;
}

export interface PublishedSize {
  readonly devices: number;
  /** Rounds of message passing. */
  readonly rounds: number;
  /** Whether bytes of parameters are a column. */
  readonly memory: boolean;
  /** Ablations: false leaves messages, the three aggregators or the current group's bit out. */
  readonly messages: boolean;
  readonly pooling: boolean;
  readonly current: boolean;
}

/** The network on one scenario. */
export interface PublishedPolicy {
  see(observation: PlacementObservation): PublishedVisit;
  /** Logits of the devices for each visit, [visits x devices], illegal ones masked. */
  logits(visits: readonly PublishedVisit[]): Tensor;
}

export interface PublishedNetwork {
  readonly lastLayer: readonly Variable[];
  on(scenario: Scenario): PublishedPolicy;
}

/** Rows to rows: dense layers with relu inside, and after the last one where asked for. */
type Layers = (x: Tensor, last: "relu" | "linear") => Tensor;

const PLAIN_COLUMNS: readonly string[] = ["compute", "outputBytes", "visits", "isCurrent", "relativeStart"];
const AGGREGATORS = ["ancestors", "descendants", "parallel"] as const;

export function publishedNetwork(tf: Tf, weights: Weights, size: PublishedSize, rng: Rng): PublishedNetwork {
  const { devices, rounds, messages, pooling } = size;
  const plain = size.memory ? [...PLAIN_COLUMNS, "parameterBytes"] : PLAIN_COLUMNS;
  const d = plain.length + devices;
  const both = 2 * d;
  const layers = (name: string, sizes: readonly number[]) => layersOf(tf, weights, name, sizes, rng);
  const aggregator = (name: string, width: number) => ({
    message: layers(`${name} f`, [width, width, width]),
    update: layers(`${name} g`, [width, width, width]),
  });
  const transform = layers("node", [d, d, d, d]);
  const directions = messages ? [aggregator("from parents", d), aggregator("from children", d)] : [];
  const aggregators = pooling ? AGGREGATORS.map((name) => aggregator(name, both)) : [];
  const seen = (1 + aggregators.length) * both;
  const hidden = layers("head", [seen, 16 * d, 8 * d]);
  const outputs = layers("devices", [8 * d, devices]);

  return {
    lastLayer: weights.list.slice(-2),
    on(scenario) {
      const { groupCount, edgeSource, edgeDestination } = groupGraph(scenario);
      const edges = { from: edgeSource, to: edgeDestination };
      const flows = [edges, { from: edges.to, to: edges.from }].map((list) => flowOf(groupCount, list));
      const relation = relations(groupCount, edges);
      const legal = maskBias(allowedDevices(scenario));

      /** Both directions beside each other, [groups x visits, 2d]. */
      const embed = (h: Tensor, visits: number): Tensor => {
        if (!messages) return tf.concat([h, h], 1);
        const embedded = directions.map((direction, i) => {
          let x = h;
          for (let round = 0; round < rounds; round++)
            x = tf.add(h, received(tf, x, direction, flows[i], visits));
          return x;
        });
        return tf.concat(embedded, 1);
      };

      /** The current group's own vector and the aggregates around it, [visits x 8d]. */
      const position = (rows: Tensor, visits: readonly PublishedVisit[]): Tensor => {
        const parts = [neighbourSum(tf, rows, ownRows(visits), visits.length) as Tensor];
        aggregators.forEach(({ message, update }, kind) => {
          const members = memberRows(visits, relation, groupCount, kind);
          const sums = neighbourSum(tf, message(rows, "relu"), members, visits.length);
          parts.push(update(sums, "relu"));
        });
        return tf.concat(parts, 1);
      };

      return {
        see: (observation) => published(observation, plain, devices, size.current),
        logits(visits) {
          const h = transform(nodeMajor(tf, visits, groupCount, d), "linear");
          const state = position(embed(h, visits.length), visits);
          return tf.add(outputs(hidden(state, "relu"), "linear"), legalRows(tf, legal, visits, devices));
        },
      };
    },
  };
}

function layersOf(tf: Tf, weights: Weights, name: string, sizes: readonly number[], rng: Rng): Layers {
  const layers = sizes.slice(1).map((outputs, i) => ({
    matrix: weights.matrix(`${name} ${i}`, sizes[i], outputs, rng),
    bias: weights.zeros(`${name} ${i} bias`, [outputs]),
  }));
  return (x, last) =>
    layers.reduce(
      (y, { matrix, bias }, i) => dense(tf, y, matrix, bias, i === layers.length - 1 ? last : "relu"),
      x,
    );
}

/** A direction of messages on one graph. */
interface Flow {
  readonly nodes: number;
  readonly edges: WeightedEdges;
  /** 1 for each node that receives a message, [nodes x 1]. */
  readonly mask: Float32Array;
}

function flowOf(nodes: number, { from, to }: EdgeList): Flow {
  const mask = new Float32Array(nodes);
  for (const node of to) mask[node] = 1;
  return { nodes, edges: { from, to, weight: new Float32Array(to.length).fill(1) }, mask };
}

/** What one round adds to each node's own vector. */
function received(
  tf: Tf,
  x: Tensor,
  { message, update }: { readonly message: Layers; readonly update: Layers },
  { nodes, edges, mask }: Flow,
  visits: number,
): Tensor {
  const width = x.shape[1] as number;
  const sums = neighbourSum(tf, tf.reshape(message(x, "relu"), [nodes, visits * width]), edges);
  const updated = tf.reshape(update(tf.reshape(sums, [nodes * visits, width]), "relu"), [nodes, -1]);
  return tf.reshape(tf.mul(updated, tf.tensor2d(mask, [nodes, 1])), [nodes * visits, width]);
}

/** The columns of the code: named ones of the observation, then each group's device, one-hot. */
function published(
  observation: PlacementObservation,
  plain: readonly string[],
  devices: number,
  showsCurrent: boolean,
): PublishedVisit {
  const { groups, groupColumns, current, placement } = observation;
  if (current === -1) throw new InputError("The observation has no current group to be placed.");
  const columns = columnsOf(groups, groupColumns, plain);
  const width = plain.length + devices;
  const bit = plain.indexOf("isCurrent");
  const features = new Float32Array(placement.length * width);
  placement.forEach((device, g) => {
    const row = g * width;
    features.set(columns.subarray(g * plain.length, (g + 1) * plain.length), row);
    features[row + plain.length + device] = 1;
    if (!showsCurrent) features[row + bit] = 0;
  });
  return { features, current };
}

/** Features of all visits, [groups x visits, columns]: a group's rows are neighbours. */
function nodeMajor(tf: Tf, visits: readonly PublishedVisit[], groups: number, columns: number): Tensor {
  const values = new Float32Array(groups * visits.length * columns);
  visits.forEach(({ features }, v) => {
    for (let g = 0; g < groups; g++)
      values.set(features.subarray(g * columns, (g + 1) * columns), (g * visits.length + v) * columns);
  });
  return tf.tensor2d(values, [groups * visits.length, columns]);
}

function ownRows(visits: readonly PublishedVisit[]): WeightedEdges {
  const to = Int32Array.from(visits, (_, v) => v);
  const from = Int32Array.from(visits, ({ current }, v) => current * visits.length + v);
  return { from, to, weight: new Float32Array(to.length).fill(1) };
}

/** From every ancestor, descendant or parallel group of a visit's current one to the visit. */
function memberRows(
  visits: readonly PublishedVisit[],
  relation: Uint8Array,
  groups: number,
  kind: number,
): WeightedEdges {
  const from: number[] = [];
  const to: number[] = [];
  visits.forEach(({ current }, v) => {
    for (let g = 0; g < groups; g++)
      if (kindOf[relation[current * groups + g]] === kind) {
        from.push(g * visits.length + v);
        to.push(v);
      }
  });
  const weight = new Float32Array(to.length).fill(1);
  return { from: Int32Array.from(from), to: Int32Array.from(to), weight };
}

/** Aggregator of each relation; direct neighbours are ancestors and descendants too. */
const kindOf: Readonly<Record<number, number>> = {
  [Relation.ancestor]: 0,
  [Relation.parent]: 0,
  [Relation.descendant]: 1,
  [Relation.child]: 1,
  [Relation.parallel]: 2,
};

function legalRows(tf: Tf, legal: Float32Array, visits: readonly PublishedVisit[], devices: number): Tensor {
  const mask = new Float32Array(visits.length * devices);
  visits.forEach(({ current }, v) => {
    mask.set(legal.subarray(current * devices, (current + 1) * devices), v * devices);
  });
  return tf.tensor2d(mask, [visits.length, devices]);
}
