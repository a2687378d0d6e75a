/**
 * What AutoMap's ranker sees of a program (Schaarschmidt et al., arXiv 2112.02958). A node is a
 * dimension of a forward op, an edge a link that divisions spread along, either way. Dimensions of
 * one op are joined too. The paper's nodes are ops and arguments, and its columns are not known;
 * these are ours.
 *
 * Sizes are logarithms, most of them of shares of the whole program. So deep programs look like
 * shallow ones. Names of ops are left out.
 */
import { acceleratorsOrAll } from "../../../../env/model/cluster/cluster.ts";
import { dimensionKinds } from "../../../../env/model/graph/iteration.ts";
import type { MeshSizes } from "../../../../env/model/layout/mesh.ts";
import { Divisions } from "../../../../env/model/layout/propagation/divisions.ts";
import { unmetOp } from "../../../../env/model/layout/propagation/linkage.ts";
import type { PropagationRules } from "../../../../env/model/layout/propagation/rules.ts";
import { divideTile, type Tile } from "../../../../env/model/layout/propagation/tiles.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import type { AttributedGraph } from "../../../nets/passing/edge-passing.ts";

const ownColumns = [
  "size",
  "is even",
  "is summed",
  "is along a weight",
  "is of an input",
  "bytes of weights",
  "FLOP",
  "bytes of outputs",
  "ops that its tile divides alone",
  "tile alone leaves an op stuck",
] as const;
const programColumns = [
  "devices",
  "state over memory",
  "outputs over memory",
  "FLOP over bytes sent",
] as const;
export const nodeColumns: readonly string[] = [...dimensionKinds, ...ownColumns, ...programColumns];
export const edgeColumns = [
  "forward",
  "backward",
  "in one op",
  "number of input",
  "number of reader",
] as const;

export interface DecisionGraph {
  readonly graph: AttributedGraph;
  /** [dimensions x nodeColumns], row by row. */
  readonly nodes: Float32Array;
}

/** Pre: `tiles` are those of single ops, of weights and inputs. */
export function decisionGraph(
  scenario: Scenario,
  rules: PropagationRules,
  sizes: MeshSizes,
  tiles: readonly Tile[],
): DecisionGraph {
  const count = rules.opOf.length;
  const width = nodeColumns.length;
  const nodes = new Float32Array(count * width);
  const whole = programNumbers(scenario, sizes);
  const trials = trialsOf(rules, sizes, tiles);
  const own = ownNumbers(rules, sizes);
  for (let d = 0; d < count; d++) {
    const { kind } =
      rules.graph.iterations![rules.opOf[d]]!.dimensions[d - rules.dimensionStart[rules.opOf[d]]];
    nodes[d * width + dimensionKinds.indexOf(kind)] = 1;
    nodes.set([...own(d), ...(trials.get(d) ?? [0, 0]), ...whole], d * width + dimensionKinds.length);
  }
  return { graph: linksOf(rules), nodes };
}

/** The first eight own columns of a dimension. */
function ownNumbers(rules: PropagationRules, sizes: MeshSizes): (d: number) => number[] {
  const { graph, dimensionStart, opOf, sizeOf } = rules;
  const empty = new Divisions(rules, sizes, true);
  const outputs = outputBytesOf(rules);
  const [weights, flops] = [graph.parameterBytes, graph.flops].map(sumOf);
  const made = sumOf(outputs);
  return (d) => {
    const op = opOf[d];
    const { parameters, sums } = graph.iterations![op]!;
    const local = d - dimensionStart[op];
    const isInput = graph.inStart[op] === graph.inStart[op + 1];
    return [
      Math.log2(1 + sizeOf[d]) / 16,
      Number([...sizes.keys()].some((axis) => empty.mayDivide(d, axis))),
      Number(sums.includes(local)),
      Number(parameters.some(({ along }) => along.includes(local))),
      Number(isInput),
      logShare(graph.parameterBytes[op], weights),
      logShare(graph.flops[op], flops),
      logShare(outputs[op], made),
    ];
  };
}

