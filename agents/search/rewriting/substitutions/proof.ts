/**
 * Proves a substitution from the properties of the operators, by equality saturation (Tate et al.,
 * POPL 2009) in place of TASO's first-order theorem prover. Sizes are as different as they can be.
 */

import type { Substitution } from "../../../../env/model/graph/rewriting/substitution.ts";
import type { Rng } from "../../../../env/model/rng.ts";
import { EGraph, equationsOf } from "./e-graph.ts";
import { instanceOf } from "./instances.ts";
import { properties } from "./properties.ts";

/** Rounds of the properties, and terms, after which a substitution counts as not proven. */
const ROUNDS = 4;
const MOST_TERMS = 4_000;

const equations = properties.flatMap(equationsOf);

export function isProven(substitution: Substitution, rng: Rng): boolean {
  const instance = instanceOf(substitution, rng, "generic");
  if (instance === null) return false;
  const { nodes, sources, targets } = substitution;
  const graph = new EGraph();
  const numbers: number[] = [];
  nodes.forEach(({ operator, inputs, text }, node) => {
    const { attributes, shape } = instance[node];
    const own = inputs.map((input) => numbers[input]);
    numbers.push(operator === null ? graph.variable(text, shape) : graph.apply(operator, attributes, own)!);
  });
  const isEqual = () =>
    sources.every((source, i) => graph.find(numbers[source]) === graph.find(numbers[targets[i]]));
  for (let round = 0; round < ROUNDS && !isEqual() && graph.size <= MOST_TERMS; round++)
    graph.saturateOnce(equations, MOST_TERMS);
  return isEqual();
}
