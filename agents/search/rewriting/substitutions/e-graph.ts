/**
 * An e-graph: sets of terms that are known to be equal, closed under the operators. Source: Nelson
 * and Oppen, JACM 1980; Willsey et al. (egg), POPL 2021, whose rebuilding this is.
 *
 * Classes have shapes, so that axes and places of splits are numbers.
 */
import { learn, type Size, type Sizes, sizeValue } from "../../../../env/model/graph/rewriting/dimensions.ts";
import {
  type AttributeKind,
  attributeSizes,
  type OperatorName,
  operatorOf,
  type Shape,
} from "../../../../env/model/graph/rewriting/operators.ts";
import {
  type Substitution,
  variableAxes,
  variableKind,
} from "../../../../env/model/graph/rewriting/substitution.ts";

interface ENode {
  /** Null for a variable, whose name is the first attribute. */
  readonly operator: OperatorName | null;
  readonly attributes: readonly (number | string)[];
  readonly inputs: readonly number[];
}

interface EClass {
  readonly shape: Shape;
  readonly nodes: ENode[];
}

/** Classes of the nodes of a pattern, and what its terms share. */
interface Match {
  readonly classes: readonly number[];
  readonly shared: ReadonlyMap<AttributeKind, readonly number[]>;
  /** Where its splits divide their axes. */
  readonly splits: readonly (readonly [at: Size, value: number])[];
}

export class EGraph {
  private readonly parent: number[] = [];
  private readonly classes = new Map<number, EClass>();
  private known = new Map<string, number>();

  get size(): number {
    return this.known.size;
  }

  find(number: number): number {
    let root = number;
    while (this.parent[root] !== root) root = this.parent[root];
    this.parent[number] = root;
    return root;
  }

  variable(name: string, shape: Shape): number {
    return this.add({ operator: null, attributes: [name], inputs: [] }, shape);
  }

  /** Null where the operator does not suit the inputs. */
  apply(operator: OperatorName, attributes: readonly number[], inputs: readonly number[]): number | null {
    const own = inputs.map((input) => this.find(input));
    const shape = operatorOf(operator).shape(
      own.map((input) => this.classes.get(input)!.shape),
      attributes,
    );
    return shape === null ? null : this.add({ operator, attributes, inputs: own }, shape);
  }

  /** Makes every instance of the equations equal, both ways, once. */
  saturateOnce(equations: readonly Equation[], limit: number): void {
    const found = equations.map((equation) => this.matchesOf(equation));
    const pairs: (readonly [number, number])[] = [];
    equations.forEach((equation, i) => {
      for (const { root, match } of found[i]) {
        if (this.size > limit) break;
        const made = this.build(equation, match);
        if (made !== null) pairs.push([root, made]);
      }
    });
    for (const [a, b] of pairs) this.merge(a, b);
    this.rebuild();
  }

  private add(node: ENode, shape: Shape): number {
    const key = keyOf(node);
    const known = this.known.get(key);
    if (known !== undefined) return this.find(known);
    const number = this.parent.length;
    this.parent.push(number);
    this.classes.set(number, { shape, nodes: [node] });
    this.known.set(key, number);
    return number;
  }

  /** Terms of other shapes are never equal. */
  private merge(first: number, second: number): void {
    const [a, b] = [this.find(first), this.find(second)];
    if (a === b) return;
    const [kept, gone] = [this.classes.get(a)!, this.classes.get(b)!];
    if (kept.shape.join() !== gone.shape.join()) return;
    this.parent[b] = a;
    kept.nodes.push(...gone.nodes);
    this.classes.delete(b);
  }

  /** Restores that equal inputs make equal terms. */
  private rebuild(): void {
    for (let isNew = true; isNew; ) {
      isNew = false;
      this.known = new Map();
      for (const [number, { nodes }] of [...this.classes]) {
        if (this.find(number) !== number) continue;
        const own = new Map(
          nodes.map((node) => {
            const current = { ...node, inputs: node.inputs.map((input) => this.find(input)) };
            return [keyOf(current), current] as const;
          }),
        );
        nodes.splice(0, nodes.length, ...own.values());
        for (const key of own.keys()) {
          const other = this.known.get(key);
          if (other !== undefined && this.find(other) !== this.find(number)) {
            this.merge(other, number);
            isNew = true;
          }
          this.known.set(key, this.find(number));
        }
      }
    }
  }

