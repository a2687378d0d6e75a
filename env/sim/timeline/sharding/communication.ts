/** The collectives of a sharded step on one rank, added up by kind and mesh axes. */
import type { CollectiveSpan, ShardingTimeline } from "./contract.ts";

export interface Communication extends Pick<CollectiveSpan, "kind" | "group"> {
  readonly count: number;
  /** Bytes that the rank sends. */
  readonly sentBytes: number;
  /** Time in which any of them is on its way, all ranks of the group having begun it, us. */
  readonly inFlightUs: number;
  /** Time in which the rank's device waits for them. */
  readonly exposedUs: number;
}

/** Most exposed first, then longest. What the host sends is not among them. */
export function communicationOf(
  { collectives }: Pick<ShardingTimeline, "collectives">,
  rank: number,
): Communication[] {
  const groups = new Map<string, CollectiveSpan[]>();
  for (const span of collectives) {
    if (span.kind === "feed") continue;
    const key = `${span.kind} ${span.group.join()}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [span]);
    else known.push(span);
  }
  return [...groups.values()]
    .map((spans) => ({
      kind: spans[0].kind,
      group: spans[0].group,
      count: spans.length,
      sentBytes: sum(spans.map(({ sentBytes }) => sentBytes[rank])),
      inFlightUs: coveredUs(spans.map(({ joinedUs, leaveUs }) => [joinedUs[rank], leaveUs[rank]])),
      exposedUs: sum(spans.map(({ exposedUs }) => exposedUs[rank])),
    }))
    .sort((a, b) => b.exposedUs - a.exposedUs || b.inFlightUs - a.inFlightUs);
}

/** The collectives that a rank waits for longest; of equal ones those that take longest. */
export const costliest = (
  { collectives }: Pick<ShardingTimeline, "collectives">,
  rank: number,
): CollectiveSpan[] =>
  collectives
    .filter(({ kind }) => kind !== "feed")
    .sort((a, b) => b.exposedUs[rank] - a.exposedUs[rank] || spanUs(b, rank) - spanUs(a, rank));

/** From when all ranks of the rank's group have begun it until it is done there. */
export const spanUs = ({ joinedUs, leaveUs }: CollectiveSpan, rank: number): number =>
  leaveUs[rank] - joinedUs[rank];

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);

/** Length of the union of intervals. */
export function coveredUs(intervals: readonly (readonly [fromUs: number, toUs: number])[]): number {
  let covered = 0;
  let untilUs = Number.NEGATIVE_INFINITY;
  for (const [fromUs, toUs] of [...intervals].sort((a, b) => a[0] - b[0])) {
    covered += Math.max(0, toUs - Math.max(untilUs, fromUs));
    untilUs = Math.max(untilUs, toUs);
  }
  return covered;
}
