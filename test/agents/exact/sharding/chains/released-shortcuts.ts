/**
 * AccPar's released program on networks with shortcuts, with its fault. A type is compared with
 * type I before it first, without the cost of a shortcut. So that is charged after types II and III
 * alone. The type at the shortcut's start is that of the way so far: greedy, not tried out.
 */
import {
  exchangedElements,
  type SplitType,
  type TypedLevel,
} from "../../../../../agents/exact/sharding/chains/type-chain.ts";
import type { ReleasedResnet } from "./released-networks.ts";

interface Way {
  readonly cost: number;
  readonly types: readonly SplitType[];
}

const isLess = (a: Way, b: Way): Way => (b.cost < a.cost ? b : a);

/** Types and cost of one level. */
export function releasedTypes(
  { layers, shortcuts }: ReleasedResnet,
  offered: readonly SplitType[],
): TypedLevel {
  const { inside, between } = exchangedElements;
  let ways: Way[] = offered.map((type) => ({ cost: inside(layers[0], type, 0), types: [type] }));
  for (const [l, layer] of layers.entries()) {
    if (l === 0) continue;
    const start = shortcuts.find(({ to }) => to === l)?.from;
    ways = offered.map((type) => {
      const tried = ways.map(({ cost, types }) => {
        const before = types[l - 1];
        const isCharged = start !== undefined && before !== 0;
        const shortcut = isCharged ? between(layer, types[start], type) : 0;
        return { cost: cost + between(layer, before, type) + shortcut, types };
      });
      const { cost, types } = tried.reduce(isLess);
      return { cost: cost + inside(layer, type, l), types: [...types, type] };
    });
  }
  return ways.reduce(isLess);
}
