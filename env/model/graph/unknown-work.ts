/**
 * `UnknownWork`: what an importer did not know of a graph, and the sentence that everything printed
 * about that graph repeats.
 */

const MOST_LISTED = 8;

/**
 * Ops of an imported graph whose work or size the importer did not know. Values, bounds and gaps
 * hold for the graph as assumed; whoever prints them says so (`unknownWorkText`).
 */
export interface UnknownWork {
  readonly ops: number;
  /** Ops of the graph that have work: sources, such as weights and inputs, do not count. */
  readonly outOf: number;
  /** How many ops of each type are unknown. */
  readonly types: Readonly<Record<string, number>>;
}

/** `Work unknown for 3 of 40 ops (Attention 2, MoE 1): values, ... are of the graph as assumed.` */
export function unknownWorkText(unknown: UnknownWork): string {
  return (
    `Work unknown for ${unknown.ops} of ${unknown.outOf} ops (${typesText(unknown)}): ` +
    "values, bounds and gaps are of the graph as assumed."
  );
}

/** The remark as lines to print; none where all is known. */
export const unknownWorkLines = (unknown: UnknownWork | null | undefined): readonly string[] =>
  unknown == null ? [] : [unknownWorkText(unknown)];

/** The most frequent types with their counts. */
export function typesText({ types }: UnknownWork): string {
  const all = Object.entries(types).map(([type, ops]) => `${type} ${ops}`);
  return all.length <= MOST_LISTED
    ? all.join(", ")
    : `${all.slice(0, MOST_LISTED).join(", ")} and ${all.length - MOST_LISTED} more types`;
}
