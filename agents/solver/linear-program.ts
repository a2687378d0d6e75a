/**
 * A mixed-integer linear program to minimise, built column by column and row by row into compressed
 * sparse rows. Arrays, not a text format: no names to escape, no digits lost, no limit on the
 * length of a line.
 */

/** Pairs of column and coefficient, one after the other; a column may occur once. */
export type Terms = readonly number[];

/** The same terms with each column once, and none that cancels out. */
export function summed(terms: Terms): number[] {
  const weights = new Map<number, number>();
  for (let i = 0; i < terms.length; i += 2)
    weights.set(terms[i], (weights.get(terms[i]) ?? 0) + terms[i + 1]);
  return [...weights].filter(([, weight]) => weight !== 0).flat();
}

export interface LinearProgram {
  readonly columns: number;
  readonly rows: number;
  readonly cost: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** 1 where the column must be an integer. */
  readonly integer: Int32Array;
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
  readonly rowStart: Int32Array;
  readonly rowColumn: Int32Array;
  readonly rowValue: Float64Array;
}

export interface ColumnSpec {
  readonly lower?: number;
  readonly upper?: number;
  readonly cost?: number;
}

export interface ProgramBuilder {
  /** A real column, at least 0 unless said otherwise; returns its number. */
  real(spec?: ColumnSpec): number;
  /** A column of 0 or 1; returns its number. */
  binary(spec?: ColumnSpec): number;
  atMost(terms: Terms, bound: number): void;
  atLeast(terms: Terms, bound: number): void;
  equal(terms: Terms, value: number): void;
  /** Coefficients so far, the measure of a program's size. */
  readonly size: number;
  build(): LinearProgram;
}

export function programBuilder(): ProgramBuilder {
  const cost: number[] = [];
  const lower: number[] = [];
  const upper: number[] = [];
  const integer: number[] = [];
  const rowLower: number[] = [];
  const rowUpper: number[] = [];
  const rowStart: number[] = [0];
  const rowColumn: number[] = [];
  const rowValue: number[] = [];

  const column = (spec: ColumnSpec, whole: 0 | 1, largest: number) => {
    cost.push(spec.cost ?? 0);
    lower.push(spec.lower ?? 0);
    upper.push(spec.upper ?? largest);
    integer.push(whole);
    return cost.length - 1;
  };
  const row = (terms: Terms, from: number, to: number) => {
    for (let i = 0; i < terms.length; i += 2) {
      if (terms[i + 1] === 0) continue;
      rowColumn.push(terms[i]);
      rowValue.push(terms[i + 1]);
    }
    rowStart.push(rowColumn.length);
    rowLower.push(from);
    rowUpper.push(to);
  };
  return {
    real: (spec = {}) => column(spec, 0, Number.POSITIVE_INFINITY),
    binary: (spec = {}) => column(spec, 1, 1),
    atMost: (terms, bound) => row(terms, Number.NEGATIVE_INFINITY, bound),
    atLeast: (terms, bound) => row(terms, bound, Number.POSITIVE_INFINITY),
    equal: (terms, value) => row(terms, value, value),
    get size() {
      return rowColumn.length;
    },
    build: () => ({
      columns: cost.length,
      rows: rowLower.length,
      cost: Float64Array.from(cost),
      lower: Float64Array.from(lower),
      upper: Float64Array.from(upper),
      integer: Int32Array.from(integer),
      rowLower: Float64Array.from(rowLower),
      rowUpper: Float64Array.from(rowUpper),
      rowStart: Int32Array.from(rowStart),
      rowColumn: Int32Array.from(rowColumn),
      rowValue: Float64Array.from(rowValue),
    }),
  };
}
