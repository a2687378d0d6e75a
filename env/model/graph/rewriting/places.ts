/**
 * Places of a graph where a substitution may be made, and the graph after it. Their order depends
 * on the structure of the graph alone.
 *
 * As in TASO (Jia et al., SOSP 2019), tensors inside of a source that others read forbid the
 * place. So do results of a source that a variable depends on, since the graph would have a cycle.
 */
import { learn, type Sizes, sizeValue } from "./dimensions.ts";
import { type AttributeKind, attributeSizes, operatorOf } from "./operators.ts";
import { type PatternNode, type Substitution, variableAxes, variableKind } from "./substitution.ts";
import { type Reached, reachedIn, type TermGraph, type Terms } from "./terms.ts";

export interface Place {
  readonly substitution: Substitution;
  /** Term of each node of the substitution, -1 for those of targets alone. */
  readonly terms: readonly number[];
  /** New term of each result. */
  readonly made: readonly number[];
}

/** Attributes that all terms of a place share. */
type Shared = ReadonlyMap<AttributeKind, readonly number[]>;

interface Partial {
  readonly terms: readonly number[];
  readonly shared: Shared;
}

export interface Site {
  readonly graph: TermGraph;
  readonly reached: Reached;
  readonly byOperator: ReadonlyMap<string, readonly number[]>;
}

export function siteOf(graph: TermGraph): Site {
  const reached = reachedIn(graph);
  const byOperator = new Map<string, number[]>();
  for (const number of reached.order) {
    const { operator } = graph.terms.at(number);
    const list = byOperator.get(operator);
    if (list === undefined) byOperator.set(operator, [number]);
    else list.push(number);
  }
  return { graph, reached, byOperator };
}

/** At most `limit` places. */
export function placesOf(site: Site, substitution: Substitution, limit = Number.POSITIVE_INFINITY): Place[] {
  if (!hasRoots(site, substitution)) return [];
  const places: Place[] = [];
  const start = { terms: new Array<number>(substitution.nodes.length).fill(-1), shared: new Map() };
  const visit = (partial: Partial, source: number): void => {
    if (places.length >= limit) return;
    if (source === substitution.sources.length) {
      const place = placeOf(site, substitution, partial);
      if (place !== null) places.push(place);
      return;
    }
    const root = substitution.sources[source];
    for (const term of candidates(site, substitution, partial, root))
      for (const next of matches(site, substitution, partial, root, term)) visit(next, source + 1);
  };
  visit(start, 0);
  return places;
}

/** Does the graph have all operators that sources end with? Most substitutions lack one. */
const hasRoots = ({ byOperator }: Site, { nodes, sources }: Substitution): boolean =>
  sources.every((source) => {
    const { operator } = nodes[source];
    return operator === null || byOperator.has(operator);
  });

/** Terms that the root of a source may be: readers of what is known, or all of its operator. */
function candidates(
  { graph: { terms }, reached, byOperator }: Site,
  { nodes }: Substitution,
  partial: Partial,
  root: number,
): readonly number[] {
  const path = pathToKnown(nodes, partial, root);
  if (path === null) return byOperator.get(nodes[root].operator!) ?? [];
  const { known, steps } = path;
  let found: readonly number[] = [partial.terms[known]];
  for (const node of steps)
    found = [...new Set(found.flatMap((term) => reached.readers.get(term) ?? []))].filter(
      (term) => terms.at(term).operator === nodes[node].operator,
    );
  return found;
}

/** A node that has a term, and the nodes from it up to the root. */
interface Path {
  readonly known: number;
  readonly steps: readonly number[];
}

function pathToKnown(
  nodes: readonly PatternNode[],
  { terms }: Pick<Partial, "terms">,
  node: number,
): Path | null {
  if (terms[node] !== -1) return { known: node, steps: [] };
  for (const input of nodes[node].inputs) {
    const below = pathToKnown(nodes, { terms }, input);
    if (below !== null) return { known: below.known, steps: [...below.steps, node] };
  }
  return null;
}

/** All ways in which a node of the source can be the term. */
function matches(
  site: Site,
  substitution: Substitution,
  partial: Partial,
  node: number,
  number: number,
): Partial[] {
  const known = partial.terms[node];
  if (known !== -1) return known === number ? [partial] : [];
  const { operator, axis, inputs, text } = substitution.nodes[node];
  const term = site.graph.terms.at(number);
  const terms = partial.terms.with(node, number);
  if (operator === null) return suitsVariable(text, term.shape.length) ? [{ ...partial, terms }] : [];
  if (term.operator !== operator) return [];
  const shared = sharedWith(partial.shared, operatorOf(operator).attributes, term.attributes, axis);
  if (shared === null) return [];
  const isCommutative = operator === "add" || operator === "mul";
  const orders =
    isCommutative && term.inputs[0] !== term.inputs[1]
      ? [
          [0, 1],
          [1, 0],
        ]
      : [[...inputs.keys()]];
  return orders.flatMap((order) =>
    inputs.reduce<Partial[]>(
      (found, input, i) =>
        found.flatMap((each) => matches(site, substitution, each, input, term.inputs[order[i]])),
      [{ terms, shared }],
    ),
  );
}

