/** The cells of a scenario as rows of a table: learners beside controls, at each budget. */
import type { Interval } from "../../../results/statistics/contract.ts";
import { pairedDifference } from "../../../results/statistics/paired-difference.ts";
import type { Cell, Judged } from "./cell.ts";
import type { KeptCells } from "./kept-cells.ts";

/** Below this share a difference is neither a win nor a loss. */
const MARGIN = 0.01;

/** Cells of one method on one scenario, by budget and then by seed. */
export type Judgements = ReadonlyMap<number, readonly Judged[]>;

export interface Row {
  readonly method: string;
  readonly trained: Judgements;
  /** Of the same agent without learning, null for planners. */
  readonly untrained: Judgements | null;
}

/** What a method came to at each budget in the cells that there are, null where there is none. */
export function judgements(cells: readonly Cell[]): Judgements {
  const judged = new Map<number, Judged[]>();
  const inOrder = [...cells].sort((a, b) => a.seed - b.seed);
  for (const { budgets, judged: own } of inOrder)
    for (const [i, budget] of budgets.entries()) judged.set(budget, [...(judged.get(budget) ?? []), own[i]]);
  return judged;
}

/** A table in Markdown, its rows in the order of the best plan at the last budget. */
export function tableOf(rows: readonly Row[], budgets: readonly number[]): string {
  const climbed = rows.find(({ method }) => method === "hill-climb")!.trained;
  const last = budgets[budgets.length - 1];
  const best = ({ trained }: Row) => meanOf(trained.get(last)!, ({ best: value }) => value);
  const head = ["method", ...budgets.flatMap(headOf), "CPU s"];
  const lines = [...rows]
    .sort((a, b) => best(a) - best(b))
    .map((row) => [
      `\`${row.method}\``,
      ...budgets.flatMap((budget) => cellsOf(row, budget, climbed)),
      meanOf(row.trained.get(last)!, ({ cpuSeconds }) => cpuSeconds).toFixed(1),
    ]);
  const rule = `|---|${"---:|".repeat(head.length - 1)}`;
  return [lineOf(head), rule, ...lines.map(lineOf)].join("\n");
}

const lineOf = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const headOf = (budget: number): string[] => {
  const at = budget.toLocaleString("en-US");
  return [`${at}: best`, "own plan", "to untrained", "to hill climbing"];
};

function cellsOf({ trained, untrained }: Row, budget: number, climbed: Judgements): string[] {
  const own = trained.get(budget)!;
  const plans = own.flatMap(({ own: value }) => value ?? []);
  const before = untrained?.get(budget);
  return [
    meanOf(own, ({ best }) => best).toFixed(3),
    plans.length === 0 ? "" : (plans.reduce((sum, value) => sum + value, 0) / plans.length).toFixed(3),
    before === undefined ? "" : told(difference(own, before)),
    told(difference(own, climbed.get(budget)!)),
  ];
}

function difference(own: readonly Judged[], others: readonly Judged[]): Interval {
  const seeds = Math.min(own.length, others.length);
  const [ours, theirs] = [own, others].map((judged) => judged.slice(0, seeds).map(({ best }) => best));
  return pairedDifference(ours, theirs);
}

/** With a verdict where the interval leaves 0 out and the mean is beyond the margin. */
function told({ value: mean, low, high }: Interval): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const text = `${percent(mean)} (${percent(low)}, ${percent(high)})`;
  if (high < 0 && mean <= -MARGIN) return `${text} shorter`;
  return low > 0 && mean >= MARGIN ? `${text} longer` : text;
}

function meanOf<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((sum, value) => sum + of(value), 0) / values.length;
}

/** The cells of a method on a scenario that are there, of as many seeds as there are from 0 on. */
export async function cellsFor(
  kept: KeptCells,
  { scenario, method }: Pick<Cell, "scenario" | "method">,
  shared: readonly (readonly number[])[],
  seeds: number,
): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const budgets of shared)
    for (let seed = 0; seed < seeds; seed++) {
      const cell = await kept.find({ scenario, method, seed, budgets });
      if (cell !== null) cells.push(cell);
    }
  return cells;
}
