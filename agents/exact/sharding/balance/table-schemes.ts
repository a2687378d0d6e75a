/**
 * Schemes for embedding tables by a few proposals (Mudigere et al., ISCA 2022). The costliest
 * tables are divided by columns over all ranks, and the rest are balanced whole. It tries every
 * number of divided tables and takes the least largest cost, of equal ones the fewest. A table that
 * no rank has room for is divided by rows.
 */
import type { TableScheme } from "../../../../env/model/layout/embedding-tables.ts";
import type { BinMemory, Bins } from "./longest-first.ts";
import { descending } from "./longest-first.ts";
import { largest } from "./smallest-largest.ts";

export interface TableCosts {
  readonly ranks: number;
  /** Of each table. */
  readonly costs: readonly number[];
  readonly bytes: readonly number[];
  /** Whether a table has a column for each rank. */
  readonly hasColumns: readonly boolean[];
  /** The most bytes of a rank. */
  readonly limit: number;
}

export interface ChosenSchemes {
  readonly schemes: readonly TableScheme[];
  /** Cost of each rank. */
  readonly loads: readonly number[];
}

/** Balances whole tables within memory; null where it finds no way. */
export type Balance = (weights: readonly number[], ranks: number, memory: BinMemory) => Bins | null;

/** `mostDivided`: tables that may be divided by columns. Null where no proposal fits. */
export function chosenSchemes(
  { ranks, costs, bytes, hasColumns, limit }: TableCosts,
  balance: Balance,
  mostDivided: number,
): ChosenSchemes | null {
  const isHuge = bytes.map((own) => own > limit);
  const divisible = descending(costs).filter((table) => hasColumns[table] && !isHuge[table]);
  let best: ChosenSchemes | null = null;
  for (let count = 0; count <= Math.min(mostDivided, divisible.length); count++) {
    const byColumns = new Set(divisible.slice(0, count));
    const whole = [...costs.keys()].filter((table) => !isHuge[table] && !byColumns.has(table));
    const divided = [...costs.keys()].filter((table) => !whole.includes(table));
    const shared = (of: readonly number[]): number =>
      divided.reduce((sum, table) => sum + of[table] / ranks, 0);
    const memory = { bytes: whole.map((table) => bytes[table]), limit: limit - shared(bytes) };
    if (memory.limit < 0) continue;
    const bins = balance(
      whole.map((table) => costs[table]),
      ranks,
      memory,
    );
    if (bins === null) continue;
    const loads = Array.from(bins.loads, (load) => load + shared(costs));
    if (best !== null && largest(loads) >= largest(best.loads)) continue;
    const schemes = costs.map((_, table): TableScheme => {
      if (isHuge[table]) return "rows";
      return byColumns.has(table) ? "columns" : bins.binOf[whole.indexOf(table)];
    });
    best = { schemes, loads };
  }
  return best;
}