/** By the dimension of each tile: what it divides where nothing else is divided. */
function trialsOf(rules: PropagationRules, sizes: MeshSizes, tiles: readonly Tile[]) {
  const empty = new Divisions(rules, sizes, true);
  const trial = empty.copy();
  const found = new Map<number, readonly [number, number]>();
  for (const tile of tiles) {
    trial.take(empty);
    divideTile(trial, tile);
    const reached = rules.ops.filter((op) => trial.dimensionBy(op, tile.axis) !== -1).length;
    const d = rules.dimensionStart[tile.ops[0]] + tile.dimension;
    found.set(d, [Math.log2(1 + reached) / 8, Number(unmetOp(trial) !== -1)]);
  }
  return found;
}

function programNumbers(scenario: Scenario, sizes: MeshSizes): number[] {
  const { graph, cluster, fidelity } = scenario;
  const devices = acceleratorsOrAll(cluster).map((d) => cluster.devices[d]);
  const memory = devices.reduce(
    (least, { memoryBytes }) => Math.min(least, memoryBytes),
    Number.POSITIVE_INFINITY,
  );
  const speed = Math.max(...devices.flatMap(({ flopsPerUs }) => Object.values(flopsPerUs)));
  const link = cluster.links.reduce(
    (least, { bytesPerUs }) => Math.min(least, bytesPerUs),
    Number.POSITIVE_INFINITY,
  );
  const state = sumOf(graph.parameterBytes) * (2 + fidelity.optimizerSlots);
  const parts = sizes.reduce((product, size) => product * size, 1);
  return [
    Math.log2(parts) / 4,
    logRatio(state, memory),
    logRatio(sumOf(graph.outputBytes), memory),
    logRatio(speed, 1000 * link),
  ];
}

function linksOf({ opOf, dimensionStart, ops, inputs, outputs }: PropagationRules): AttributedGraph {
  const [from, to]: [number[], number[]] = [[], []];
  const features: number[] = [];
  const join = (a: number, b: number, row: readonly number[]) => {
    from.push(a);
    to.push(b);
    features.push(...row);
  };
  for (const op of ops) {
    for (const [i, { pairs, producer }] of inputs[op].entries()) {
      const reader = outputs[producer].findIndex(({ consumer }) => consumer === op);
      const places = [Math.min(4, i) / 4, Math.min(4, reader) / 4];
      for (const pair of pairs) {
        if (pair.from === -1 || pair.to === -1) continue;
        join(pair.from, pair.to, [1, 0, 0, ...places]);
        join(pair.to, pair.from, [0, 1, 0, ...places]);
      }
    }
    for (let a = dimensionStart[op]; a < dimensionStart[op + 1]; a++)
      for (let b = dimensionStart[op]; b < dimensionStart[op + 1]; b++)
        if (a !== b) join(a, b, [0, 0, 1, 0, 0]);
  }
  const edges = { from: Int32Array.from(from), to: Int32Array.from(to) };
  return { nodes: opOf.length, edges, edgeFeatures: Float32Array.from(features) };
}

function outputBytesOf({ graph }: PropagationRules): Float64Array {
  const { opCount, outputStart, outputBytes } = graph;
  return Float64Array.from({ length: opCount }, (_, v) =>
    sumOf(outputBytes.subarray(outputStart[v], outputStart[v + 1])),
  );
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** From 0 for nothing to 1 for the whole, each thousandth of it half as much. */
const logShare = (part: number, whole: number): number =>
  whole > 0 ? Math.log1p((1000 * part) / whole) / Math.log1p(1000) : 0;

/** Between -1 and 1: the logarithm of a ratio of 1/100 to 100. Memory may have no limit. */
const logRatio = (a: number, b: number): number =>
  Math.max(-1, Math.min(1, Math.log10(Math.max(1e-9, a / b)) / 2));
