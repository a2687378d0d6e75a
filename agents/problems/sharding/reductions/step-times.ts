/**
 * What the steps of a reduction program take on the links of a mesh, by closed formulas (Xie et
 * al., MLSys 2022, "P2"). All groups of a step send at once, and share the links that their routes
 * have in common. So a step takes the bytes of its collective over the most crowded link.
 *
 * Collectives are those of env/sim/lower/collectives/program.ts. On idle links, and where members
 * wait for each other, it is what the engine gives.
 */
import type { Cluster } from "../../../../env/model/cluster/cluster.ts";
import {
  allReduceUs,
  broadcastUs,
  type LinkCost,
  roundCost,
  sendUs,
} from "../../../../env/model/layout/alpha-beta.ts";
import type { Mesh } from "../../../../env/model/layout/mesh.ts";
import { reductionGroups } from "../../../../env/model/layout/reductions/hierarchy.ts";
import { groupsOf, memberCount, type ReductionStep } from "../../../../env/model/layout/reductions/steps.ts";
import type { NeededSum } from "../../../../env/sim/lower/sharding/needed-sums.ts";

/** What a step costs where members hold so many chunks, of as many as there are members. */
export type StepPrice = (step: ReductionStep, held: readonly number[]) => number;

/** Time in us of a step of all these sums, one after the other. */
export function stepPrice(
  cluster: Cluster,
  mesh: Mesh,
  levels: readonly number[],
  { axes, bytes, count }: NeededSum,
  isTree = false,
): StepPrice {
  const groups = reductionGroups(cluster, mesh, axes);
  const members = memberCount(levels);
  const known = new Map<string, LinkCost>();
  /** Each sum pays the latency. */
  const linkOf = (step: ReductionStep): LinkCost => {
    const key = `${step.from} ${step.to} ${step.leadersOnly}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const devices = groups.flatMap((ranks) =>
      groupsOf(levels, step).map((own) => own.map((member) => mesh.devices[ranks[member]])),
    );
    const { alphaUs, usPerByte } = roundCost(cluster, devices, 1);
    const made = { alphaUs: alphaUs * count, usPerByte };
    known.set(key, made);
    return made;
  };
  return (step, held) => {
    const [group] = groupsOf(levels, step);
    const most = group.reduce((chunks, member) => Math.max(chunks, held[member]), 0);
    return collectiveUs(step, group.length, (bytes * most) / members, linkOf(step), isTree);
  };
}

/** `bytes`: what the member holds that holds most, before the step. */
function collectiveUs(
  { collective }: ReductionStep,
  n: number,
  bytes: number,
  link: LinkCost,
  isTree: boolean,
): number {
  if (collective === "all-reduce") return allReduceUs(n, bytes, link, isTree ? "tree" : "ring");
  if (collective === "reduce-scatter") return (n - 1) * sendUs(bytes / n, link);
  if (collective === "all-gather") return (n - 1) * sendUs(bytes, link);
  return isTree ? broadcastUs(n, bytes, link) : 2 * (n - 1) * sendUs(bytes / n, link);
}
