/** What the paths through a simulated step have of one device or link, and what a link carries. */
import type { Explanation, PathSummary } from "../../../env/sim/timeline/explain/explanation.ts";
import type { Resource } from "../../../env/sim/timeline/explain/tasks.ts";

/** Time of the path on a device or link, without waiting. */
export function usOn({ shares }: PathSummary, { kind, index }: Resource): number {
  return shares
    .filter(
      (share) => share.kind !== "wait" && share.resource.kind === kind && share.resource.index === index,
    )
    .reduce((sum, { us }) => sum + us, 0);
}

export function waitUs({ shares }: PathSummary, { kind, index }: Resource): number {
  const wait = shares.find(
    (share) => share.kind === "wait" && share.resource.kind === kind && share.resource.index === index,
  );
  return wait?.us ?? 0;
}

export const bytesOver = ({ timeline: { transfers } }: Explanation, link: number): number =>
  transfers.reduce((sum, hop) => sum + (hop.link === link ? hop.bytes : 0), 0);
