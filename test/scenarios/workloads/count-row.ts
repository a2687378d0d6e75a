/**
 * One row of the table of counts: a workload with options, and its counts, published or made by
 * hand.
 */
export interface CountRow {
  readonly name: string;
  /** Options that differ from the defaults. The batch is one example where none is given. */
  readonly given?: Readonly<Record<string, number>>;
  /** Trainable weights, as a rounded figure. */
  readonly parameters?: number;
  /** Trainable weights, published to the unit. */
  readonly exactParameters?: number;
  /** Multiply-adds of convolutions and matrix products in the forward pass. */
  readonly gigaMultiplyAdds?: number;
  /** All FLOP of the forward pass, 2 per multiply-add, pointwise ops included. */
  readonly gigaFlop?: number;
  /** Source of the figures and their convention; "derived" for a count by hand. */
  readonly source: string;
}
