/**
 * Instances of a substitution: random shapes and random whole numbers for its variables, and the
 * results of both sides (env/model/graph/rewriting/execute.ts).
 */
import { type Size, settled } from "../../../../env/model/graph/rewriting/dimensions.ts";
import {
  equalNumbers,
  execute,
  type Numbers,
  randomNumbers,
} from "../../../../env/model/graph/rewriting/execute.ts";
import {
  type AttributeKind,
  functions,
  type OperatorName,
  operatorOf,
  type Shape,
} from "../../../../env/model/graph/rewriting/operators.ts";
import {
  type PatternNode,
  type Substitution,
  variableKind,
} from "../../../../env/model/graph/rewriting/substitution.ts";
import type { Rng } from "../../../../env/model/rng.ts";

/** Draws of shapes before a substitution counts as one without instances. */
const TRIES = 200;

/** Sizes that are equal by chance are as good as never among so many. */
const GENERIC = 1_000_000;

/** Functions that fused operators have as well. */
const FUSED = ["Relu", "Tanh", "Sigmoid"].map((name) =>
  functions.indexOf(name as (typeof functions)[number]),
);

/** A node of an instance: a variable without attributes, or an operator. */
export interface InstanceNode {
  readonly attributes: readonly number[];
  readonly shape: Shape;
}

/** Small sizes to compute with, or large ones that are equal only where they have to be. */
export type SizeRange = "small" | "generic";

/** On how many of `count` instances both sides agree; null where there are no instances. */
export function agreement(substitution: Substitution, count: number, rng: Rng): number | null {
  let equal = 0;
  for (let i = 0; i < count; i++) {
    const instance = instanceOf(substitution, rng, "small");
    if (instance === null) return null;
    const values = executed(substitution, instance, rng);
    const { sources, targets } = substitution;
    equal += Number(sources.every((source, r) => equalNumbers(values[source], values[targets[r]])));
  }
  return equal;
}

/** Random shapes and attributes of all nodes; null where none that suit were found. */
export function instanceOf({ nodes }: Substitution, rng: Rng, range: SizeRange): InstanceNode[] | null {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const instance = tried(nodes, new Drawn(rng, range));
    if (instance !== null) return instance;
  }
  return null;
}

function tried(nodes: readonly PatternNode[], drawn: Drawn): InstanceNode[] | null {
  const instance: InstanceNode[] = [];
  for (const node of nodes) {
    if (node.operator === null) {
      const shape = drawn.variable(node);
      if (shape.some((size) => size < 1)) return null;
      instance.push({ attributes: [], shape });
      continue;
    }
    const inputs = node.inputs.map((input) => instance[input].shape);
    const attributes = drawn.attributes(node.operator, node, inputs);
    const shape = operatorOf(node.operator).shape(inputs, attributes);
    if (shape === null) return null;
    instance.push({ attributes, shape });
  }
  return instance;
}

/** Random whole numbers for the variables, and what the nodes make of them. */
function executed({ nodes }: Substitution, instance: readonly InstanceNode[], rng: Rng): Numbers[] {
  const values: Numbers[] = [];
  nodes.forEach(({ operator, inputs }, node) => {
    const { attributes, shape } = instance[node];
    const own = inputs.map((input) => values[input]);
    values.push(operator === null ? randomNumbers(shape, rng) : execute(operator, own, attributes, shape));
  });
  return values;
}

/** Sizes and attributes of one instance, drawn when they are first asked for. */
class Drawn {
  readonly rng: Rng;
  private readonly sizes = new Map<Size, number>();
  private readonly stride: number;
  private readonly offset: number;
  private readonly pool: { readonly kernel: number; readonly stride: number; readonly padding: number };
  private readonly function: number;
  /** The axis that rows have in front, and whether the instance has any. */
  private readonly front: number;
  private readonly hasFront: boolean;

  private readonly range: SizeRange;

  constructor(rng: Rng, range: SizeRange) {
    this.rng = rng;
    this.range = range;
    this.stride = 1 + rng.int(2);
    this.offset = -rng.int(2);
    const kernel = 1 + rng.int(3);
    this.pool = { kernel, stride: 1 + rng.int(2), padding: rng.int(Math.floor(kernel / 2) + 1) };
    this.function = FUSED[rng.int(FUSED.length)];
    this.front = 1 + rng.int(2);
    this.hasFront = rng.int(2) === 1;
  }

  variable({ text, shape }: PatternNode): number[] {
    const kind = variableKind(text)!;
    const own = shape.map((size, axis) => {
      const isWindowed = axis >= 2;
      if (kind === "image" && isWindowed) return this.value(size, this.image);
      if (kind === "filters" && isWindowed) return this.value(size, this.kernel);
      return this.value(size, this.channels);
    });
    return kind === "rows" && this.hasFront && this.rng.int(2) === 1 ? [this.front, ...own] : own;
  }

  private readonly channels = () => 1 + this.rng.int(this.range === "small" ? 3 : GENERIC);
  private readonly image = () => 3 + this.rng.int(this.range === "small" ? 3 : GENERIC);
  private readonly kernel = () => 1 + 2 * this.rng.int(this.range === "small" ? 2 : GENERIC);

  attributes(operator: OperatorName, { axis, at }: PatternNode, [x]: readonly Shape[]): number[] {
    const of: Readonly<Record<AttributeKind, () => readonly number[]>> = {
      axis: () => [axis],
      at: () => [this.value(at!, this.channels)],
      function: () => [this.function],
      windows: () => [this.stride, this.stride, this.offset, this.offset],
      pool: () => {
        const { kernel, stride, padding } = this.pool;
        const [height, width] = x.slice(2).map((size) => this.pooled(size));
        return [kernel, kernel, stride, stride, padding, padding, height, width];
      },
    };
    return operatorOf(operator).attributes.flatMap((kind) => of[kind]());
  }

  private pooled(size: number): number {
    const { kernel, stride, padding } = this.pool;
    return Math.max(1, Math.floor((size + 2 * padding - kernel) / stride) + 1);
  }

  private value(size: Size, draw: () => number): number {
    const at = settled(size);
    const known = this.sizes.get(at);
    if (known !== undefined) return known;
    const value = at.of === null ? draw() : this.made(at.of, draw);
    this.sizes.set(at, value);
    return value;
  }

  private made({ made, parts }: NonNullable<Size["of"]>, draw: () => number): number {
    if (made === "sum") return this.value(parts[0], draw) + this.value(parts[1], draw);
    const fine = this.value(parts[0], this.image);
    return made === "pool" ? this.pooled(fine) : Math.floor((fine - 1 + 2 * this.offset) / this.stride) + 1;
  }
}
