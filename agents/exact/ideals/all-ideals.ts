/**
 * Full enumeration of the ideals (predecessor-closed sets of elements), with the empty and the full
 * one. The dynamic program of Tarnawski et al. (NeurIPS 2020) visits all of them. The counts can be
 * compared with the published ones.
 */
import type { Elements } from "../../../env/model/layers/elements.ts";
import { IdealTable } from "./ideal-table.ts";

type Order = Pick<Elements, "count" | "successors">;

/** Called once for each ideal and each element that may follow. */
export type CoverVisitor = (ideal: number, element: number, above: number) => void;

/** How many there are, or null where there are more than `most`. */
export function countIdeals(elements: Order, most: number): number | null {
  return allIdeals(elements, most)?.count ?? null;
}

/** All of them in a table, smaller ones first, or null where there are more than `most`. */
export function allIdeals(
  { count, successors }: Order,
  most: number,
  visit: CoverVisitor = () => {},
): IdealTable | null {
  const table = new IdealTable(count, 1);
  const members = new Int32Array((count + 31) >> 5);
  const hash = () => members.reduce((mixed, word, w) => mixed ^ Math.imul(word, 2 * w + 0x9e3779b1), 0);
  const waits = new Uint8Array(count);
  table.indexOf(members, hash(), 0);
  for (let ideal = 0; ideal < table.count; ideal++) {
    if (table.count > most) return null;
    table.copyBits(ideal, members);
    const holds = (v: number) => (members[v >> 5] >>> (v & 31)) & 1;
    waits.fill(0);
    for (let v = 0; v < count; v++) if (!holds(v)) for (const w of successors[v]) waits[w] = 1;
    for (let v = 0; v < count; v++) {
      if (holds(v) || waits[v]) continue;
      members[v >> 5] |= 1 << (v & 31);
      visit(ideal, v, table.indexOf(members, hash(), table.size(ideal) + 1));
      members[v >> 5] &= ~(1 << (v & 31));
    }
  }
  return table;
}
