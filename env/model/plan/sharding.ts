/**
 * `ShardingPlan`: the plan kind that runs every op on all devices of a mesh, each on its part. An
 * op is divided along dimensions that it iterates over. What its tensors need in between follows
 * (env/model/layout), so a plan has no word on communication beyond its algorithm.
 *
 * Sources: Jia et al. (SOAP, MLSys 2019), Xu et al. (GSPMD, arXiv 2105.04663), Rajbhandari et al.
 * (ZeRO, SC 2020). docs/sharding.md says what a plan means.
 */
import { CONTROL, type OpGraph, Role } from "../graph/graph.ts";
import type { OpIteration } from "../graph/iteration.ts";
import type { Mesh } from "../layout/mesh.ts";
import { type OpSplit, type Panels, splitByName, unsplit, usedAxes } from "../layout/natural.ts";
import type { ReductionProgram } from "../layout/reductions/steps.ts";
import { type Sync, syncs } from "./pipeline.ts";
import type { Offload } from "./sharding-fields/offload.ts";
import type { OpFields } from "./sharding-fields/op-fields.ts";

/** How ranks add up partial sums (env/sim/lower/collectives). */
export const shardingCollectives = ["ring", "tree", "halving-doubling", "hierarchical", "rails"] as const;
export type ShardingCollective = (typeof shardingCollectives)[number];

/** A program of collectives that adds up partial sums over some mesh axes. */
export interface PlanReduction {
  /** Mesh axes of the sum, ascending. */
  readonly axes: readonly number[];
  /**
   * A hierarchy of the ranks of a group, outermost level first: sizes that multiply to their
   * number. Ranks are in the order of their machines (env/model/layout/reductions/hierarchy.ts).
   */
  readonly levels: readonly number[];
  readonly steps: ReductionProgram;
}

/** An op that one rank runs whole, its gradients and update too: a table that is not divided. */
export interface OpOwner {
  readonly op: number;
  readonly rank: number;
}

/** What of the training state is divided over the ranks that would hold it alike: ZeRO's stages. */
export const zeroStages = [0, 1, 2, 3] as const;
export type ZeroStage = (typeof zeroStages)[number];

export const shardingSyncs = syncs;

export interface ShardingPlan extends OpFields {
  readonly kind: "sharding";
  readonly mesh: Mesh;
  /**
   * For each op the mesh axes that divide each of its iteration dimensions, shape [opCount]. Null
   * for an op that follows: a backward or update op its forward twin; any other is not divided.
   */
  readonly split: readonly (OpSplit | null)[];
  /** Absent for none. */
  readonly owners?: readonly OpOwner[];
  /** Absent for `ring`. */
  readonly collective?: ShardingCollective;
  /** Sums over these axes run a program in place of `collective`. Absent for none. */
  readonly reductions?: readonly PlanReduction[];
  readonly memory?: { readonly zero?: ZeroStage };
  /**
   * 1 for each forward op that ranks run once more for the backward pass, instead of keeping what
   * it made; shape [opCount]. Absent for none.
   */
  readonly recompute?: Uint8Array;
  /** What hosts hold instead of the ranks. Absent for nothing. */
  readonly offload?: Offload;
  /** Absent for `overlapped`. */
  readonly sync?: Sync;
}

/** A plan in which every device does everything. */
export const replicatedPlan = ({ opCount }: Pick<OpGraph, "opCount">, mesh: Mesh): ShardingPlan => ({
  kind: "sharding",
  mesh,
  split: new Array<null>(opCount).fill(null),
});

/** The rank that alone runs an op, its own or that of its forward twin; -1 for none. */
export function ownerOf({ role, twin }: OpGraph, { owners = [] }: Pick<ShardingPlan, "owners">, v: number) {
  const leader = role[v] === Role.forward ? v : twin[v];
  return owners.find(({ op }) => op === leader)?.rank ?? -1;
}

/** The program of a sum over these mesh axes, in any order; undefined where it has none. */
export const reductionOver = (
  { reductions }: Pick<ShardingPlan, "reductions">,
  axes: readonly number[],
): PlanReduction | undefined =>
  reductions?.find(
    (each) => each.axes.length === axes.length && each.axes.every((axis) => axes.includes(axis)),
  );

/** How an op is divided, null for one that does not say what it iterates over. */
export const splitOf = (graph: OpGraph, plan: Divided, v: number): OpSplit | null =>
  divisionOf(graph, plan, v)?.split ?? null;

/** The dimension that an op passes panel by panel, null for none. */
export const panelsOf = (graph: OpGraph, plan: Divided, v: number): Panels | null =>
  plan.panels === undefined ? null : (divisionOf(graph, plan, v)?.panels ?? null);

type Divided = Pick<ShardingPlan, "split" | "panels">;

function divisionOf(
  graph: OpGraph,
  plan: Divided,
  v: number,
): { readonly split: OpSplit; readonly panels: Panels | null } | null {
  const iteration = iterationOf(graph, v);
  if (iteration === null) return null;
  const own = plan.split[v];
  if (own !== null) return { split: own, panels: plan.panels?.find(({ op }) => op === v) ?? null };
  const twin = graph.role[v] === Role.forward ? -1 : graph.twin[v];
  const leader = twin === -1 ? null : iterationOf(graph, twin);
  const lead = twin === -1 ? null : plan.split[twin];
  if (leader === null || lead === null) return { split: unsplit(iteration), panels: null };
  const split = splitByName(leader, lead, iteration);
  const panels = panelsByName(plan, twin, leader, iteration);
  if (panels === null) return { split, panels };
  const used = usedAxes(split);
  const lying = panels.axes.filter((axis) => !used.includes(axis));
  if (lying.length === 0) return { split, panels };
  // An update has no panels to pass: each rank renews those of its own.
  return { split: split.map((axes, d) => (d === panels.dimension ? lying : axes)), panels: null };
}

/** The panels of an op's forward twin, by the name of the dimension. */
function panelsByName(
  { panels = [] }: Divided,
  twin: number,
  leader: OpIteration,
  iteration: OpIteration,
): Panels | null {
  const given = panels.find(({ op }) => op === twin);
  if (given === undefined) return null;
  const { name } = leader.dimensions[given.dimension];
  const dimension = iteration.dimensions.findIndex((own) => own.name === name);
  return dimension === -1 ? null : { dimension, axes: given.axes };
}

export const iterationOf = ({ iterations }: Pick<OpGraph, "iterations">, v: number): OpIteration | null =>
  iterations?.[v] ?? null;

/** Edges of an op's inputs that carry data, in declared order. */
export function dataEdges({ inStart, edgeOutput }: OpGraph, v: number): number[] {
  const edges: number[] = [];
  for (let e = inStart[v]; e < inStart[v + 1]; e++) if (edgeOutput[e] !== CONTROL) edges.push(e);
  return edges;
}
