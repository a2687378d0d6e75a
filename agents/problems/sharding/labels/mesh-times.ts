/**
 * What steps between layouts take on the links of a mesh, by the closed formulas of a ring
 * (env/model/layout/alpha-beta.ts). All groups along the step's mesh axes send at once, and share
 * the links that their routes have in common.
 */
import type { Cluster } from "../../../../env/model/cluster/cluster.ts";
import {
  allGatherUs,
  allReduceUs,
  type LinkCost,
  reduceScatterUs,
  sendUs,
} from "../../../../env/model/layout/alpha-beta.ts";
import { localElements } from "../../../../env/model/layout/layout.ts";
import { countAlong, groupsAlong, type Mesh, sizesOf } from "../../../../env/model/layout/mesh.ts";
import { commonElements, type ReshardStep, sentElements } from "../../../../env/model/layout/steps.ts";

/** Time of a step, or its cost in a planner's own unit. */
export type StepCost = (step: ReshardStep, shape: readonly number[], bytesPerElement: number) => number;

/** On idle links, us. */
export function stepTimes(cluster: Cluster, mesh: Mesh): StepCost {
  const sizes = sizesOf(mesh);
  const known = new Map<string, LinkCost>();
  const linkOf = (group: readonly number[], shift: number): LinkCost => {
    const key = `${group.join()}+${shift}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const devices = groupsAlong(sizes, group).map((ranks) => ranks.map((rank) => mesh.devices[rank]));
    const made = roundCost(cluster, devices, shift);
    known.set(key, made);
    return made;
  };
  return (step, shape, bytesPerElement) => {
    const { kind, group, from, to } = step;
    if (kind === "slice") return 0;
    const count = countAlong(group, sizes);
    if (count === 1) return 0;
    const held = localElements(shape, from, sizes) * bytesPerElement;
    if (kind === "all-reduce") return allReduceUs(count, held, linkOf(group, 1));
    if (kind === "reduce-scatter") {
      const left = localElements(shape, to, sizes) * bytesPerElement;
      return reduceScatterUs(count, left * count, linkOf(group, 1));
    }
    if (kind === "all-gather") return allGatherUs(count, held * count, linkOf(group, 1));
    if (kind === "exchange")
      return sendUs(sentElements(step, shape, sizes) * bytesPerElement, linkOf(group, 1));
    if (kind === "permute") return sendUs(held, linkOf(group, 1));
    const part = commonElements(step, shape, sizes) * bytesPerElement;
    let us = 0;
    for (let shift = 1; shift < count; shift++) us += sendUs(part, linkOf(group, shift));
    return us;
  };
}

/**
 * A message from each device to the one so many places further in its group, in all groups at once.
 * Parts go round the group, so they meet the mean latency, and wait for the slowest link.
 */
export function roundCost(
  { routes, links, routing }: Cluster,
  groups: readonly (readonly number[])[],
  shift: number,
): LinkCost {
  const load = new Float64Array(links.length);
  let alphaUs = 0;
  let usPerByte = 0;
  for (const members of groups) {
    let latencyUs = 0;
    members.forEach((device, i) => {
      const route = routes[device][members[(i + shift) % members.length]];
      const each = route.map((link) => 1 / links[link].bytesPerUs);
      for (const link of route) latencyUs += links[link].latencyUs;
      const alone = routing === "cut-through" ? Math.max(0, ...each) : each.reduce((sum, us) => sum + us, 0);
      usPerByte = Math.max(usPerByte, alone);
      route.forEach((link, hop) => {
        load[link] += each[hop];
      });
    });
    alphaUs = Math.max(alphaUs, latencyUs / members.length);
  }
  for (const us of load) usPerByte = Math.max(usPerByte, us);
  return { alphaUs, usPerByte };
}
