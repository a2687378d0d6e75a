/** What checks one kind of golden file row by row. */

/** One number of the file beside the implementation's; a list is compared entry by entry. */
export interface Compared {
  /** Names the row, and what of it was compared. */
  readonly row: string;
  readonly expected: number | string | readonly number[];
  readonly found: number | string | readonly number[];
}

export interface GoldenCheck {
  readonly name: string;
  /** Largest relative difference of numbers that count as equal; 0 where they must be the same. */
  readonly tolerance: number;
  /** Compares every row of the file; `folder` is that of the file. */
  compare(content: unknown, folder: string): Iterable<Compared>;
}
