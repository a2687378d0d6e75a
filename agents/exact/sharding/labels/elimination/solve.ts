/**
 * The exact optimum of a label problem by elimination of its nodes, one after another (PaSE, IPDPS
 * 2021; variable elimination of graphical models). A table has an entry for all labels of its
 * dependent set: the least cost of the node and of what was eliminated into it.
 *
 * Time is the sum over nodes of the table's entries times the node's labels. Sizes are known before
 * the first table is made. Where one is above the limit, the answer is `too-large` and no work was
 * done. Ties go to the lowest label, from the last eliminated node to the first.
 */
import { costOf, type LabelProblem, neighboursOf, pairsOf } from "../problem.ts";
import { type Undominated, withoutDominated } from "./dominance.ts";
import { type LeastRows, leastRows } from "./least-rows.ts";
import { type EliminationOrder, givenOrder, minimumDegreeOrder, widestLast } from "./order.ts";
import { rowTable, type Table } from "./table.ts";

export interface EliminationOptions {
  /** Most entries of a table; 10 bytes each. */
  readonly entries?: number;
  /** Most additions of all tables together. */
  readonly additions?: number;
  /** Minimum degree where it is not given. */
  readonly order?: ArrayLike<number>;
  /**
   * Labels that another label makes needless are left out: `always`, `never`, or only where the
   * problem is else above a limit. To find them takes longer than most eliminations.
   */
  readonly dominance?: "always" | "never" | "above-limits";
}

export interface EliminationTrace extends EliminationOrder {
  /** Entries of the largest table. */
  readonly largestTable: number;
  /** Most nodes in one table while it is made: a dependent set and the node itself. */
  readonly mostNodes: number;
  /** Sum over nodes of the entries of the table times the node's labels. */
  readonly additions: number;
  /** Labels left out because another one is as good whatever the rest is. */
  readonly dominated: number;
}

export type EliminationResult =
  | {
      readonly kind: "solved";
      readonly labels: Int32Array;
      readonly cost: number;
      readonly trace: EliminationTrace;
    }
  | { readonly kind: "infeasible"; readonly trace: EliminationTrace }
  | TooLarge;

/** No labels were computed: the sentence says which size is above which limit. */
export interface TooLarge {
  readonly kind: "too-large";
  readonly message: string;
  readonly trace: EliminationTrace;
}

const defaultEntries = 2 ** 25;
const defaultAdditions = 2 ** 36;

/** Pre: the problem passes `checkLabelProblem`. */
export function solveByElimination(
  problem: LabelProblem,
  options: EliminationOptions = {},
): EliminationResult {
  const { dominance = "above-limits" } = options;
  const whole = dominance === "always" ? null : planned({ problem, kept: null, dominated: 0 }, options);
  if (whole !== null && (whole.message === null || dominance === "never")) return carriedOut(problem, whole);
  return carriedOut(problem, planned(withoutDominated(problem), options));
}

/** A problem with its order and the sizes of its tables, before any work. */
interface Planned {
  readonly smaller: LabelProblem;
  /** The original numbers of labels; null where all are kept. */
  readonly kept: readonly Int32Array[] | null;
  readonly chosen: EliminationOrder;
  readonly sizes: Int32Array;
  readonly trace: EliminationTrace;
  /** Why it is too large; null where it is not. */
  readonly message: string | null;
}

function planned(
  { problem, kept, dominated }: Omit<Undominated, "kept"> & Pick<Planned, "kept">,
  { entries = defaultEntries, additions = defaultAdditions, order }: EliminationOptions,
): Planned {
  const neighbours = neighboursOf(problem);
  const chosen = order === undefined ? minimumDegreeOrder(neighbours) : givenOrder(neighbours, order);
  const sizes = Int32Array.from(problem.nodes, ({ length }) => length);
  const trace = { ...chosen, ...sizesOf(chosen, sizes), dominated };
  const largestNode = sizes.reduce((most, size) => Math.max(most, size), 0);
  const message = excess(trace, largestNode, { entries, additions });
  return { smaller: problem, kept, chosen, sizes, trace, message };
}

function carriedOut(
  problem: LabelProblem,
  { smaller, kept, chosen, sizes, trace, message }: Planned,
): EliminationResult {
  if (message !== null) return { kind: "too-large", message, trace };
  const found = labelsOf(chosen, sizes, tablesOf(smaller, chosen, sizes));
  const labels = kept === null ? found : found.map((label, node) => kept[node][label]);
  const cost = costOf(problem, labels);
  if (cost === Number.POSITIVE_INFINITY) return { kind: "infeasible", trace };
  return { kind: "solved", labels, cost, trace };
}

function sizesOf({ order, dependent }: EliminationOrder, sizes: Int32Array) {
  let largestTable = 0;
  let mostNodes = 0;
  let additions = 0;
  order.forEach((node, i) => {
    const entries = dependent[i].reduce((product, other) => product * sizes[other], 1);
    largestTable = Math.max(largestTable, entries);
    mostNodes = Math.max(mostNodes, dependent[i].length + 1);
    additions += entries * sizes[node];
  });
  return { largestTable, mostNodes, additions };
}

const mostLabels = 2 ** 16;

function excess(
  trace: EliminationTrace,
  largestNode: number,
  limits: { readonly entries: number; readonly additions: number },
): string | null {
  if (trace.largestTable > limits.entries)
    return `A table of the elimination has ${trace.largestTable} entries, at most ${limits.entries} are allowed.`;
  if (trace.additions > limits.additions)
    return `The elimination takes ${trace.additions} additions, at most ${limits.additions} are allowed.`;
  if (largestNode > mostLabels) return `A node has ${largestNode} labels, at most ${mostLabels} are allowed.`;
  return null;
}

/** The least label of each node for all labels of its dependent set. */
interface Choice {
  /** The dependent set, in the order of the table's rows. */
  readonly scope: Int32Array;
  readonly labels: Uint16Array;
}

function tablesOf(
  problem: LabelProblem,
  { order, dependent }: EliminationOrder,
  sizes: Int32Array,
): Choice[] {
  const position = new Int32Array(order.length);
  order.forEach((node, i) => {
    position[node] = i;
  });
  const waiting: Table[][] = problem.nodes.map((values, node) => [{ scope: [node], values }]);
  const hold = (table: Table) => {
    const first = Array.from(table.scope).reduce((a, b) => (position[a] < position[b] ? a : b));
    waiting[first].push(table);
  };
  for (const { u, v, costs } of pairsOf(problem)) hold({ scope: [u, v], values: costs });
  return Array.from(order, (node, i) => {
    const scope = widestLast(dependent[i], sizes);
    const tables = waiting[node].map((table) => rowTable(table, node, scope, sizes));
    waiting[node] = [];
    const { values, labels }: LeastRows = leastRows(
      tables,
      scope.map((other) => sizes[other]),
      sizes[node],
    );
    if (scope.length > 0) hold({ scope, values });
    return { scope, labels };
  });
}

/** Reads the tables backwards. */
function labelsOf({ order }: EliminationOrder, sizes: Int32Array, choices: readonly Choice[]): Int32Array {
  const chosen = new Int32Array(order.length);
  for (let i = order.length - 1; i >= 0; i--) {
    const { scope, labels } = choices[i];
    const row = scope.reduce((sum, other) => sum * sizes[other] + chosen[other], 0);
    chosen[order[i]] = labels[row];
  }
  return chosen;
}
