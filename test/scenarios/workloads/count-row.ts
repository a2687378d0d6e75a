/**
 * One line of the table of counts: a workload with options, and what was published about it or
 * counted by hand.
 */
export interface CountRow {
  readonly name: string;
  /** Options that differ from the defaults; one example where no batch is given. */
  readonly given?: Readonly<Record<string, number>>;
  /** Trainable weights, as a rounded figure. */
  readonly parameters?: number;
  /** Trainable weights, published to the unit. */
  readonly exactParameters?: number;
  /** Multiply-adds of convolutions and matrix products in the forward pass. */
  readonly gigaMultiplyAdds?: number;
  /** All FLOP of the forward pass, 2 per multiply-add, pointwise ops included. */
  readonly gigaFlop?: number;
  /** Where the figures stand and how they count; "derived" for a count by hand. */
  readonly source: string;
}
