/**
 * Closed formulas of collectives for planners: a time for each message and one for each byte. The
 * engine has no such formulas; it sends messages. Sources of the table: Thakur, Rabenseifner and
 * Gropp (IJHPCA 2005), Patarasuk and Yuan (JPDC 2009).
 *
 * `contention` is how many groups send through one link at once: each then gets a part of it.
 */

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
