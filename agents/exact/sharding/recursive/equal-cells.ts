/**
 * Time steps of recurrent cells as one, the coarsening that Tofu owes its speed on such networks
 * (Wang et al., EuroSys 2019): all steps of a cell share one strategy.
 *
 * Groups of one form that read the same weights are the steps of a cell. Then what they read and
 * make is alike too, and so are the groups that made it, as far as their forms are equal. What a
 * first step reads in place of a step before it, such as a state of zeros, stays by itself. So do
 * ops of the first and last step that lack a gradient.
 *
 * Post: members of a class have tensors of equal shapes, and the same uses of them in order.
 */
import type { OpGraph } from "../../../../env/model/graph/graph.ts";
import { dataEdges } from "../../../../env/model/plan/sharding.ts";
import type { TensorGroups } from "./partition-graph.ts";
import type { PartitionGraph, TensorUse } from "./partition-step.ts";

export interface EqualCells {
  /** The classes as a graph: uses of all members of a class. */
  readonly graph: PartitionGraph;
  readonly classOfTensor: Int32Array;
  readonly classOfGroup: Int32Array;
  /** First member of each class. */
  readonly firstTensors: Int32Array;
  readonly firstGroups: Int32Array;
}

export function equalCells(graph: OpGraph, groups: TensorGroups): EqualCells {
  const forms = groups.groups.map((uses) => formOf(groups, uses));
  const makers = makersOf(groups);
  /** Whether two tensors are outputs of one number of groups of one form, or of no group at all. */
  const isMadeAlike = (one: number, other: number): boolean => {
    const [a, b] = [makers[one], makers[other]];
    if (a === null || b === null) return a === b;
    return a.output === b.output && forms[a.group] === forms[b.group];
  };
  const tensorSets = disjointSets(groups.tensorCount);
  const groupSets = disjointSets(groups.groups.length);
  const waiting = stepsOf(groups, forms, sharedWeights(graph, groups));
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const [a, b] = pair;
    if (!groupSets.join(a, b)) continue;
    groups.groups[a].forEach(({ tensor }, use) => {
      const other = groups.groups[b][use].tensor;
      if (!isMadeAlike(tensor, other) || !tensorSets.join(tensor, other)) return;
      const [maker, otherMaker] = [makers[tensor], makers[other]];
      if (maker !== null && otherMaker !== null) waiting.push([maker.group, otherMaker.group]);
    });
  }
  return quotient(groups, tensorSets.classes(), groupSets.classes());
}

/** Tensors that ops without inputs make of parameters: weights that several ops may read. */
function sharedWeights(graph: OpGraph, { madeBy }: TensorGroups): ReadonlySet<number> {
  const isSource = (v: number) => graph.parameterBytes[v] > 0 && dataEdges(graph, v).length === 0;
  return new Set(madeBy.flatMap((tensors, v) => (isSource(v) ? tensors : [])));
}

/** The group that makes a tensor in its forward op, and as which output. */
type Maker = { readonly group: number; readonly output: number } | null;

function makersOf({ tensorCount, leaders, madeBy }: TensorGroups): readonly Maker[] {
  const makers = new Array<Maker>(tensorCount).fill(null);
  leaders.forEach((leader, group) => {
    madeBy[leader].forEach((tensor, output) => {
      makers[tensor] = { group, output };
    });
  });
  return makers;
}

/** Equal for groups that use tensors of the same shapes in the same way, in the same order. */
const formOf = ({ tensors }: TensorGroups, uses: readonly TensorUse[]): string =>
  JSON.stringify(uses.map(({ tensor, axisOf, sums }) => [tensors[tensor].shape, axisOf, sums ?? null]));

/** Pairs of groups of one form that read the same weights at the same place. */
function stepsOf(
  { groups }: TensorGroups,
  forms: readonly string[],
  weights: ReadonlySet<number>,
): [number, number][] {
  const firsts = new Map<string, number>();
  const pairs: [number, number][] = [];
  for (const [group, uses] of groups.entries())
    for (const [use, { tensor, sums }] of uses.entries()) {
      if (sums !== undefined || !weights.has(tensor)) continue;
      const key = `${tensor} ${use} ${forms[group]}`;
      const first = firsts.get(key);
      if (first === undefined) firsts.set(key, group);
      else pairs.push([first, group]);
    }
  return pairs;
}

interface Classes {
  readonly of: Int32Array;
  readonly firsts: Int32Array;
}

function quotient({ groups }: TensorGroups, tensors: Classes, own: Classes): EqualCells {
  const merged: TensorUse[][] = Array.from(own.firsts, () => []);
  groups.forEach((uses, group) => {
    for (const use of uses) merged[own.of[group]].push({ ...use, tensor: tensors.of[use.tensor] });
  });
  return {
    graph: { tensorCount: tensors.firsts.length, groups: merged },
    classOfTensor: tensors.of,
    classOfGroup: own.of,
    firstTensors: tensors.firsts,
    firstGroups: own.firsts,
  };
}

function disjointSets(count: number) {
  const parent = Int32Array.from({ length: count }, (_, i) => i);
  const find = (member: number): number => {
    let root = member;
    while (parent[root] !== root) root = parent[root];
    return root;
  };
  return {
    /** Whether they were in two sets. The lowest member leads the set. */
    join(a: number, b: number): boolean {
      const [one, other] = [find(a), find(b)];
      if (one === other) return false;
      parent[Math.max(one, other)] = Math.min(one, other);
      return true;
    },
    classes(): Classes {
      const firsts = [...parent.keys()].filter((member) => find(member) === member);
      const numberOf = new Map(firsts.map((first, number) => [first, number]));
      const of = Int32Array.from(parent.keys(), (member) => numberOf.get(find(member))!);
      return { of, firsts: Int32Array.from(firsts) };
    },
  };
}
