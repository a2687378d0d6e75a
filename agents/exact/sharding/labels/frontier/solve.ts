/**
 * All Pareto-optimal pairs of time and memory of a label problem: the elimination of
 * elimination/solve.ts on frontiers in place of numbers. Where the graph is a chain or reduces to
 * one, it is TensorOpt's frontier tracking (TPDS 2022). Other graphs take larger dependent sets
 * where TensorOpt fixes labels by a heuristic.
 *
 * Exact with `epsilon` 0. Else each point that is left out has a point within 1 + epsilon of it in
 * time and in memory. The allowance is shared out among the eliminations on the longest way.
 */
import { InputError } from "../../../../../env/model/errors.ts";
import { type EliminationOrder, minimumDegreeOrder, widestLast } from "../elimination/order.ts";
import { neighboursOf } from "../problem.ts";
import { covering } from "./covering.ts";
import { createPoints, type Points } from "./points.ts";
import { type FrontierPoint, pointOf, type TwoCostProblem, timesOf } from "./problem.ts";
import { createStaircase, type Frontier } from "./staircase.ts";
import { edgeTable, type FrontierSums, type FrontierTable, frontiersOf, nodeTable } from "./tables.ts";

export interface FrontierOptions {
  readonly epsilon?: number;
  /** Points of more memory are left out; with an epsilon also some of slightly less. */
  readonly memoryLimit?: number;
  /** Most entries of a table. */
  readonly entries?: number;
  /** Most points held at one time; 24 bytes each. */
  readonly points?: number;
}

export type FrontierResult =
  /** By ascending memory and falling time; none where no labeling is allowed within the limit. */
  | { readonly kind: "solved"; readonly frontier: readonly FrontierPoint[] }
  | { readonly kind: "too-large"; readonly message: string };

const defaultEntries = 2 ** 22;
const defaultPoints = 2 ** 25;

/** Pre: the problem passes `checkTwoCostProblem`. */
export function solveFrontier(problem: TwoCostProblem, options: FrontierOptions = {}): FrontierResult {
  const { epsilon = 0, memoryLimit = Number.POSITIVE_INFINITY } = options;
  if (!(epsilon >= 0 && epsilon < 1))
    throw new InputError(`The epsilon of a frontier is ${epsilon}; it must be at least 0 and below 1.`);
  const { entries = defaultEntries, points: mostPoints = defaultPoints } = options;
  const chosen = minimumDegreeOrder(neighboursOf(timesOf(problem)));
  const sizes = Int32Array.from(problem.nodes, ({ time }) => time.length);
  const largest = largestTable(chosen, sizes);
  if (largest > entries) return tooLarge(`A table of the frontier has ${largest} entries`, entries);
  const points = createPoints();
  const slack = (1 + epsilon) ** (1 / (2 * longestWay(chosen))) - 1;
  const sums = {
    points,
    staircase: createStaircase(points, memoryLimit, slack),
    scratch: createStaircase(points, memoryLimit, 0),
    nothing: points.leaf(0, 0, problem.nodes.length + problem.edges.length, 0),
    mostPoints,
  };
  const whole = eliminated(problem, chosen, sizes, sums);
  if (whole === null) return tooLarge(`The frontiers have more points`, mostPoints);
  const frontier = covering(
    [...whole].map((point) => choicesOf(problem, points, point)),
    (1 + epsilon) ** (1 / 2),
  );
  return { kind: "solved", frontier };
}

const tooLarge = (what: string, most: number): FrontierResult => ({
  kind: "too-large",
  message: `${what}, at most ${most} are allowed.`,
});

const largestTable = ({ dependent }: EliminationOrder, sizes: Int32Array): number =>
  dependent.reduce(
    (most, scope) =>
      Math.max(
        most,
        scope.reduce((product, node) => product * sizes[node], 1),
      ),
    1,
  );

/** Most frontiers that are made one of another; parts without edges between them are added up. */
function longestWay({ order, dependent }: EliminationOrder): number {
  const parts = dependent.filter(({ length }) => length === 0).length;
  const position = new Int32Array(order.length);
  order.forEach((node, i) => {
    position[node] = i;
  });
  const length = new Int32Array(order.length).fill(1);
  dependent.forEach((scope, i) => {
    if (scope.length === 0) return;
    const next = scope.reduce((least, node) => Math.min(least, position[node]), order.length);
    length[next] = Math.max(length[next], length[i] + 1);
  });
  return parts + length.reduce((most, each) => Math.max(most, each), 1);
}

/** The frontier of the whole problem; null where it takes too many points. */
function eliminated(
  problem: TwoCostProblem,
  chosen: EliminationOrder,
  sizes: Int32Array,
  sums: FrontierSums,
): Frontier | null {
  const { points, staircase, mostPoints } = sums;
  const { hold, take, frontiers } = waitingTables(chosen, problem.nodes.length);
  problem.nodes.forEach((node, i) => {
    hold(nodeTable(points, node, i));
  });
  problem.edges.forEach((edge, i) => {
    hold(edgeTable(points, edge, problem.nodes.length + i));
  });
  let whole: Frontier = Int32Array.of(sums.nothing);
  let untidy = leastUntidy;
  for (const [i, node] of chosen.order.entries()) {
    const scope = widestLast(chosen.dependent[i], sizes);
    const cells = frontiersOf(take(node), node, scope, sizes, sums);
    if (points.size() > mostPoints) return null;
    if (scope.length > 0) hold({ scope, cells });
    else {
      for (const point of cells[0]) staircase.merge(point, whole);
      whole = staircase.take();
    }
    if (points.size() < untidy) continue;
    points.keepOnly([Int32Array.of(sums.nothing), whole, ...frontiers()]);
    untidy = Math.max(leastUntidy, 2 * points.size());
  }
  return whole;
}

/** Points that are not needed any more are dropped from here on, and at each doubling. */
const leastUntidy = 2 ** 10;

/** Tables by the first node in order that they depend on. */
function waitingTables({ order }: EliminationOrder, nodes: number) {
  const waiting: FrontierTable[][] = Array.from({ length: nodes }, () => []);
  const position = new Int32Array(nodes);
  order.forEach((node, i) => {
    position[node] = i;
  });
  return {
    hold(table: FrontierTable): void {
      waiting[table.scope.reduce((a, b) => (position[a] < position[b] ? a : b))].push(table);
    },
    take: (node: number): FrontierTable[] => waiting[node].splice(0),
    frontiers: (): Frontier[] => waiting.flatMap((tables) => tables.flatMap(({ cells }) => cells)),
  };
}

function choicesOf(problem: TwoCostProblem, points: Points, point: number): FrontierPoint {
  const nodes = problem.nodes.length;
  const labels = new Int32Array(nodes);
  const ways = new Int32Array(problem.edges.length);
  points.choices(point, (of, choice) => {
    if (of < nodes) labels[of] = choice;
    else if (of < nodes + ways.length) ways[of - nodes] = choice;
  });
  return pointOf(problem, labels, ways);
}

/** The least time within a limit of memory; null where none is within it. */
export function quickestWithin(
  frontier: readonly FrontierPoint[],
  memoryLimit: number,
): FrontierPoint | null {
  return frontier.findLast(({ memory }) => memory <= memoryLimit) ?? null;
}
