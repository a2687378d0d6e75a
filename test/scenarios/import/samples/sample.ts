/** A small file of one format, for tests that hold for every importer. */
export interface Sample {
  readonly content: string | Uint8Array;
  readonly ops: number;
  readonly edges: number;
  /** Options that make the importer do more. */
  readonly options?: Readonly<Record<string, string>>;
}
