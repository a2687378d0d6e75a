/**
 * Levels of a cluster: which devices are close to each other. Devices that the fastest routes of
 * the cluster link are a machine. Slower routes join machines to larger groups, until one group
 * holds all devices.
 */
import type { Cluster } from "./cluster.ts";
import { originOf } from "./cluster-part.ts";

/**
 * Group of each device by level, machines first; groups are numbered by their first device. The
 * last level is one group. A device without a fast neighbour is a machine of its own. Parts of a
 * cluster have its machines.
 */
export function levelsOf(cluster: Cluster): readonly Int32Array[] {
  const before = known.get(cluster);
  if (before !== undefined) return before;
  const origin = originOf(cluster);
  const made =
    origin === undefined
      ? levels(cluster)
      : levelsOf(origin.whole).map((group) => numbered(Int32Array.from(origin.devices, (d) => group[d])));
  known.set(cluster, made);
  return made;
}

const known = new WeakMap<Cluster, readonly Int32Array[]>();

function levels({ devices, routes, links }: Cluster): Int32Array[] {
  const count = devices.length;
  /** Time of a byte between two devices, the slower way of both, us. */
  const usPerByte = (a: number, b: number): number => Math.max(oneWay(a, b), oneWay(b, a));
  const oneWay = (from: number, to: number): number =>
    routes[from][to].reduce((sum, link) => sum + 1 / links[link].bytesPerUs, 0);
  const pairs: { readonly a: number; readonly b: number; readonly us: number }[] = [];
  for (let a = 0; a < count; a++)
    for (let b = a + 1; b < count; b++) pairs.push({ a, b, us: usPerByte(a, b) });
  const speeds = [...new Set(pairs.map(({ us }) => us))].sort((a, b) => a - b);
  const found: Int32Array[] = [];
  for (const us of speeds) {
    const groups = grouped(count, pairs, us * (1 + ROUNDING));
    if (found.length === 0 || groups.some((group, d) => group !== found[found.length - 1][d]))
      found.push(groups);
    if (groups.every((group) => group === 0)) break;
  }
  return found.length === 0 ? [new Int32Array(count)] : found;
}

const ROUNDING = 1e-9;

/** Devices that are linked by pairs of at most so many us a byte. */
function grouped(
  count: number,
  pairs: readonly { readonly a: number; readonly b: number; readonly us: number }[],
  mostUs: number,
): Int32Array {
  const group = Int32Array.from({ length: count }, (_, d) => d);
  const rootOf = (d: number): number => {
    let root = d;
    while (group[root] !== root) root = group[root];
    return root;
  };
  for (const { a, b, us } of pairs) {
    if (us > mostUs) continue;
    const [first, second] = [rootOf(a), rootOf(b)].sort((x, y) => x - y);
    group[second] = first;
  }
  return numbered(group.map((_, d) => rootOf(d)));
}

/** Groups numbered by their first device. */
function numbered(groups: Int32Array): Int32Array {
  const numbers = new Map<number, number>();
  return groups.map((group) => {
    if (!numbers.has(group)) numbers.set(group, numbers.size);
    return numbers.get(group)!;
  });
}
