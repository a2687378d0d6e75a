/**
 * Candidates for substitutions: graphs with the same fingerprints, less those that follow from
 * others. Source: Jia et al. (TASO), SOSP 2019, sections 3.1 and 3.3.
 *
 * Of k graphs with the same fingerprints, each is a candidate with the smallest one, both ways.
 * What is dropped, as there:
 * - renamed variables: names are given in the order of their first use;
 * - common subgraphs: a term on both sides that a variable could stand for;
 * - equal contexts: the same operator on top of both sides, with inputs that are equal one by one;
 * - special cases: candidates that are another one with variables made equal.
 */
import type { VariableKind } from "../../../../env/model/graph/rewriting/substitution.ts";
import type { Rng } from "../../../../env/model/rng.ts";
import type { Family } from "./families.ts";
import { type SmallGraph, SmallTerms, smallGraphs } from "./small-graphs.ts";

const MOST_RESULTS = 2;

export interface Candidates {
  /** Texts in the form of substitutions. */
  readonly texts: readonly string[];
  readonly graphs: number;
  /** Pairs of graphs with equal fingerprints, before anything is dropped. */
  readonly pairs: number;
}

export function candidatesOf(family: Family, most: number, rng: Rng): Candidates {
  const terms = new SmallTerms(family, rng);
  const { buckets, graphs } = bucketsOf(terms, most);
  const texts = new Set<string>();
  let pairs = 0;
  for (const members of buckets.values()) {
    if (members.length < 2) continue;
    pairs += (members.length * (members.length - 1)) / 2;
    const [smallest, ...others] = members;
    for (const other of others)
      for (const [from, to] of [
        [other, smallest],
        [smallest, other],
      ])
        if (isNew(terms, from, to)) texts.add(textOf(terms, from, to));
  }
  return { texts: withoutSpecialCases([...texts]), graphs, pairs };
}

/** Results of a graph in ascending order of their fingerprints. */
type Results = readonly number[];

/** Graphs, by their results, under their fingerprints; of each the smallest first. */
function bucketsOf(terms: SmallTerms, most: number) {
  const buckets = new Map<string, Results[]>();
  let graphs = 0;
  const put = (results: readonly number[]): void => {
    const sorted = [...results].sort((a, b) => terms.list[a].fingerprint - terms.list[b].fingerprint);
    const key = sorted.map((result) => terms.list[result].fingerprint).join();
    const members = buckets.get(key);
    if (members === undefined) buckets.set(key, [sorted]);
    else members.push(sorted);
  };
  for (let variable = 0; variable < terms.variableCount; variable++) put([variable]);
  const plain = new Set(terms.list.map(({ fingerprint }) => fingerprint));
  for (const graph of smallGraphs(terms, most)) {
    graphs++;
    const results = terms.results(graph);
    if (isUseful(terms, results) && !hasDetour(terms, graph, plain)) put(results);
  }
  return { buckets, graphs };
}

/** Is a term a variable again, as halves of what was just joined are, and not the whole graph? */
function hasDetour(terms: SmallTerms, graph: SmallGraph, plain: ReadonlySet<number>): boolean {
  const [first, ...others] = terms.results(graph);
  return graph.some(
    (term) => plain.has(terms.list[term].fingerprint) && (others.length > 0 || term !== first),
  );
}

function isUseful({ list }: SmallTerms, results: readonly number[]): boolean {
  if (results.length > MOST_RESULTS) return false;
  if (results.some((result) => list[result].kind !== "rows" && list[result].kind !== "image")) return false;
  if (results.length < 2) return true;
  const [a, b] = results.map((result) => list[result]);
  return a.fingerprint !== b.fingerprint && [...a.variables].some((name) => b.variables.has(name));
}

const variablesOf = ({ list }: SmallTerms, results: Results): ReadonlySet<string> =>
  new Set(results.flatMap((result) => [...list[result].variables]));

function isNew(terms: SmallTerms, from: Results, to: Results): boolean {
  const known = variablesOf(terms, from);
  if (from.every((result) => terms.list[result].signature === null)) return false;
  if (![...variablesOf(terms, to)].every((name) => known.has(name))) return false;
  if (growsAroundItself(terms, from, to)) return false;
  return !hasCommonTerm(terms, from, to) && !isInContext(terms, from, to);
}

/** Does a result become part of itself? */
const growsAroundItself = (terms: SmallTerms, from: Results, to: Results): boolean =>
  from.some((result, i) => result !== to[i] && within(terms, [to[i]]).has(result));

