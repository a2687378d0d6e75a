/**
 * Large graphs are searched part by part, as in TASO and its predecessor MetaFlow. A part lies
 * between tensors that every path passes, but for weights and what the host feeds. What is found in
 * a part is made in the whole graph, as the same rewrites.
 */
import type { OperatorName } from "../../../env/model/graph/rewriting/operators.ts";
import type { Rewriting } from "../../../env/model/graph/rewriting/rewritten.ts";
import { opsOf } from "../../../env/model/graph/rewriting/term-ops.ts";
import { reachedIn, type TermGraph, Terms } from "../../../env/model/graph/rewriting/terms.ts";
import type { Found } from "./backtracking.ts";

/** The op of the tensor in front of a part. */
const IN_FRONT = -1;

export interface PartSums {
  readonly parts: number;
  readonly popped: number;
  readonly made: number;
}

/** `search` answers for one part. Parts have at most `partOps` ops where the cuts allow it. */
export function searchParts(
  rewriting: Rewriting,
  partOps: number,
  search: (graph: TermGraph) => Found,
): PartSums {
  let front: number | null = null;
  const sums = { parts: 0, popped: 0, made: 0 };
  for (;;) {
    const ends = nextPart(rewriting, front, partOps);
    if (ends === null) return sums;
    const part = partOf(rewriting.site.graph.terms, front, ends);
    const found = search(part.graph);
    sums.parts++;
    sums.popped += found.popped;
    sums.made += found.made;
    for (const { substitution, terms } of found.places) {
      const whole = terms.map((term) => (term === -1 ? -1 : part.toWhole(term)));
      const place = rewriting
        .places(substitution)
        .findIndex((each) => each.terms.every((term, node) => term === whole[node]));
      rewriting.apply({ substitution: substitution.text, place });
    }
    const [end, ...others] = found.graph.results.map((result) => part.toWhole(result));
    if (others.length > 0 || rewriting.site.graph.results.includes(end)) return sums;
    front = end;
  }
}

/** The results of the next part: a tensor that all paths pass, or those of the graph. */
function nextPart({ site }: Rewriting, front: number | null, partOps: number): readonly number[] | null {
  const { graph, reached } = site;
  const { terms, results } = graph;
  const counts = (number: number) => {
    const { isWeight, operator, inputs } = terms.at(number);
    return !isWeight && !(operator === "whole" && inputs.length === 0);
  };
  const order = reached.order.filter(counts);
  const position = new Map(order.map((number, i) => [number, i]));
  const from = front === null ? -1 : position.get(front)!;
  let [furthest, last] = [-1, null as number | null];
  for (let i = 0; i < order.length - 1; i++) {
    const reads = reached.readers.get(order[i])!.map((reader) => position.get(reader)!);
    const isCut = i >= furthest;
    furthest = Math.max(furthest, ...reads, ...(results.includes(order[i]) ? [order.length] : []));
    if (!isCut || i <= from) continue;
    // A tensor is a cut where nothing before it is read behind it.
    const given = front === null ? [] : [front];
    const ops = opsOf(
      { terms, results: [order[i]] },
      reachedIn({ terms, results: [order[i]] }, given),
    ).length;
    if (ops > partOps && last !== null) return [last];
    last = order[i];
    if (ops > partOps) return [last];
  }
  const rest = opsOf(graph, reachedIn(graph, front === null ? [] : [front])).length;
  return last !== null && rest > partOps ? [last] : results;
}

interface Part {
  readonly graph: TermGraph;
  toWhole(term: number): number;
}

function partOf(whole: Terms, front: number | null, results: readonly number[]): Part {
  const terms = new Terms();
  const inPart = new Map<number, number>();
  const inWhole = new Map<number, number>();
  if (front !== null) {
    const leaf = terms.whole(IN_FRONT, 0, [], whole.at(front).shape);
    inPart.set(front, leaf);
    inWhole.set(leaf, front);
  }
  const { order } = reachedIn({ terms: whole, results }, front === null ? [] : [front]);
  for (const number of order) inPart.set(number, copied(whole, number, terms, inPart));
  const toWhole = (number: number): number => {
    const known = inWhole.get(number);
    if (known !== undefined) return known;
    for (const input of terms.at(number).inputs) toWhole(input);
    const made = copied(terms, number, whole, inWhole);
    inWhole.set(number, made);
    return made;
  };
  return { graph: { terms, results: results.map((result) => inPart.get(result)!) }, toWhole };
}

/** The same term among others, whose inputs are there already. */
function copied(from: Terms, number: number, to: Terms, known: ReadonlyMap<number, number>): number {
  const { operator, attributes, inputs, shape } = from.at(number);
  if (operator === "weight") return to.weight(attributes[0], attributes[1], shape);
  const own = inputs.map((input) => known.get(input)!);
  if (operator === "whole") return to.whole(attributes[0], attributes[1], own, shape);
  return to.apply(operator as OperatorName, attributes, own)!;
}