/** Rows may have another axis in front. */
function suitsVariable(name: string, axes: number): boolean {
  const kind = variableKind(name)!;
  return axes === variableAxes[kind] || (kind === "rows" && axes === 3);
}

function sharedWith(
  shared: Shared,
  kinds: readonly AttributeKind[],
  attributes: readonly number[],
  axis: number,
): Shared | null {
  let result = shared;
  let from = 0;
  for (const kind of kinds) {
    const values = attributes.slice(from, from + attributeSizes[kind]);
    from += attributeSizes[kind];
    if (kind === "at") continue;
    if (kind === "axis") {
      if (values[0] !== axis) return null;
      continue;
    }
    const known = result.get(kind);
    if (known === undefined) result = new Map([...result, [kind, values]]);
    else if (known.some((value, i) => value !== values[i])) return null;
  }
  return result;
}

function placeOf(site: Site, substitution: Substitution, { terms, shared }: Partial): Place | null {
  if (!isClosed(site, substitution, terms) || makesCycle(site, substitution, terms)) return null;
  const sizes = sizesOf(site.graph.terms, substitution, terms);
  if (sizes === null) return null;
  const made = targetsOf(site.graph.terms, substitution, { terms, shared, sizes });
  if (made === null || made.every((term, i) => term === terms[substitution.sources[i]])) return null;
  return { substitution, terms, made };
}

/** Is no tensor inside of a source read by others? What is made of weights costs nothing. */
function isClosed({ graph, reached }: Site, { nodes, sources }: Substitution, terms: readonly number[]) {
  const roots = new Set(sources.map((source) => terms[source]));
  if (roots.size < sources.length) return false;
  const own = new Set(terms.filter((term, node) => term !== -1 && nodes[node].operator !== null));
  return [...own].every(
    (term) =>
      roots.has(term) ||
      graph.terms.at(term).isWeight ||
      (!graph.results.includes(term) && reached.readers.get(term)!.every((reader) => own.has(reader))),
  );
}

/** Does a variable depend on a result that is replaced? */
function makesCycle({ graph }: Site, { nodes, sources }: Substitution, terms: readonly number[]): boolean {
  if (sources.length < 2) return false;
  const roots = new Set(sources.map((source) => terms[source]));
  const seen = new Set<number>();
  const stack = terms.filter((term, node) => term !== -1 && nodes[node].operator === null);
  while (stack.length > 0) {
    const term = stack.pop()!;
    if (roots.has(term)) return true;
    if (seen.has(term)) continue;
    seen.add(term);
    stack.push(...graph.terms.at(term).inputs);
  }
  return false;
}

function sizesOf(terms: Terms, { nodes }: Substitution, matched: readonly number[]): Sizes | null {
  const sizes: Sizes = new Map();
  const fits = nodes.every(({ shape, at }, node) => {
    if (matched[node] === -1) return true;
    const term = terms.at(matched[node]);
    if (at !== null && !learn(sizes, at, term.attributes[1])) return false;
    const front = term.shape.length - shape.length;
    return shape.every((size, axis) => learn(sizes, size, term.shape[axis + front]));
  });
  return fits ? sizes : null;
}

interface Known extends Partial {
  readonly sizes: Sizes;
}

/** The terms of the targets; null where one has no shape, or another than its source. */
function targetsOf(
  terms: Terms,
  { nodes, sources, targets }: Substitution,
  { terms: matched, shared, sizes }: Known,
): number[] | null {
  const made = [...matched];
  const build = (node: number): number | null => {
    if (made[node] !== -1) return made[node];
    const { operator, axis, inputs, at } = nodes[node];
    if (operator === null) return null;
    const attributes: number[] = [];
    for (const kind of operatorOf(operator).attributes) {
      const values = kind === "axis" ? [axis] : kind === "at" ? [sizeValue(sizes, at!)] : shared.get(kind);
      if (values === undefined || values[0] === undefined) return null;
      attributes.push(...(values as number[]));
    }
    const built = inputs.map(build);
    if (built.includes(null)) return null;
    const term = terms.apply(operator, attributes, built as number[]);
    if (term !== null) made[node] = term;
    return term;
  };
  const results = targets.map(build);
  const suits = results.every(
    (term, i) => term !== null && terms.at(term).shape.join() === terms.at(matched[sources[i]]).shape.join(),
  );
  return suits ? (results as number[]) : null;
}

/** The graph with the targets of the place, and the new term of each old one that it changes. */
export function replaced(
  { graph: { terms, results }, reached }: Site,
  { substitution, terms: matched, made }: Place,
): { readonly graph: TermGraph; readonly now: ReadonlyMap<number, number> } {
  const now = new Map(substitution.sources.map((source, i) => [matched[source], made[i]] as const));
  for (const number of reached.order) {
    if (now.has(number)) continue;
    const { inputs } = terms.at(number);
    if (!inputs.some((input) => now.has(input))) continue;
    now.set(
      number,
      terms.withInputs(
        number,
        inputs.map((input) => now.get(input) ?? input),
      ),
    );
  }
  return { graph: { terms, results: results.map((result) => now.get(result) ?? result) }, now };
}