/** Is a term of operators on both sides such that its variables are nowhere else? */
function hasCommonTerm(terms: SmallTerms, from: Results, to: Results): boolean {
  const [own, other] = [from, to].map((results) => within(terms, results));
  return [...own].some((term) => {
    const { signature, variables } = terms.list[term];
    if (signature === null || !other.has(term)) return false;
    // A result that stays as it is may be what the other one takes a shape from.
    if (from.includes(term)) return to.includes(term) && !bindsMore(terms, from, to, term);
    return [from, to].every((results) =>
      [...variables].every((name) => !outside(terms, results, term, name)),
    );
  });
}

/** Does the result that stays have a variable that the other target needs and its source lacks? */
function bindsMore({ list }: SmallTerms, from: Results, to: Results, stays: number): boolean {
  const source = from.filter((result) => result !== stays).flatMap((result) => [...list[result].variables]);
  const target = to.filter((result) => result !== stays).flatMap((result) => [...list[result].variables]);
  return target.some((name) => !source.includes(name));
}

function within({ list }: SmallTerms, results: Results): ReadonlySet<number> {
  const found = new Set<number>();
  const stack = [...results];
  while (stack.length > 0) {
    const term = stack.pop()!;
    if (found.has(term)) continue;
    found.add(term);
    stack.push(...list[term].inputs);
  }
  return found;
}

/** Is the variable read outside of the term? */
function outside(terms: SmallTerms, results: Results, without: number, name: string): boolean {
  const reads = (term: number): boolean =>
    term !== without &&
    (terms.list[term].text === name || terms.list[term].inputs.some((input) => reads(input)));
  return results.some(reads);
}

/** Do both sides end with the same operator on inputs that are equal one by one? */
function isInContext({ list }: SmallTerms, from: Results, to: Results): boolean {
  if (from.length > 1) return false;
  const [a, b] = [list[from[0]], list[to[0]]];
  if (a.signature === null || b.signature === null) return false;
  if (a.signature.operator !== b.signature.operator || a.signature.axis !== b.signature.axis) return false;
  const prints = (term: typeof a) => term.inputs.map((input) => list[input].fingerprint);
  const [own, other] = [prints(a), prints(b)];
  const isCommutative = a.signature.operator === "add" || a.signature.operator === "mul";
  if (isCommutative && own[0] === other[1] && own[1] === other[0]) return true;
  return own.every((print, i) => print === other[i]);
}

/** The least text over the orders of results, with variables named in order. */
function textOf({ list }: SmallTerms, from: Results, to: Results): string {
  const orders =
    from.length === 2
      ? [
          [0, 1],
          [1, 0],
        ]
      : [[0]];
  return orders
    .map((order) => {
      const sides = [from, to].map((results) => order.map((i) => list[results[i]].text).join("; "));
      return named(sides.join(" => "));
    })
    .reduce((least, text) => (text < least ? text : least));
}

const letters: readonly (readonly [kind: VariableKind, letters: string])[] = [
  ["rows", "abcd"],
  ["image", "xyzo"],
  ["filters", "tuvw"],
  ["vector", "pqrs"],
];

/** Letters of each kind in the order of first use. */
export function named(text: string): string {
  const names = new Map<string, string>();
  const used = new Map<string, number>();
  return text.replace(/\b[a-dopqrst-z]\b/g, (name) => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const [kind, own] = letters.find(([, each]) => each.includes(name))!;
    const count = used.get(kind) ?? 0;
    used.set(kind, count + 1);
    names.set(name, own[count]);
    return own[count];
  });
}

/** Without those that another one becomes when some of its variables are made equal. */
export function withoutSpecialCases(texts: readonly string[]): string[] {
  const skeleton = (text: string) => text.replace(/\b[a-dopqrst-z]\b/g, "_");
  const variables = (text: string) => text.match(/\b[a-dopqrst-z]\b/g) ?? [];
  const groups = new Map<string, string[]>();
  for (const text of texts) {
    const key = skeleton(text);
    groups.set(key, [...(groups.get(key) ?? []), text]);
  }
  const isCaseOf = (special: readonly string[], general: readonly string[]): boolean => {
    const image = new Map<string, string>();
    return general.every((name, i) => {
      const known = image.get(name) ?? special[i];
      image.set(name, known);
      return known === special[i];
    });
  };
  return texts.filter((text) =>
    groups
      .get(skeleton(text))!
      .every((other) => other === text || !isCaseOf(variables(text), variables(other))),
  );
}
