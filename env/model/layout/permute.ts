/**
 * Permutations of parts: two layouts whose parts are the same, on other ranks. Each rank then gets
 * its new part whole from one rank, and no rank sends more than one.
 */
import { blockOf, type Layout } from "./layout.ts";
import { type MeshSizes, rankCount } from "./mesh.ts";

/**
 * The rank that each rank gets its new part from, itself where it can be. Null where the parts of
 * the layouts are not the same.
 */
export function sourcesOf(
  shape: readonly number[],
  from: Layout,
  to: Layout,
  sizes: MeshSizes,
): readonly number[] | null {
  const count = rankCount(sizes);
  const held = Array.from({ length: count }, (_, rank) => textOf(blockOf(shape, from, sizes, rank)));
  const wanted = Array.from({ length: count }, (_, rank) => textOf(blockOf(shape, to, sizes, rank)));
  const free = new Map<string, number[]>();
  held.forEach((block, rank) => {
    if (block !== wanted[rank]) free.set(block, [...(free.get(block) ?? []), rank]);
  });
  const sources = wanted.map((block, rank) =>
    block === held[rank] ? rank : (free.get(block)?.shift() ?? -1),
  );
  return sources.includes(-1) ? null : sources;
}

const textOf = (block: ReturnType<typeof blockOf>): string =>
  block.map(({ from, to }) => `${from}:${to}`).join();
