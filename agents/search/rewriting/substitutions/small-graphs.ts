/**
 * All graphs of at most so many operators over a family, and the fingerprints of their results on
 * whole numbers. No operator is there twice on the same inputs, or on a tensor and itself. Both
 * halves of a split count as one operator. Source: Jia et al. (TASO), SOSP 2019, section 3.1.
 */
import { execute, type Numbers, randomNumbers } from "../../../../env/model/graph/rewriting/execute.ts";
import { operatorOf } from "../../../../env/model/graph/rewriting/operators.ts";
import type { VariableKind } from "../../../../env/model/graph/rewriting/substitution.ts";
import type { Rng } from "../../../../env/model/rng.ts";
import type { Family, Signature } from "./families.ts";

export interface SmallTerm {
  readonly text: string;
  readonly kind: VariableKind;
  /** Null for a variable. */
  readonly signature: Signature | null;
  readonly inputs: readonly number[];
  readonly numbers: Numbers;
  readonly fingerprint: number;
  /** Names of its variables. */
  readonly variables: ReadonlySet<string>;
  readonly seams: Readonly<Record<number, number>>;
}

/** The operators of a graph: numbers of terms, ascending. */
export type SmallGraph = readonly number[];

export class SmallTerms {
  readonly list: SmallTerm[] = [];
  readonly variableCount: number;
  private readonly family: Family;
  private readonly numbers = new Map<string, number>();

  constructor(family: Family, rng: Rng) {
    this.family = family;
    for (const { name, kind, shape, seams } of family.variables) {
      const numbers = randomNumbers(shape, rng);
      this.add({ text: name, kind, signature: null, inputs: [], variables: new Set([name]), seams }, numbers);
    }
    this.variableCount = this.list.length;
  }

  /** Operators that can be added to a graph, or to none. */
  extensions(graph: SmallGraph): number[] {
    const tensors = [...Array(this.variableCount).keys(), ...graph];
    const found = new Set<number>();
    for (const signature of this.family.signatures) {
      const choices = signature.inputs.map((kind) => tensors.filter((t) => this.list[t].kind === kind));
      for (const inputs of product(choices)) {
        if (inputs.length > 1 && (isCommuted(signature, inputs) || inputs[0] === inputs[1])) continue;
        const term = this.termOf(signature, inputs);
        if (term !== null && !graph.includes(term)) found.add(term);
      }
    }
    return [...found];
  }

  /** What no operator of the graph reads. */
  results(graph: SmallGraph): number[] {
    const read = new Set(graph.flatMap((term) => this.list[term].inputs));
    return graph.filter((term) => !read.has(term));
  }

  /** A second half of a split that is there is free. */
  count(graph: SmallGraph): number {
    const isFree = (term: number) => {
      const { signature, inputs } = this.list[term];
      if (signature?.operator !== "split1") return false;
      return graph.some((other) => {
        const { signature: first, inputs: same } = this.list[other];
        return first?.operator === "split0" && first.axis === signature.axis && same[0] === inputs[0];
      });
    };
    return graph.reduce((count, term) => count + Number(!isFree(term)), 0);
  }

  /** Halves of splits whose other half alone is in the graph. */
  otherHalves(graph: SmallGraph): number[] {
    return graph.flatMap((term) => {
      const { signature, inputs } = this.list[term];
      if (signature?.operator !== "split0" && signature?.operator !== "split1") return [];
      const operator = signature.operator === "split0" ? "split1" : "split0";
      const other = this.termOf({ ...signature, operator }, inputs)!;
      return graph.includes(other) ? [] : [other];
    });
  }

