/**
 * A label problem with time and memory as an integer program, after Alpa (OSDI 2022, section 4.2).
 * A column of 0 or 1 says whether a node has a label, and a column per pair of labels whether an
 * edge has them. Rows: each node has one label; the pairs of an edge sum to the labels of its ends.
 * Integer labels fix the pair columns of an edge with one way, so those need not be integers.
 *
 * It checks the eliminations here. It also takes many limits of memory at once, such as one for
 * each moment of a step.
 */
import { type MipLimits, type MipResult, solveMip } from "../../../solver/highs.ts";
import {
  type LinearProgram,
  type ProgramBuilder,
  programBuilder,
  weighted,
} from "../../../solver/linear-program.ts";
import {
  type FrontierPoint,
  pointOf,
  type TwoCostEdge,
  type TwoCostProblem,
  timesOf,
} from "./frontier/problem.ts";

/** A sum over the labels of nodes that must not be above `most`. */
export interface LabelLimit {
  /** For each node the amount of each label; null where it has none. */
  readonly amounts: readonly (Float64Array | null)[];
  readonly most: number;
}

export interface ProgramOptions {
  readonly limits: MipLimits;
  /** On the problem's own memory, nodes and edges together. */
  readonly memoryLimit?: number;
  readonly labelLimits?: readonly LabelLimit[];
}

export interface ProgramResult {
  readonly end: MipResult["end"];
  /** The best found; null where none was. */
  readonly point: FrontierPoint | null;
  /** A lower bound on the time, as the solver has it: with its tolerances. */
  readonly bound: number;
}

interface Columns {
  /** For each node a column for each label. */
  readonly labels: readonly (readonly number[])[];
  /** For each edge, way and pair of labels a column, -1 where it is forbidden. */
  readonly pairs: readonly (readonly Int32Array[])[];
}

interface Built extends Columns {
  readonly program: LinearProgram;
  /** Divides all times, so that the solver's tolerances fit. */
  readonly unit: number;
}

export function labelProgram(
  problem: TwoCostProblem,
  { memoryLimit, labelLimits = [] }: Omit<ProgramOptions, "limits">,
): Built {
  const builder = programBuilder();
  const unit = largestTime(problem);
  const labels = problem.nodes.map(({ time }) => labelColumns(builder, time, unit));
  const pairs = problem.edges.map((edge) => pairColumns(builder, edge, labels, unit));
  if (memoryLimit !== undefined) atMost(builder, memoryTerms(problem, { labels, pairs }), memoryLimit);
  for (const { amounts, most } of labelLimits)
    atMost(
      builder,
      amounts.flatMap((each, node) => termsOf(labels[node], each ?? [])),
      most,
    );
  return { program: builder.build(), unit, labels, pairs };
}

const isAllowed = (time: number): boolean => time < Number.POSITIVE_INFINITY;

function labelColumns(builder: ProgramBuilder, time: Float64Array, unit: number): number[] {
  const columns = Array.from(time, (each) =>
    builder.binary(isAllowed(each) ? { cost: each / unit } : { upper: 0 }),
  );
  builder.equal(weighted(columns, 1), 1);
  return columns;
}

function pairColumns(
  builder: ProgramBuilder,
  { u, v, ways }: TwoCostEdge,
  labels: Columns["labels"],
  unit: number,
): Int32Array[] {
  const width = labels[v].length;
  const ofU: number[][] = labels[u].map(() => []);
  const ofV: number[][] = labels[v].map(() => []);
  const addColumn = ways.length === 1 ? builder.real : builder.binary;
  const columns = ways.map(({ time }) =>
    Int32Array.from(time, (each, pair) => {
      if (!isAllowed(each)) return -1;
      const column = addColumn({ cost: each / unit, upper: 1 });
      ofU[Math.floor(pair / width)].push(column);
      ofV[pair % width].push(column);
      return column;
    }),
  );
  for (const [node, its] of [
    [u, ofU],
    [v, ofV],
  ] as const)
    labels[node].forEach((column, label) => {
      builder.equal([...weighted(its[label], 1), column, -1], 0);
    });
  return columns;
}

function memoryTerms({ nodes, edges }: TwoCostProblem, { labels, pairs }: Columns): number[] {
  return [
    ...nodes.flatMap(({ memory }, node) => termsOf(labels[node], memory)),
    ...edges.flatMap(({ ways }, edge) =>
      ways.flatMap(({ memory }, way) => termsOf(pairs[edge][way], memory)),
    ),
  ];
}

const termsOf = (columns: ArrayLike<number>, amounts: ArrayLike<number>): number[] =>
  Array.from(amounts, (amount, i) => (columns[i] === -1 ? [] : [columns[i], amount])).flat();

/** Amounts as shares of the limit, for the solver's tolerances. */
function atMost(builder: ProgramBuilder, terms: readonly number[], most: number): void {
  const scale = most > 0 ? most : 1;
  builder.atMost(
    terms.map((term, i) => (i % 2 === 0 ? term : term / scale)),
    most / scale,
  );
}

function largestTime(problem: TwoCostProblem): number {
  const { nodes, edges } = timesOf(problem);
  let largest = 0;
  for (const costs of [...nodes, ...edges.map((edge) => edge.costs)])
    for (const cost of costs) if (cost > largest && cost < Number.POSITIVE_INFINITY) largest = cost;
  return largest > 0 ? largest : 1;
}

/** Pre: the problem passes `checkTwoCostProblem`. */
export async function solveByProgram(
  problem: TwoCostProblem,
  { limits, ...constraints }: ProgramOptions,
): Promise<ProgramResult> {
  const built = labelProgram(problem, constraints);
  const solutions = solveMip(built.program, { limits });
  let columns: Float64Array | null = null;
  while (true) {
    const { done, value } = await solutions.next();
    if (done) {
      const point = columns === null ? null : decoded(problem, built, columns);
      return { end: value.end, point, bound: value.bound * built.unit };
    }
    columns = value.columns;
  }
}

function decoded(problem: TwoCostProblem, { labels, pairs }: Built, columns: Float64Array): FrontierPoint {
  const largest = (numbers: readonly number[]) => {
    let best = 0;
    numbers.forEach((column, i) => {
      if (value(column) > value(numbers[best])) best = i;
    });
    return best;
  };
  const value = (column: number) => (column === -1 ? -1 : columns[column]);
  const chosen = Int32Array.from(labels, largest);
  const ways = Int32Array.from(problem.edges, ({ u, v }, edge) => {
    const pair = chosen[u] * labels[v].length + chosen[v];
    return largest(pairs[edge].map((way) => way[pair]));
  });
  return pointOf(problem, chosen, ways);
}