  private matchesOf({ nodes, from }: Equation): { readonly root: number; readonly match: Match }[] {
    const start: Match = { classes: nodes.map(() => -1), shared: new Map(), splits: [] };
    return [...this.classes.keys()].flatMap((root) =>
      this.matches(nodes, start, from, root).map((match) => ({ root, match })),
    );
  }

  private matches(nodes: Equation["nodes"], match: Match, node: number, number: number): Match[] {
    const root = this.find(number);
    const { operator, axis, inputs, text, at } = nodes[node];
    if (match.classes[node] !== -1) return match.classes[node] === root ? [match] : [];
    const { shape, nodes: members } = this.classes.get(root)!;
    const classes = match.classes.with(node, root);
    if (operator === null) {
      const kind = variableKind(text)!;
      const fits = shape.length === variableAxes[kind] || (kind === "rows" && shape.length === 3);
      return fits ? [{ ...match, classes }] : [];
    }
    return members.flatMap((member) => {
      if (member.operator !== operator) return [];
      const attributes = member.attributes as readonly number[];
      const shared = withShared(match.shared, operator, attributes, axis);
      if (shared === null) return [];
      return inputs.reduce<Match[]>(
        (found, input, i) => found.flatMap((each) => this.matches(nodes, each, input, member.inputs[i])),
        [{ classes, shared, splits: at === null ? match.splits : [...match.splits, [at, attributes[1]]] }],
      );
    });
  }

  /** The class of the other side; null where it has no shape, or a variable that is not known. */
  private build({ nodes, to }: Equation, { classes, shared, splits }: Match): number | null {
    const sizes: Sizes = new Map();
    if (!splits.every(([at, value]) => learn(sizes, at, value))) return null;
    for (const [node, number] of classes.entries()) {
      if (number === -1) continue;
      const own = this.classes.get(this.find(number))!.shape;
      const front = own.length - nodes[node].shape.length;
      if (!nodes[node].shape.every((size, axis) => learn(sizes, size, own[axis + front]))) return null;
    }
    const built = [...classes];
    const make = (node: number): number | null => {
      if (built[node] !== -1) return built[node];
      const { operator, axis, inputs, at } = nodes[node];
      if (operator === null) return null;
      const attributes = operatorOf(operator).attributes.flatMap((kind) => {
        if (kind === "axis") return [axis];
        return kind === "at" ? [sizeValue(sizes, at!)] : [...(shared.get(kind) ?? [undefined])];
      });
      if (attributes.includes(undefined)) return null;
      const own = inputs.map(make);
      if (own.includes(null)) return null;
      const made = this.apply(operator, attributes as number[], own as number[]);
      if (made !== null) built[node] = made;
      return made;
    };
    return make(to);
  }
}

/** One direction of an equation of two terms. */
export interface Equation {
  readonly nodes: Substitution["nodes"];
  readonly from: number;
  readonly to: number;
}

export const equationsOf = ({ nodes, sources: [a], targets: [b] }: Substitution): Equation[] => [
  { nodes, from: a, to: b },
  { nodes, from: b, to: a },
];

const keyOf = ({ operator, attributes, inputs }: ENode): string =>
  `${operator}:${attributes.join()}:${inputs.join()}`;

function withShared(
  shared: Match["shared"],
  operator: OperatorName,
  attributes: readonly number[],
  axis: number,
): Match["shared"] | null {
  let result = shared;
  let from = 0;
  for (const kind of operatorOf(operator).attributes) {
    const values = attributes.slice(from, from + attributeSizes[kind]);
    from += attributeSizes[kind];
    if (kind === "axis" && values[0] !== axis) return null;
    if (kind === "axis" || kind === "at") continue;
    const known = result.get(kind);
    if (known === undefined) result = new Map([...result, [kind, values]]);
    else if (known.join() !== values.join()) return null;
  }
  return result;
}