  private termOf(signature: Signature, inputs: readonly number[]): number | null {
    const { operator, axis, result: kind } = signature;
    const parts = inputs.map((input) => this.list[input]);
    const isSplit = operator === "split0" || operator === "split1";
    const at = isSplit ? parts[0].seams[axis] : 0;
    if (at === undefined) return null;
    const where = operator === "concat" || isSplit ? `[${axis}]` : "";
    const text = `${operator}${where}(${parts.map((part) => part.text).join(",")})`;
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    const own = parts.map((part) => part.numbers);
    const shapes = own.map(({ shape }) => shape);
    const attributes = attributesOf(signature, at, shapes[0]);
    const shape = operatorOf(operator).shape(shapes, attributes);
    if (shape === null) return null;
    const variables = new Set(parts.flatMap((part) => [...part.variables]));
    const seams = seamsOf(signature, parts);
    const numbers = execute(operator, own, attributes, shape);
    return this.add({ text, kind, signature, inputs, variables, seams }, numbers);
  }

  private add(term: Omit<SmallTerm, "numbers" | "fingerprint">, numbers: Numbers): number {
    this.list.push({ ...term, numbers, fingerprint: fingerprintOf(numbers) });
    this.numbers.set(term.text, this.list.length - 1);
    return this.list.length - 1;
  }
}

function* product(choices: readonly (readonly number[])[]): Generator<number[]> {
  if (choices.length === 0) yield [];
  else for (const first of choices[0]) for (const rest of product(choices.slice(1))) yield [first, ...rest];
}

const isCommuted = ({ operator }: Signature, [a, b]: readonly number[]): boolean =>
  (operator === "add" || operator === "mul") && b < a;

function attributesOf({ operator, axis }: Signature, at: number, shape: readonly number[]): number[] {
  return operatorOf(operator).attributes.flatMap((kind) => {
    if (kind === "axis") return [axis];
    if (kind === "at") return [at];
    if (kind === "function") return [0];
    return kind === "windows" ? [1, 1, 0, 0] : [3, 3, 1, 1, 1, 1, shape[2], shape[3]];
  });
}

/** Where the result may be split: as its inputs may be, and where it was joined last. */
function seamsOf({ operator, axis }: Signature, parts: readonly SmallTerm[]): SmallTerm["seams"] {
  const [first, second] = parts.map((part) => part.seams);
  const without = (seams: SmallTerm["seams"]) =>
    Object.fromEntries(Object.entries(seams).filter(([at]) => Number(at) !== axis));
  if (operator === "concat") {
    const { shape } = parts[0].numbers;
    return { ...without(first), [axis]: shape[shape.length + axis] };
  }
  if (operator === "split0" || operator === "split1") return without(first);
  const chosen = (at: number, seam: number | undefined) => (seam === undefined ? {} : { [at]: seam });
  if (operator === "matmul" || operator === "matmulMap")
    return { ...chosen(-2, first[-2]), ...chosen(-1, second[-1]) };
  if (operator === "conv" || operator === "convMap") return chosen(-3, second[-4]);
  return operator === "add" || operator === "mul" ? { ...second, ...first } : first;
}

function fingerprintOf({ shape, data }: Numbers): number {
  let [low, high] = [0x811c9dc5, 0x1b873593];
  const mix = (value: number) => {
    low = Math.imul(low ^ value, 0x01000193);
    low ^= low >>> 13;
    high = Math.imul(high ^ value, 0x85ebca6b);
    high ^= high >>> 15;
  };
  shape.forEach(mix);
  data.forEach(mix);
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

/** Every graph of at most `most` operators, smaller ones first. */
export function* smallGraphs(terms: SmallTerms, most: number): Generator<SmallGraph> {
  let level: readonly SmallGraph[] = [[]];
  while (level.length > 0) {
    const seen = new Set<string>();
    const next: SmallGraph[] = [];
    for (const graph of level) {
      const isFull = graph.length >= most && terms.count(graph) === most;
      for (const term of isFull ? terms.otherHalves(graph) : terms.extensions(graph)) {
        const larger = [...graph, term].sort((a, b) => a - b);
        const key = larger.join();
        if (seen.has(key)) continue;
        seen.add(key);
        yield larger;
        if (larger.length < most || terms.otherHalves(larger).length > 0) next.push(larger);
      }
    }
    level = next;
  }
}
