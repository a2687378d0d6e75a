/**
 * The text of `list` from the table of names: everything on a page, one kind with its summaries, or
 * what a search found. No line is wider than asked for, where words allow.
 */

import { wrappedColumns, wrappedText } from "./columns.ts";
import { type Kind, kinds, type NameEntry } from "./names/entry.ts";

/** What a kind is, beside its title. */
const remarks: Readonly<Record<Kind, string>> = {
  scenarios: "a workload or a member of a family, on a cluster; or a file",
  workloads: "networks with options, such as vgg-16/4xP100?batch=8",
  families: "graphs drawn from seeds, such as nmt/test/0/2xK80",
  clusters: "or a count and a kind such as 16xV100, or a file such as ./mine.json",
  fidelities: "cost models, for ?fidelity= in an address",
  suites: "named sets of scenarios, for compare --suite",
  agents: "methods that learn, for train and compare",
  planners: "methods that do not, for solve and compare",
  envs: "for a program, and for check",
  systems: "published systems, and which method each is",
};

/** All names, kind by kind. Scenarios are told by their suites. */
export function overviewText(entries: readonly NameEntry[], width: number): string {
  const sections = kinds
    .filter((kind) => kind !== "scenarios")
    .map((kind) => {
      const own = entries.filter((entry) => entry.kind === kind);
      const names = own.map(({ id, count }) => (kind === "suites" ? `${id} (${count})` : id)).join(", ");
      return [...wrappedText(titleOf(kind, own.length), width, ""), ...wrappedText(names, width, "  ")];
    });
  const ends = [
    '"list KIND" adds a line to each name, "list WORD" finds names, "list --search WORD" finds words.',
    '"list scenarios" shows the scenarios of the suites. "describe NAME" shows any name\'s card.',
  ];
  return textOf([...sections.flat(), "", ...ends.flatMap((line) => wrappedText(line, width, ""))]);
}

const titleOf = (kind: Kind, count: number): string =>
  `${kind[0].toUpperCase()}${kind.slice(1)} (${count}): ${remarks[kind]}`;

/** Each name with its summary. */
export function sectionText(kind: Kind, entries: readonly NameEntry[], width: number): string {
  const own = entries.filter((entry) => entry.kind === kind);
  return textOf([...wrappedText(titleOf(kind, own.length), width, ""), ...rowsOf(own, width)]);
}

/** What was found, kind by kind, scenarios last, some of each. */
export function foundText(word: string, found: readonly NameEntry[], width: number): string {
  const sections = [...kinds.filter((kind) => kind !== "scenarios"), "scenarios" as const].flatMap((kind) => {
    const own = found.filter((entry) => entry.kind === kind);
    if (own.length === 0) return [];
    const left = own.length - MOST_FOUND;
    const more = left > 0 ? [`  and ${left} more of ${kind}`] : [];
    return [kind[0].toUpperCase() + kind.slice(1), ...rowsOf(own.slice(0, MOST_FOUND), width), ...more];
  });
  const first = found.find(({ kind }) => kind !== "scenarios") ?? found[0];
  return textOf([
    ...sections,
    "",
    ...wrappedText(`${found.length} found for "${word}". Cards: describe ${first.id}`, width, ""),
  ]);
}

const MOST_FOUND = 12;

const rowsOf = (entries: readonly NameEntry[], width: number): string[] =>
  wrappedColumns(
    entries.map(({ id, count, summary }): [string, string] => [
      id,
      count > 1 ? `${summary} (${count} scenarios)` : summary,
    ]),
    width,
  );

const textOf = (lines: readonly string[]): string => `${lines.join("\n")}\n`;

/** Entries that are named so: by id, or by another name. */
export const namedSo = (entries: readonly NameEntry[], word: string): readonly NameEntry[] =>
  ranked(entries, word, ({ id, names }) => `${id} ${names}`);

/** Entries in which the word is anywhere. */
export const withWord = (entries: readonly NameEntry[], word: string): readonly NameEntry[] =>
  ranked(entries, word, ({ id, names, summary, words }) => `${id} ${names} ${summary} ${words}`);

/** Those with exactly that name come first. */
function ranked(
  entries: readonly NameEntry[],
  word: string,
  textOfEntry: (entry: NameEntry) => string,
): readonly NameEntry[] {
  const wanted = word.toLowerCase();
  const found = entries.filter((entry) => textOfEntry(entry).toLowerCase().includes(wanted));
  const isExact = ({ id }: NameEntry) => id.toLowerCase() === wanted;
  return [...found.filter(isExact), ...found.filter((entry) => !isExact(entry))];
}
