/**
 * The steps that change a tensor's layout, and what each rank sends for one. All but `slice` are
 * collectives of groups of ranks that differ in the step's mesh axes alone.
 *
 *   step            from -> to                                       elements a rank of n sends
 *   slice           a whole axis is divided                          0
 *   all-gather      minor mesh axes of a tensor axis go              (n - 1) x its part
 *   all-reduce      partial sums over axes are added up              2 (n - 1) / n x its part
 *   reduce-scatter  the same, and a tensor axis is divided           (n - 1) x its new part
 *   all-to-all      minor mesh axes go to another tensor axis        (n - 1) x the common part
 *   permute         the same parts on other ranks                    its part
 *   exchange        parts of other lengths, or with rows of others   what others lack
 *
 * A gather or scatter over several mesh axes counts what one over each axis in turn would send. On
 * padded parts that is less than (n - 1) times. Where a layout lists ranges, the amount is that of
 * the rank that sends most.
 *
 * Source of the amounts: the ring and pairwise algorithms (Thakur, Rabenseifner and Gropp,
 * "Optimization of Collective Communication Operations in MPICH", IJHPCA 2005).
 */
import { blockOf, elementsIn, type Layout, localElements, localShape, partLength } from "./layout.ts";
import { countAlong, groupsAlong, type MeshSizes } from "./mesh.ts";
import { lengthOf, passedRows, rangesOr } from "./ranges.ts";

export const stepKinds = [
  "slice",
  "all-gather",
  "all-reduce",
  "reduce-scatter",
  "all-to-all",
  "permute",
  "exchange",
] as const;
export type StepKind = (typeof stepKinds)[number];

export interface ReshardStep {
  readonly kind: StepKind;
  /** Mesh axes along which ranks form a group. */
  readonly group: readonly number[];
  readonly from: Layout;
  readonly to: Layout;
}

/** Elements that a rank sends in a step, padded. */
export function sentElements(
  { kind, group, from, to }: ReshardStep,
  shape: readonly number[],
  sizes: MeshSizes,
): number {
  const count = countAlong(group, sizes);
  if (kind === "exchange" || from.ranges !== undefined || to.ranges !== undefined)
    return mostSent({ kind, group, from, to }, shape, sizes);
  if (group.length > 1 && (kind === "all-gather" || kind === "reduce-scatter"))
    return axisByAxis({ kind, group, from, to }).reduce(
      (sum, step) => sum + sentElements(step, shape, sizes),
      0,
    );
  switch (kind) {
    case "slice":
      return 0;
    case "all-gather":
      return (count - 1) * localElements(shape, from, sizes);
    case "all-reduce":
      // Exact where the part divides evenly, so that equal amounts compare as such.
      return (2 * (count - 1) * localElements(shape, from, sizes)) / count;
    case "reduce-scatter":
      return (count - 1) * localElements(shape, to, sizes);
    case "all-to-all":
      return (count - 1) * commonElements({ group, from, to }, shape, sizes);
    case "permute":
      return localElements(shape, from, sizes);
  }
}

/** The mesh axes of a gather or scatter as they divide the tensor, the major one first. */
export function dividingOrder({ kind, group, from, to }: ReshardStep): number[] {
  const { axes } = kind === "all-gather" ? from : to;
  return axes.find((own) => own.includes(group[0]))!.filter((axis) => group.includes(axis));
}

/** A gather or scatter over several mesh axes as steps over one each. Pre: equal parts. */
export function axisByAxis({ kind, group, from, to }: ReshardStep): readonly ReshardStep[] {
  const isGather = kind === "all-gather";
  const divided = (isGather ? from : to).axes;
  const axis = divided.findIndex((own) => own.includes(group[0]));
  const inOrder = dividingOrder({ kind, group, from, to });
  const layouts = [isGather ? to : from];
  inOrder.forEach((_, i) => {
    const gone = isGather ? [] : inOrder.slice(0, i + 1);
    const kept = divided[axis].slice(0, divided[axis].length - inOrder.length + i + 1);
    layouts.push({
      axes: divided.map((own, t) => (t === axis ? kept : own)),
      partial: from.partial.filter((each) => !gone.includes(each)),
    });
  });
  const steps = inOrder.map((each, i) => ({
    kind,
    group: [each],
    from: layouts[isGather ? i + 1 : i],
    to: layouts[isGather ? i : i + 1],
  }));
  return isGather ? steps.reverse() : steps;
}

