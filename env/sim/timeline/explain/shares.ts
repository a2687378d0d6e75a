/**
 * Where the time of a path goes: its segments summed by what happens in them, and on which device
 * or link.
 */
import type { Segment, SegmentKind } from "./critical-path.ts";
import type { Resource } from "./tasks.ts";

export interface Share {
  readonly kind: SegmentKind;
  readonly resource: Resource;
  readonly us: number;
  /** Of the makespan, 0 to 1. */
  readonly share: number;
}

/** Time of each kind of segment on devices and on links, us; what does not occur is left out. */
export function kindTotals(shares: readonly Share[]): Map<`${SegmentKind} ${Resource["kind"]}`, number> {
  const totals = new Map<`${SegmentKind} ${Resource["kind"]}`, number>();
  for (const { kind, resource, us } of shares) {
    const key = `${kind} ${resource.kind}` as const;
    totals.set(key, (totals.get(key) ?? 0) + us);
  }
  return totals;
}

/**
 * Largest first; equal ones in the order in which the path meets them. What takes no time is left
 * out.
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
