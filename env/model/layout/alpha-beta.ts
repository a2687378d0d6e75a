/**
 * Closed formulas of collectives for planners: a time for each message and one for each byte. The
 * engine has no such formulas; it sends messages. Sources of the table: Thakur, Rabenseifner and
 * Gropp (IJHPCA 2005), Patarasuk and Yuan (JPDC 2009).
 *
 * `contention` is how many groups send through one link at once: each then gets a part of it.
 *
 * A gather over several mesh axes may go round one ring, or through blocks of axes in turn. The
 * lowering takes the way that these formulas say is shorter (`gatherWay`).
 */
import type { Cluster } from "../cluster/cluster.ts";
import { countAlong, groupsAlong, type Mesh, type MeshSizes, sizesOf } from "./mesh.ts";

/** What a message costs between two ranks of a group, on its slowest link. */
export interface LinkCost {
  readonly alphaUs: number;
  readonly usPerByte: number;
  /** Absent for 1. */
  readonly contention?: number;
}

export type SumAlgorithm = "ring" | "tree" | "halving-doubling";

const byteUs = ({ usPerByte, contention = 1 }: LinkCost, bytes: number): number =>
  bytes * usPerByte * contention;

const doublings = (n: number): number => Math.ceil(Math.log2(n));

export const sendUs = (bytes: number, link: LinkCost): number => link.alphaUs + byteUs(link, bytes);

/** A binomial tree. */
export const broadcastUs = (n: number, bytes: number, link: LinkCost): number =>
  doublings(n) * sendUs(bytes, link);

/** On a ring; `bytes` of the whole, of which each rank begins with 1/n. */
export const allGatherUs = (n: number, bytes: number, link: LinkCost): number =>
  (n - 1) * sendUs(bytes / n, link);

/** On a ring; `bytes` that each rank begins with, of which it ends with 1/n. */
export const reduceScatterUs = (n: number, bytes: number, link: LinkCost): number =>
  (n - 1) * sendUs(bytes / n, link);

/** Pairwise; `bytes` that each rank holds before and after. */
export const allToAllUs = (n: number, bytes: number, link: LinkCost): number =>
  (n - 1) * sendUs(bytes / n, link);

/** Each rank has `bytes` before and after. Halving and doubling is for powers of 2. */
export function allReduceUs(
  n: number,
  bytes: number,
  link: LinkCost,
  algorithm: SumAlgorithm = "ring",
): number {
  if (algorithm === "ring") return reduceScatterUs(n, bytes, link) + allGatherUs(n, bytes, link);
  if (algorithm === "tree") return 2 * broadcastUs(n, bytes, link);
  return 2 * (doublings(n) * link.alphaUs + byteUs(link, ((n - 1) / n) * bytes));
}

/**
 * A sum on rails among machines of equal numbers of ranks. Ranks of one machine that share a
 * network card have the contention of their number between machines.
 */
export function railsAllReduceUs(
  { machines, ranks }: { readonly machines: number; readonly ranks: number },
  bytes: number,
  { inside, between }: { readonly inside: LinkCost; readonly between: LinkCost },
): number {
  return (
    reduceScatterUs(ranks, bytes, inside) +
    allReduceUs(machines, bytes / ranks, between) +
    allGatherUs(ranks, bytes, inside)
  );
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

/** What a message to the member so many places further costs, in all groups along mesh axes. */
export type LinkCosts = (group: readonly number[], shift: number) => LinkCost;

/** Keeps what it has found. */
export function linkCosts(cluster: Cluster, mesh: Mesh): LinkCosts {
  const sizes = sizesOf(mesh);
  const known = new Map<string, LinkCost>();
  return (group, shift) => {
    const key = `${group.join()}+${shift}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const devices = groupsAlong(sizes, group).map((ranks) => ranks.map((rank) => mesh.devices[rank]));
    const made = roundCost(cluster, devices, shift);
    known.set(key, made);
    return made;
  };
}

/** How a gather goes: rings along these blocks of mesh axes, one block after the other. */
export interface GatherWay {
  readonly blocks: readonly (readonly number[])[];
  readonly us: number;
}

/**
 * The shortest way of a gather whose ranks begin with `bytes` each. `axes` are those of the group,
 * the minor one first; blocks are runs of them in this order. Of equal ways the one with fewer
 * blocks is taken, then the one with the longer last block. A scatter goes the same way back.
 */
export function gatherWay(
  axes: readonly number[],
  sizes: MeshSizes,
  bytes: number,
  linkOf: LinkCosts,
): GatherWay {
  const ways: GatherWay[] = [{ blocks: [], us: 0 }];
  for (let end = 1; end <= axes.length; end++) {
    const all = bytes * countAlong(axes.slice(0, end), sizes);
    const found = ways.map(({ blocks, us }, start) => {
      const block = axes.slice(start, end).sort((a, b) => a - b);
      const last = allGatherUs(countAlong(block, sizes), all, linkOf(block, 1));
      return { blocks: [...blocks, block], us: us + last };
    });
    ways.push(found.reduce((best, way) => (isShorter(way, best) ? way : best)));
  }
  return ways[axes.length];
}

/** Sums in another order differ in their last digits; such ways are equal. */
const EQUAL_TIMES = 1e-9;

function isShorter(a: GatherWay, b: GatherWay): boolean {
  if (a.us < b.us * (1 - EQUAL_TIMES)) return true;
  return a.us <= b.us * (1 + EQUAL_TIMES) && a.blocks.length < b.blocks.length;
}
