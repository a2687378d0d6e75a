/**
 * `Terms`: tensors as terms over the operators of operators.ts, each kept once. Equal terms have
 * one number, so two graphs are equal where their results have the same numbers.
 *
 * A leaf is a `weight` of an op, or an output of an op that is kept `whole` because no operator
 * describes it.
 */
import { type OperatorName, operatorOf, type Shape } from "./operators.ts";

export interface Term {
  readonly operator: OperatorName | "weight" | "whole";
  /** Of a leaf: the op, then the number of its weights or its output port. */
  readonly attributes: readonly number[];
  readonly inputs: readonly number[];
  readonly shape: Shape;
  /** Known before the network runs: made of weights alone. */
  readonly isWeight: boolean;
  /** Depends on the structure alone, not on when the term was made. */
  readonly hash: number;
}

/** The inputs of these are in ascending order of their hashes. */
const commutative: ReadonlySet<Term["operator"]> = new Set(["add", "mul"]);

export class Terms {
  private readonly terms: Term[] = [];
  private readonly numbers = new Map<string, number>();

  at(number: number): Term {
    return this.terms[number];
  }

  weight(op: number, index: number, shape: Shape): number {
    return this.add({ operator: "weight", attributes: [op, index], inputs: [], shape, isWeight: true });
  }

  whole(op: number, port: number, inputs: readonly number[], shape: Shape): number {
    return this.add({ operator: "whole", attributes: [op, port], inputs, shape, isWeight: false });
  }

  /** Null where the operator does not suit the inputs, or an input of its weights is none. */
  apply(operator: OperatorName, attributes: readonly number[], inputs: readonly number[]): number | null {
    const { weights, shape } = operatorOf(operator);
    if (weights.some((i) => !this.terms[inputs[i]].isWeight)) return null;
    const made = shape(
      inputs.map((input) => this.terms[input].shape),
      attributes,
    );
    if (made === null) return null;
    const isWeight = inputs.every((input) => this.terms[input].isWeight);
    return this.add({ operator, attributes, inputs, shape: made, isWeight });
  }

  /** The term with other inputs of the same shapes. */
  withInputs(number: number, inputs: readonly number[]): number {
    const { hash: _, ...term } = this.terms[number];
    return inputs.every((input, i) => input === term.inputs[i]) ? number : this.add({ ...term, inputs });
  }

  private add(given: Omit<Term, "hash">): number {
    const inputs = commutative.has(given.operator) ? this.ascending(given.inputs) : given.inputs;
    const term = { ...given, inputs, hash: this.hashOf(given, inputs) };
    const key = `${term.operator}:${term.attributes.join()}:${term.inputs.join()}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.terms.push(term);
    this.numbers.set(key, this.terms.length - 1);
    return this.terms.length - 1;
  }

  private ascending(inputs: readonly number[]): readonly number[] {
    return [...inputs].sort((a, b) => this.terms[a].hash - this.terms[b].hash || a - b);
  }

  private hashOf({ operator, attributes }: Pick<Term, "operator" | "attributes">, inputs: readonly number[]) {
    let hash = 0x811c9dc5;
    const mix = (value: number) => {
      hash = Math.imul(hash ^ value, 0x01000193);
      hash ^= hash >>> 15;
    };
    for (const letter of operator) mix(letter.charCodeAt(0));
    for (const value of attributes) mix(2 * value);
    for (const input of inputs) mix(this.terms[input].hash);
    return hash >>> 0;
  }
}

/** A graph: the terms of its results. */
export interface TermGraph {
  readonly terms: Terms;
  readonly results: readonly number[];
}

export interface Reached {
  /** All terms of the graph, inputs before what reads them. */
  readonly order: readonly number[];
  /** Terms of the graph that read each one, once for each input. */
  readonly readers: ReadonlyMap<number, readonly number[]>;
}

/** Without `given` terms and what is before them. */
export function reachedIn({ terms, results }: TermGraph, given: readonly number[] = []): Reached {
  const order: number[] = [];
  const readers = new Map<number, number[]>(given.map((number) => [number, []]));
  const seen = new Set<number>(given);
  // A stack of its own: unrolled networks are deeper than the call stack.
  const stack: number[] = [...results].reverse();
  while (stack.length > 0) {
    const number = stack[stack.length - 1];
    if (seen.has(number)) {
      stack.pop();
      continue;
    }
    const { inputs } = terms.at(number);
    const open = inputs.filter((input) => !seen.has(input));
    if (open.length > 0) {
      for (const input of open.reverse()) stack.push(input);
      continue;
    }
    stack.pop();
    seen.add(number);
    order.push(number);
    readers.set(number, []);
    for (const input of inputs) readers.get(input)!.push(number);
  }
  return { order, readers };
}
