/**
 * Ranks with ties: equal numbers share the mean of the ranks that they take up. Sums of floats in
 * another order differ in the last digits, so numbers within a share of 1e-9 are equal.
 */

const SAME = 1e-9;

const near = (a: number, b: number): boolean =>
  a === b || Math.abs(a - b) <= SAME * Math.max(Math.abs(a), Math.abs(b));

export const isAtLeast = (a: number, b: number): boolean => a > b || near(a, b);
export const isAbove = (a: number, b: number): boolean => a > b && !near(a, b);

export interface Ranks {
  /** By place of the number, from 1 for the least. */
  readonly ranks: readonly number[];
  /** Sizes of the runs of equal numbers, those of one included. */
  readonly ties: readonly number[];
}

/** A run of equal numbers is what is equal to its least. */
export function ranksOf(numbers: readonly number[]): Ranks {
  const order = numbers.map((_, i) => i).sort((a, b) => numbers[a] - numbers[b]);
  const ranks = new Array<number>(numbers.length).fill(0);
  const ties: number[] = [];
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && near(numbers[order[first]], numbers[order[end]])) end++;
    for (let i = first; i < end; i++) ranks[order[i]] = (first + 1 + end) / 2;
    ties.push(end - first);
    first = end;
  }
  return { ranks, ties };
}
