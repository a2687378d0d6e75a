/**
 * The label problem with two costs, time and memory (TensorOpt, TPDS 2022). Both add up over nodes
 * and edges. An edge may have several ways for the same labels, such as keeping a second copy or
 * sending it again.
 *
 * Additive memory is a planner's model. The peak of a step, which the simulator measures, is not
 * additive.
 */
import { InputError } from "../../../../../env/model/errors.ts";
import { checkLabelProblem, type LabelProblem } from "../problem.ts";

export interface TwoCosts {
  readonly time: Float64Array;
  readonly memory: Float64Array;
}

export interface TwoCostEdge {
  readonly u: number;
  readonly v: number;
  /** At least one; tables are row-major by the labels of u. */
  readonly ways: readonly TwoCosts[];
}

export interface TwoCostProblem {
  readonly nodes: readonly TwoCosts[];
  readonly edges: readonly TwoCostEdge[];
}

/** What a labeling costs, and how its edges are carried out. */
export interface FrontierPoint {
  readonly time: number;
  readonly memory: number;
  readonly labels: Int32Array;
  /** The way of each edge. */
  readonly ways: Int32Array;
}

/** Times and memories must be 0 or more; a time of Infinity forbids. */
export function checkTwoCostProblem(problem: TwoCostProblem): TwoCostProblem {
  problem.edges.forEach(({ ways }, edge) => {
    if (ways.length === 0) throw new InputError(`Label problem: edge ${edge} has no way.`);
  });
  for (const cost of ["time", "memory"] as const) {
    const single = {
      nodes: problem.nodes.map((node) => node[cost]),
      edges: problem.edges.flatMap(({ u, v, ways }) => ways.map((way) => ({ u, v, costs: way[cost] }))),
    };
    checkLabelProblem(single);
    const isWrong = (costs: Float64Array) =>
      costs.some((value) => value < 0 || (cost === "memory" && value === Number.POSITIVE_INFINITY));
    if (single.nodes.some(isWrong) || single.edges.some(({ costs }) => isWrong(costs)))
      throw new InputError(`Label problem: a ${cost} is below 0 or no finite memory.`);
  }
  return problem;
}

/** The least time alone: edges take their quickest way. */
export const timesOf = ({ nodes, edges }: TwoCostProblem): LabelProblem => ({
  nodes: nodes.map(({ time }) => time),
  edges: edges.map(({ u, v, ways }) => ({ u, v, costs: leastOf(ways.map(({ time }) => time)) })),
});

/** A problem of time alone, with a memory of 0 everywhere. */
export function withoutMemory({ nodes, edges }: LabelProblem): TwoCostProblem {
  const timed = (time: Float64Array) => ({ time, memory: new Float64Array(time.length) });
  return {
    nodes: nodes.map(timed),
    edges: edges.map(({ u, v, costs }) => ({ u, v, ways: [timed(costs)] })),
  };
}

/** The least memory alone; forbidden labels stay forbidden. */
export const memoriesOf = ({ nodes, edges }: TwoCostProblem): LabelProblem => ({
  nodes: nodes.map(allowedMemory),
  edges: edges.map(({ u, v, ways }) => ({ u, v, costs: leastOf(ways.map(allowedMemory)) })),
});

const allowedMemory = ({ time, memory }: TwoCosts): Float64Array =>
  memory.map((bytes, i) => (time[i] === Number.POSITIVE_INFINITY ? time[i] : bytes));

const leastOf = (tables: readonly Float64Array[]): Float64Array =>
  tables[0].map((_, i) =>
    tables.reduce((least, table) => Math.min(least, table[i]), Number.POSITIVE_INFINITY),
  );

/** Nodes first, then edges, each in order: equal choices have equal costs to the bit. */
export function pointOf(
  { nodes, edges }: TwoCostProblem,
  labels: Int32Array,
  ways: Int32Array,
): FrontierPoint {
  let [time, memory] = [0, 0];
  nodes.forEach((node, i) => {
    time += node.time[labels[i]];
    memory += node.memory[labels[i]];
  });
  edges.forEach(({ u, v, ways: each }, edge) => {
    const pair = labels[u] * nodes[v].time.length + labels[v];
    time += each[ways[edge]].time[pair];
    memory += each[ways[edge]].memory[pair];
  });
  return { time, memory, labels, ways };
}
