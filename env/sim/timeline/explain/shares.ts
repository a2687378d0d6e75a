/** Where the time of a path goes: its segments, summed by kind and by device or link. */
import type { Segment, SegmentKind } from "./critical-path.ts";
import type { Resource } from "./tasks.ts";

export interface Share {
  readonly kind: SegmentKind;
  readonly resource: Resource;
  readonly us: number;
  /** Of the makespan, 0 to 1. */
  readonly share: number;
}

/**
 * Time of each kind of segment on devices and on links, us. Kinds that do not occur are left out.
 */
export function kindTotals(shares: readonly Share[]): Map<`${SegmentKind} ${Resource["kind"]}`, number> {
  const totals = new Map<`${SegmentKind} ${Resource["kind"]}`, number>();
  for (const { kind, resource, us } of shares) {
    const key = `${kind} ${resource.kind}` as const;
    totals.set(key, (totals.get(key) ?? 0) + us);
  }
  return totals;
}

/**
 * Shares by size, largest first; equal ones in the order of the path. Segments without time are
 * left out.
 */
export function sharesOf(segments: readonly Segment[], makespanUs: number): Share[] {
  const sums = new Map<string, { kind: SegmentKind; resource: Resource; us: number }>();
  for (const { kind, resource, fromUs, toUs } of segments) {
    if (toUs <= fromUs) continue;
    const key = `${kind} ${resource.kind} ${resource.index}`;
    const sum = sums.get(key) ?? { kind, resource, us: 0 };
    sums.set(key, sum);
    sum.us += toUs - fromUs;
  }
  return [...sums.values()]
    .map((sum) => ({ ...sum, share: sum.us / makespanUs }))
    .sort((a, b) => b.us - a.us);
}
