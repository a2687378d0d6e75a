/**
 * When each group's first op starts in the simulated step. Placeto's policy sees this of the last
 * step.
 */
import type { Grouping } from "../../model/coarsen/grouping.ts";

/** First start in each group in us, shape [groupCount], from the start of each op. */
export function groupStarts({ groupCount, groupOf }: Grouping, opStartUs: Float64Array): Float64Array {
  const startUs = new Float64Array(groupCount).fill(Number.POSITIVE_INFINITY);
  for (let v = 0; v < groupOf.length; v++)
    if (opStartUs[v] < startUs[groupOf[v]]) startUs[groupOf[v]] = opStartUs[v];
  return startUs;
}
