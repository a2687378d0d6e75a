/**
 * Forward twins of backward ops, and how much later one twin starts than another, for
 * training-chain.ts.
 */
import { Role } from "../../../model/graph/graph.ts";
import type { Compiled } from "../../engine/compile.ts";
import type { Units } from "../units.ts";
import type { Chains } from "./chains.ts";

/**
 * Limits of the search for forward paths between twins: dependencies along a path, and dependencies
 * in all.
 */
const MOST_HOPS = 4;
const MOST_VISITS = 64;

/**
 * An op's declared twin, or the last forward op of its unit that it depends on. The op itself where
 * there is none, and for forward ops.
 */
export function forwardTwinsOf(
  { scenario, opCount }: Compiled,
  { unitOf, unitCount }: Units,
  { isBefore }: Chains,
): Int32Array {
  const { role, twin, topologicalOrder } = scenario.graph;
  const forwardOps: number[][] = Array.from({ length: unitCount }, () => []);
  for (const v of topologicalOrder) if (role[v] === Role.forward) forwardOps[unitOf[v]].push(v);
  return Int32Array.from({ length: opCount }, (_, v) => {
    if (role[v] === Role.forward) return v;
    if (twin[v] >= 0 && unitOf[twin[v]] === unitOf[v] && isBefore(twin[v], v)) return twin[v];
    return forwardOps[unitOf[v]].findLast((op) => isBefore(op, v)) ?? v;
  });
}

export interface TwinGaps {
  /**
   * A lower bound on how much more the start of z exceeds its head than the start of x exceeds its
   * own. Minus infinity where no short path is found.
   */
  togetherUs(x: number, z: number): number;
  /** The same where x and z are on different devices. */
  apartUs(x: number, z: number): number;
}

export function twinGaps(
  { dependencies }: Chains,
  headUs: Float64Array,
  leastRunUs: Float64Array,
  leastMoveUs: Float64Array,
): TwinGaps {
  const { start, producer } = dependencies;
  const opCount = headUs.length;
  const known = new Map<number, { together: number; apart: number }>();
  const between = (x: number, z: number) => {
    const code = x * opCount + z;
    let gap = known.get(code);
    if (gap === undefined) {
      gap = pathsBetween(x, z);
      known.set(code, gap);
    }
    return gap;
  };
  /**
   * The longest of the short paths from x to z. Where x and z are separated, so is one dependency
   * of the path.
   */
  const pathsBetween = (x: number, z: number) => {
    if (x === z) return { together: 0, apart: Number.NEGATIVE_INFINITY };
    let together = Number.NEGATIVE_INFINITY;
    let apart = Number.NEGATIVE_INFINITY;
    let visits = 0;
    const walk = (w: number, runsUs: number, moveUs: number, hops: number): void => {
      for (let k = start[w]; k < start[w + 1] && visits++ < MOST_VISITS; k++) {
        const u = producer[k];
        const leastUs = Math.min(moveUs, leastMoveUs[k]);
        const pathUs = runsUs + leastRunUs[u];
        if (u === x) {
          together = Math.max(together, pathUs);
          apart = Math.max(apart, pathUs + leastUs);
        } else if (hops < MOST_HOPS && headUs[u] >= headUs[x]) walk(u, pathUs, leastUs, hops + 1);
      }
    };
    walk(z, 0, Number.POSITIVE_INFINITY, 1);
    const headsUs = headUs[z] - headUs[x];
    return { together: together - headsUs, apart: apart - headsUs };
  };
  return {
    togetherUs: (x, z) => between(x, z).together,
    apartUs: (x, z) => between(x, z).apart,
  };
}
