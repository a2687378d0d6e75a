/**
 * Kinds of routes of a cluster: routes whose links have the same speeds and latencies in the same
 * order. A large cluster has hundreds of thousands of routes and few kinds.
 */
import type { Cluster } from "./cluster.ts";

/** A route of each kind, in the order in which they first appear. */
export function routeKinds(cluster: Cluster): readonly (readonly number[])[] {
  const before = known.get(cluster);
  if (before !== undefined) return before;
  const made = kindsOf(cluster);
  known.set(cluster, made);
  return made;
}

const known = new WeakMap<Cluster, readonly (readonly number[])[]>();

function kindsOf({ links, routes }: Cluster): (readonly number[])[] {
  const speeds = new Map<string, number>();
  const speedOf = links.map(({ bytesPerUs, latencyUs }) => {
    const name = `${bytesPerUs} ${latencyUs}`;
    if (!speeds.has(name)) speeds.set(name, speeds.size);
    return speeds.get(name)!;
  });
  /** Numbers of sequences of speeds, by the sequence without its last and by the last. */
  const longer = new Map<number, number>();
  const isSeen: boolean[] = [];
  const kinds: (readonly number[])[] = [];
  for (const row of routes)
    for (const route of row) {
      let sequence = 0;
      for (const link of route) {
        const key = sequence * speeds.size + speedOf[link];
        let next = longer.get(key);
        if (next === undefined) {
          next = longer.size + 1;
          longer.set(key, next);
        }
        sequence = next;
      }
      if (isSeen[sequence]) continue;
      isSeen[sequence] = true;
      kinds.push(route);
    }
  return kinds;
}
