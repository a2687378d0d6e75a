/**
 * An upper bound on the transfers that any ideal cuts: the nets with some elements in it and some outside.
 *
 * Two nets cannot both be cut by one ideal where every element of the one comes before (or is) every element of the other: the second has
 * an element inside, and then all of the first are inside. So the nets of a chain of this relation are cut one at a time; any
 * cover of all nets by chains proves that no ideal cuts more than the sum over the chains of their largest net.
 */
import type { Nets } from "./split-problem.ts";

/** `before[w][u]` is 1 where u is an ancestor of w. */
export function mostCrossingUs(nets: Nets, before: readonly Uint8Array[]): number {
  const pinsOf = Array.from({ length: nets.count }, (_, h) =>
    [...nets.pins.subarray(nets.pinStart[h], nets.pinStart[h + 1])].sort((a, b) => a - b),
  );
  const comesFirst = (h: number, g: number) =>
    pinsOf[h].every((x) => pinsOf[g].every((y) => x === y || before[y][x] === 1));
  const order = pinsOf.map((_, h) => h).sort((h, g) => pinsOf[h][0] - pinsOf[g][0]);
  const chains: { tail: number; mostUs: number }[] = [];
  for (const net of order) {
    const us = nets.transferUs[net];
    let best: (typeof chains)[number] | null = null;
    let growth = us;
    for (const chain of chains) {
      const more = Math.max(0, us - chain.mostUs);
      if (more > growth || (best !== null && more === growth) || !comesFirst(chain.tail, net)) continue;
      best = chain;
      growth = more;
    }
    if (best === null) chains.push({ tail: net, mostUs: us });
    else {
      best.tail = net;
      best.mostUs = Math.max(best.mostUs, us);
    }
  }
  return chains.reduce((sum, { mostUs }) => sum + mostUs, 0);
}
