/**
 * The label problem: one label for each node, so that the costs of nodes and edges sum to the
 * least. Layer-wise parallelisation has this form: labels are configurations. So it is in OptCNN
 * (ICML 2018), TensorOpt (TPDS 2022), PaSE (IPDPS 2021) and Alpa's program of one mesh (OSDI 2022).
 *
 * A cost of Infinity forbids a label or a pair of labels. Direction of an edge means nothing but
 * which node numbers the rows. Parallel edges add up.
 */
import { InputError } from "../../../../env/model/errors.ts";

export interface LabelEdge {
  readonly u: number;
  readonly v: number;
  /** Row-major: row = label of u, column = label of v. */
  readonly costs: Float64Array;
}

export interface LabelProblem {
  /** For each node the cost of each of its labels. */
  readonly nodes: readonly Float64Array[];
  readonly edges: readonly LabelEdge[];
}

/** The edges between two nodes as one, u below v. */
export type Pair = LabelEdge;

/** Returns the problem, or throws an InputError that says what is wrong with it. */
export function checkLabelProblem<Problem extends LabelProblem>(problem: Problem): Problem {
  const { nodes, edges } = problem;
  nodes.forEach((costs, node) => {
    if (costs.length === 0) throw new InputError(`Label problem: node ${node} has no label.`);
    checkCosts(costs, `node ${node}`);
  });
  edges.forEach(({ u, v, costs }, edge) => {
    const isEnd = (node: number) => Number.isInteger(node) && node >= 0 && node < nodes.length;
    if (!isEnd(u) || !isEnd(v) || u === v)
      throw new InputError(
        `Label problem: edge ${edge} joins ${u} and ${v}, not two of the ${nodes.length} nodes.`,
      );
    const size = nodes[u].length * nodes[v].length;
    if (costs.length !== size)
      throw new InputError(
        `Label problem: edge ${edge} has ${costs.length} costs; its nodes have ${size} pairs of labels.`,
      );
    checkCosts(costs, `edge ${edge}`);
  });
  return problem;
}

function checkCosts(costs: Float64Array, where: string): void {
  const wrong = costs.findIndex((cost) => !(cost > Number.NEGATIVE_INFINITY));
  if (wrong !== -1)
    throw new InputError(
      `Label problem: cost ${wrong} of ${where} is ${costs[wrong]}; it must be a number or Infinity.`,
    );
}

/** Nodes first, then edges, each in order, so equal labels have equal costs to the bit. */
export function costOf({ nodes, edges }: LabelProblem, labels: ArrayLike<number>): number {
  let cost = 0;
  for (let node = 0; node < nodes.length; node++) cost += nodes[node][labels[node]];
  for (const { u, v, costs } of edges) cost += costs[labels[u] * nodes[v].length + labels[v]];
  return cost;
}

/** One pair for each two nodes with edges, in order of (u, v). */
export function pairsOf({ nodes, edges }: LabelProblem): Pair[] {
  const pairs = new Map<number, { u: number; v: number; costs: Float64Array; isOwn: boolean }>();
  for (const edge of edges) {
    const { u, v, costs } = upward(edge, nodes);
    const key = u * nodes.length + v;
    const known = pairs.get(key);
    if (known === undefined) pairs.set(key, { u, v, costs, isOwn: costs !== edge.costs });
    else {
      if (!known.isOwn) known.costs = Float64Array.from(known.costs);
      known.isOwn = true;
      for (let i = 0; i < costs.length; i++) known.costs[i] += costs[i];
    }
  }
  return [...pairs].sort(([a], [b]) => a - b).map(([, { u, v, costs }]) => ({ u, v, costs }));
}

/** The same edge with the lower node as its rows. */
function upward({ u, v, costs }: LabelEdge, nodes: readonly Float64Array[]): LabelEdge {
  if (u < v) return { u, v, costs };
  return { u: v, v: u, costs: transposed(costs, nodes[u].length, nodes[v].length) };
}

export function transposed(costs: Float64Array, rows: number, columns: number): Float64Array {
  const turned = new Float64Array(costs.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = costs[row * columns + column];
  return turned;
}

/** For each node its neighbours, ascending. */
export function neighboursOf({ nodes, edges }: LabelProblem): number[][] {
  const sets = nodes.map(() => new Set<number>());
  for (const { u, v } of edges) {
    sets[u].add(v);
    sets[v].add(u);
  }
  return sets.map((set) => [...set].sort((a, b) => a - b));
}