/** What two ranks exchange in an all-to-all, padded: an old part, divided as the new ones. */
export function commonElements(
  { group, from, to }: Pick<ReshardStep, "group" | "from" | "to">,
  shape: readonly number[],
  sizes: MeshSizes,
): number {
  const local = localShape(shape, from, sizes);
  const isNew = (own: readonly number[], t: number): boolean =>
    own.includes(group[0]) && !from.axes[t].includes(group[0]);
  const target = to.axes.findIndex(isNew);
  const added = to.axes[target].filter((axis) => group.includes(axis));
  local[target] = partLength(local[target], added, sizes);
  return elementsIn(local);
}

/** Elements that a member of a group sends another one. */
export interface PairSend {
  readonly from: number;
  readonly to: number;
  readonly elements: number;
}

/** What members of a group send each other in an exchange or an all-to-all, by their places. */
export function pairSends(
  { kind, from, to }: Pick<ReshardStep, "kind" | "from" | "to">,
  group: readonly number[],
  shape: readonly number[],
  sizes: MeshSizes,
): PairSend[] {
  if (kind === "exchange") {
    const t = exchangedAxis({ from, to });
    const rest = blockOf(shape, from, sizes, group[0]).reduce(
      (product, range, other) => (other === t ? product : product * lengthOf(range)),
      1,
    );
    const rangesIn = ({ axes, ranges }: Layout) => rangesOr(ranges?.[t], shape[t], axes[t], sizes);
    return passedRows(rangesIn(from), rangesIn(to)).map(({ rows, ...pair }) => ({
      ...pair,
      elements: rows * rest,
    }));
  }
  const held = group.map((rank) => blockOf(shape, from, sizes, rank));
  const wanted = group.map((rank) => blockOf(shape, to, sizes, rank));
  const common = (sender: number, receiver: number): number =>
    held[sender].reduce(
      (product, own, t) =>
        product *
        lengthOf({
          from: Math.max(own.from, wanted[receiver][t].from),
          to: Math.min(own.to, wanted[receiver][t].to),
        }),
      1,
    );
  return group.flatMap((_, sender) =>
    group.flatMap((__, receiver) =>
      sender === receiver ? [] : [{ from: sender, to: receiver, elements: common(sender, receiver) }],
    ),
  );
}

/** The axis of the tensor whose ranges an exchange changes. */
const exchangedAxis = ({ from, to }: Pick<ReshardStep, "from" | "to">): number =>
  from.axes.findIndex((_, t) => (from.ranges?.[t] ?? null) !== (to.ranges?.[t] ?? null));

/** Elements that each rank holds, without padding. */
const heldElements = (shape: readonly number[], layout: Layout, sizes: MeshSizes, rank: number): number =>
  elementsIn(blockOf(shape, layout, sizes, rank).map(lengthOf));

/** Elements of the rank that sends most. */
function mostSent(step: ReshardStep, shape: readonly number[], sizes: MeshSizes): number {
  const { kind, group, from, to } = step;
  if (kind === "slice") return 0;
  let most = 0;
  for (const ranks of groupsAlong(sizes, group)) {
    const parts = ranks.map((rank) =>
      heldElements(shape, kind === "reduce-scatter" ? to : from, sizes, rank),
    );
    const all = parts.reduce((sum, each) => sum + each, 0);
    if (kind === "all-reduce") most = Math.max(most, ((2 * (ranks.length - 1)) / ranks.length) * parts[0]);
    else if (kind === "permute") most = Math.max(most, ...parts);
    else if (kind === "all-gather" || kind === "reduce-scatter")
      most = Math.max(most, all - Math.min(...parts));
    else {
      const sent = ranks.map(() => 0);
      for (const { from: place, elements } of pairSends(step, ranks, shape, sizes)) sent[place] += elements;
      most = Math.max(most, ...sent);
    }
  }
  return most;
}
