/**
 * How much work an op is without a device, since grouping happens before placement. With measured
 * times it is their mean over device kinds in us, 0 where an op has none. Else it is the roofline
 * of an average accelerator, in FLOP: max(flops, RIDGE x bytes touched).
 */
import type { OpGraph } from "../graph/graph.ts";

/**
 * FLOP that a GPU computes while it moves one byte: 14 to 18 on the K80, P100 and V100 in float32.
 */
const RIDGE = 16;

/** Work of each op, shape [opCount]. Only ratios have a meaning. */
export function opWork(graph: OpGraph): Float64Array {
  const kinds = [...graph.measuredUs.values()];
  if (kinds.length === 0)
    return Float64Array.from(graph.flops, (flops, v) => Math.max(flops, RIDGE * graph.bytesTouched[v]));
  return Float64Array.from({ length: graph.opCount }, (_, v) => {
    const times = kinds.map((us) => us[v]).filter((us) => !Number.isNaN(us));
    return times.length === 0 ? 0 : times.reduce((sum, us) => sum + us, 0) / times.length;
  });
}
