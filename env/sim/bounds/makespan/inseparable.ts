/**
 * A bound from pairs of ops that are too expensive to separate. A plan that separates a pair has a
 * value of at least its `apartUs`. So a plan below a value T separates no pair of larger `apartUs`.
 * Such pairs, and the clusters that they form, then share a device, which does all of the cluster's
 * work. Hence, with the pairs by falling `apartUs` a1 >= a2 >= ...,
 *
 *   value >= min over i of
 *     max(a(i+1), the longest cluster of the first i pairs on its best device type).
 *
 * Without pairs it is the largest unit.
 */
import type { Units } from "../units.ts";

export interface Pairs {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly apartUs: Float64Array;
}

export function inseparableUs(units: Units, { a, b, apartUs }: Pairs): number {
  const { unitCount, unitOf, typeCount, typeBytes } = units;
  const parent = Int32Array.from({ length: unitCount }, (_, unit) => unit);
  const clusterUs = units.unitUs.slice();
  const clusterBytes = units.unitBytes.slice();
  const root = (unit: number): number => {
    let top = unit;
    while (parent[top] !== top) top = parent[top] = parent[parent[top]];
    return top;
  };
  const fastestUs = (cluster: number): number => {
    let fastest = Number.POSITIVE_INFINITY;
    for (let type = 0; type < typeCount; type++)
      if (clusterBytes[cluster] <= typeBytes[type])
        fastest = Math.min(fastest, clusterUs[cluster * typeCount + type]);
    return fastest;
  };

  let longestUs = 0;
  for (let unit = 0; unit < unitCount; unit++) longestUs = Math.max(longestUs, fastestUs(unit));
  const order = Array.from(apartUs.keys()).sort((x, y) => apartUs[y] - apartUs[x]);
  for (const pair of order) {
    if (apartUs[pair] <= longestUs) return longestUs;
    const into = root(unitOf[a[pair]]);
    const from = root(unitOf[b[pair]]);
    if (into === from) continue;
    parent[from] = into;
    clusterBytes[into] += clusterBytes[from];
    for (let type = 0; type < typeCount; type++)
      clusterUs[into * typeCount + type] += clusterUs[from * typeCount + type];
    // To join this pair may cost more than to separate it.
    const tiedUs = Math.max(longestUs, fastestUs(into));
    if (tiedUs >= apartUs[pair]) return apartUs[pair];
    longestUs = tiedUs;
  }
  return longestUs;
}
