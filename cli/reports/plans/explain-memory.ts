/** What each device holds at its memory's peak, by part, as `explain` prints it. */
import type { Device } from "../../../env/model/cluster/cluster.ts";
import { type MemoryParts, memoryPartNames } from "../../../env/sim/timeline/explain/memory-steps.ts";
import { formatBytes } from "../../../results/text/format.ts";
import { memoryPartWords } from "../../../results/text/memory-parts.ts";

/** A title and a row for each device; parts that no device holds are left out. */
export function memoryRows(devices: readonly Device[], atPeak: readonly MemoryParts[]): string[][] {
  const held = memoryPartNames.filter((part) => atPeak.some((parts) => parts[part] > 0));
  return [
    ["at its memory's peak", ...held.map((part) => memoryPartWords[part])],
    ...devices.map(({ name }, d) => [name, ...held.map((part) => formatBytes(atPeak[d][part]))]),
  ];
}
