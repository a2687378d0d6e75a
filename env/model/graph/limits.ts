/**
 * How large a graph may be. Files of a few kilobytes can describe graphs that no memory holds:
 * products of node sets, numbers of ports, a device kind for each op. The builder refuses what
 * would not fit before it is made. The largest graphs of operators in use have some 100,000 ops.
 */
import { InputError } from "../errors.ts";

export const MOST_OPS = 250_000;
export const MOST_EDGES = 500_000;
/** Output ports that an importer takes from a file for one op. */
export const MOST_PORTS = 4096;
/** Output ports of all ops together. */
export const MOST_OUTPUTS = 2_000_000;
/** Entries of one table: ops times device kinds, or ops times devices. */
export const MOST_ENTRIES = 2 ** 24;

export function checkSize(what: string, size: number, most: number): void {
  if (size > most)
    throw new InputError(
      `The graph has more than ${most.toLocaleString("en-US")} ${what}, too many to hold.`,
    );
}

/** `what` names the table's rows and columns. */
export function checkTable(what: string, rows: number, columns: number): void {
  if (rows * columns > MOST_ENTRIES)
    throw new InputError(
      `${what} make a table of ${rows} x ${columns} entries, more than the ${MOST_ENTRIES.toLocaleString("en-US")} that it may have.`,
    );
}
