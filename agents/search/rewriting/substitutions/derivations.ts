/**
 * Whether a substitution is two others in turn, over a graph that has no more operators than the
 * larger of its sides. Searches reach what such substitutions reach, so they are left out. One that
 * leads across a larger graph is kept, since a search that refuses it could not go there.
 */
import { placesOf, replaced, siteOf } from "../../../../env/model/graph/rewriting/places.ts";
import type { Substitution } from "../../../../env/model/graph/rewriting/substitution.ts";
import { reachedIn, type TermGraph, Terms } from "../../../../env/model/graph/rewriting/terms.ts";
import type { Rng } from "../../../../env/model/rng.ts";
import { instanceOf } from "./instances.ts";

/** Also true of a substitution without instances, which has no use. */
export function isDerived(substitution: Substitution, known: readonly Substitution[], rng: Rng): boolean {
  const sides = sidesOf(substitution, rng);
  if (sides === null) return true;
  const [from, to] = sides;
  const most = Math.max(operatorsOf(from), operatorsOf(to));
  const reach = new Set(next(from, known, most).map(keyOf));
  const goal = keyOf(to);
  if (reach.has(goal)) return true;
  return next(to, known, most).some((graph) => reach.has(keyOf(graph)));
}

/** Both sides as graphs; variables are weights, so that they may be inputs of any operator. */
function sidesOf({ nodes, sources, targets }: Substitution, rng: Rng): [TermGraph, TermGraph] | null {
  const instance = instanceOf({ nodes, sources, targets, text: "" }, rng, "generic");
  if (instance === null) return null;
  const terms = new Terms();
  const numbers: number[] = [];
  nodes.forEach(({ operator, inputs }, node) => {
    const { attributes, shape } = instance[node];
    const own = inputs.map((input) => numbers[input]);
    numbers.push(operator === null ? terms.weight(node, 0, shape) : terms.apply(operator, attributes, own)!);
  });
  const graph = (results: readonly number[]): TermGraph => ({
    terms,
    results: results.map((result) => numbers[result]),
  });
  return [graph(sources), graph(targets)];
}

const next = (graph: TermGraph, known: readonly Substitution[], most: number): TermGraph[] => {
  const site = siteOf(graph);
  return known.flatMap((each) =>
    placesOf(site, each)
      .map((place) => replaced(site, place).graph)
      .filter((made) => operatorsOf(made) <= most),
  );
};

const keyOf = ({ results }: TermGraph): string => results.join();

/** Both halves of a split are one. */
function operatorsOf(graph: TermGraph): number {
  const { order } = reachedIn(graph);
  const found = new Set(
    order.flatMap((number) => {
      const { operator, attributes, inputs } = graph.terms.at(number);
      if (operator === "weight" || operator === "whole") return [];
      const isHalf = operator === "split0" || operator === "split1";
      return [isHalf ? `split ${attributes.join()} ${inputs.join()}` : String(number)];
    }),
  );
  return found.size;
}
