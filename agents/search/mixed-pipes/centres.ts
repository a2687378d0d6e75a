/**
 * The centres from which FTPipe's blocks grow. They are evenly spaced among the repeated blocks of
 * each kind, in proportion to how many there are. The rest is random.
 *
 * The published program stops with an error where fewer repeated blocks are known than centres are
 * wanted. Here the rest is random, as its message says that it should be.
 */
import type { Rng } from "../../../env/model/rng.ts";

/**
 * @param blocks in topological order
 * @param kindOf kind of repeated block of each layer, -1 for none
 */
export function centresOf(
  blocks: readonly number[],
  kindOf: Int32Array | undefined,
  count: number,
  rng: Rng,
): number[] {
  const kinds = new Map<number, number[]>();
  for (const block of blocks) {
    const kind = kindOf?.[block] ?? -1;
    if (kind !== -1) kinds.set(kind, [...(kinds.get(kind) ?? []), block]);
  }
  const repeated = [...kinds.values()].sort((a, b) => a.length - b.length);
  const total = repeated.reduce((sum, of) => sum + of.length, 0);
  const centres: number[] = [];
  for (const of of repeated) {
    const share = Math.min(of.length, Math.floor((count * of.length) / total));
    if (share === 0) continue;
    const jump = Math.ceil(of.length / share);
    for (let i = 0; i < of.length && centres.length < count; i += jump) centres.push(of[i]);
  }
  const chosen = new Set(centres);
  const others = rng.shuffle(blocks.filter((block) => !chosen.has(block)));
  return [...centres, ...others.slice(0, count - centres.length)];
}
