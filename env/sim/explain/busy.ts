/**
 * How long each device computes and each link carries something. A link that carries several transfers at once is busy once,
 * so that a busy share is never above 1; a link that a transfer holds without being its slowest is busy too.
 */
import type { Hold, Task, Tasks } from "./tasks.ts";

export interface BusyTimes {
  /** Shape [deviceCount] and [linkCount], us. */
  readonly deviceUs: Float64Array;
  readonly linkUs: Float64Array;
}

export function busyTimes({ timeline, transfers, compiled }: Tasks): BusyTimes {
  const linkUs = new Float64Array(compiled.linkCount);
  const carriedUntilUs = new Float64Array(compiled.linkCount);
  for (const { startUs, doneUs, holds } of [...transfers].sort((a, b) => a.startUs - b.startUs))
    for (const { resource } of holds.filter(isLink)) {
      const link = resource.index;
      linkUs[link] += Math.max(0, doneUs - Math.max(startUs, carriedUntilUs[link]));
      carriedUntilUs[link] = Math.max(carriedUntilUs[link], doneUs);
    }
  return { deviceUs: timeline.deviceBusyUs, linkUs };
}

/** The links that a task occupies; none for an op. */
export const linksOf = ({ holds }: Task): number[] =>
  holds.filter(isLink).map(({ resource }) => resource.index);

const isLink = ({ resource }: Hold): boolean => resource.kind === "link";
