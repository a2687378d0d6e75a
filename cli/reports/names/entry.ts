/**
 * Everything that has a name, one line each: what `list` prints and searches. The lines are made
 * from the registries by collect.ts and kept in table.ts, so that `list` loads no registry.
 *
 * A line has six columns with tabs between them. They are kind, id, other names, number of members,
 * summary, and further words that only a search finds.
 */

export const kinds = [
  "scenarios",
  "workloads",
  "families",
  "clusters",
  "fidelities",
  "suites",
  "agents",
  "planners",
  "envs",
  "systems",
] as const;
export type Kind = (typeof kinds)[number];

export interface NameEntry {
  readonly kind: Kind;
  readonly id: string;
  /** Other names: the name of a method, the systems that it is. */
  readonly names: string;
  /** Scenarios of a suite, or members of one family that the entry stands for; else 1. */
  readonly count: number;
  readonly summary: string;
  /** Papers, options and sources. */
  readonly words: string;
}

const clean = (text: string): string => text.replace(/\s+/g, " ").trim();

export const lineOf = ({ kind, id, names, count, summary, words }: NameEntry): string =>
  [kind, id, names, String(count), summary, words].map(clean).join("\t");

export function entriesOf(table: string): NameEntry[] {
  return table
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [kind, id, names, count, summary, words] = line.split("\t");
      return { kind: kind as Kind, id, names, count: Number(count), summary, words };
    });
}
