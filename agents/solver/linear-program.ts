/**
 * A mixed-integer linear program to minimise. It is built column by column and row by row into
 * compressed sparse rows. It is passed on as arrays, not as text: no names to escape, no digits
 * lost, no limit on the length of a line.
 */

/** Pairs of column and coefficient, one after the other; a column may occur once. */
export type Terms = readonly number[];

/** The same terms with each column once, and without columns whose coefficients sum to 0. */
export function summed(terms: Terms): number[] {
  const weights = new Map<number, number>();
  for (let i = 0; i < terms.length; i += 2)
    weights.set(terms[i], (weights.get(terms[i]) ?? 0) + terms[i + 1]);
  return [...weights].filter(([, weight]) => weight !== 0).flat();
}

/** The same terms with every coefficient negated. */
export function negated(terms: Terms): number[] {
  return terms.map((term, i) => (i % 2 === 1 ? -term : term));
}

/** Several columns with the same coefficient. */
export function weighted(columns: Iterable<number>, weight: number): number[] {
  return [...columns].flatMap((column) => [column, weight]);
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
  /** Row r has the coefficients rowStart[r] .. rowStart[r + 1] of `rowColumn` and `rowValue`. */
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
  /** Adds a real column, at least 0 by default; returns its number. */
  real(spec?: ColumnSpec): number;
  /** Adds a column of 0 or 1; returns its number. */
  binary(spec?: ColumnSpec): number;
  atMost(terms: Terms, bound: number): void;
  atLeast(terms: Terms, bound: number): void;
  equal(terms: Terms, value: number): void;
  build(): LinearProgram;
}

export function programBuilder(): ProgramBuilder {
  const columns = createColumns();
  const rows = createRows();
  return {
    real: (spec = {}) => columns.add(spec, 0, Number.POSITIVE_INFINITY),
    binary: (spec = {}) => columns.add(spec, 1, 1),
    atMost: (terms, bound) => rows.add(terms, Number.NEGATIVE_INFINITY, bound),
    atLeast: (terms, bound) => rows.add(terms, bound, Number.POSITIVE_INFINITY),
    equal: (terms, value) => rows.add(terms, value, value),
    build: () => ({ ...columns.build(), ...rows.build() }),
  };
}

function createColumns() {
  const cost: number[] = [];
  const lower: number[] = [];
  const upper: number[] = [];
  const integer: number[] = [];
  return {
    add(spec: ColumnSpec, whole: 0 | 1, largest: number): number {
      cost.push(spec.cost ?? 0);
      lower.push(spec.lower ?? 0);
      upper.push(spec.upper ?? largest);
      integer.push(whole);
      return cost.length - 1;
    },
    build: () => ({
      columns: cost.length,
      cost: Float64Array.from(cost),
      lower: Float64Array.from(lower),
      upper: Float64Array.from(upper),
      integer: Int32Array.from(integer),
    }),
  };
}

/** Rows without their coefficients of 0. */
function createRows() {
  const rowLower: number[] = [];
  const rowUpper: number[] = [];
  const rowStart: number[] = [0];
  const rowColumn: number[] = [];
  const rowValue: number[] = [];
  return {
    add(terms: Terms, lower: number, upper: number): void {
      for (let i = 0; i < terms.length; i += 2) {
        if (terms[i + 1] === 0) continue;
        rowColumn.push(terms[i]);
        rowValue.push(terms[i + 1]);
      }
      rowStart.push(rowColumn.length);
      rowLower.push(lower);
      rowUpper.push(upper);
    },
    build: () => ({
      rows: rowLower.length,
      rowLower: Float64Array.from(rowLower),
      rowUpper: Float64Array.from(rowUpper),
      rowStart: Int32Array.from(rowStart),
      rowColumn: Int32Array.from(rowColumn),
      rowValue: Float64Array.from(rowValue),
    }),
  };
}
