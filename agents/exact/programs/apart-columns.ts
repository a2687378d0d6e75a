/**
 * Columns for how much of two elements is in different places: for two elements a and b,
 * apart >= share(a, place) - share(b, place) for every place. With whole shares the column is 1
 * exactly if the two are in different places.
 */
import type { ProgramBuilder, Terms } from "../../solver/linear-program.ts";

/** `weight` x the share of an element in a place, as terms of a row. */
export type ShareTerms = (element: number, place: number, weight: number) => Terms;

/** A function that returns the column of two elements, the same one in either order. */
export function apartColumns(
  builder: ProgramBuilder,
  placeCount: number,
  share: ShareTerms,
): (a: number, b: number) => number {
  const columns = new Map<string, number>();
  return (a, b) => {
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    const known = columns.get(key);
    if (known !== undefined) return known;
    const apart = builder.real({ upper: 1 });
    for (let place = 0; place < placeCount; place++)
      builder.atMost([...share(a, place, 1), ...share(b, place, -1), apart, -1], 0);
    columns.set(key, apart);
    return apart;
  };
}
