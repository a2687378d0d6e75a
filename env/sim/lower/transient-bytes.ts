/**
 * Scratch memory of a unit of ops that run one after the other: the most bytes that are alive at
 * once, less what the unit's parcels hold from its start. Outputs that leave the unit live to its
 * end, others to their last use.
 */
import type { OpGraph } from "../../model/graph/graph.ts";

export interface TransientUnit {
  readonly isIn: (op: number) => boolean;
  /** Whether a consumer outside the unit keeps an output alive to the unit's end. */
  readonly keeps: (op: number, consumer: number) => boolean;
  /** Outputs that do not scale with the batch are weights or gradients and are counted as those. */
  readonly fixedPort: Uint8Array;
  /** Bytes of the parcels that the unit makes. */
  readonly heldBytes: number;
}

export function transientBytes(graph: OpGraph, { isIn, keeps, fixedPort, heldBytes }: TransientUnit): number {
  const order = Array.from(graph.topologicalOrder).filter(isIn);
  if (order.length === 0) return 0;
  const place = new Map(order.map((v, at) => [v, at]));
  const freedAt = new Float64Array(order.length + 1);
  let livingBytes = 0;
  let mostBytes = 0;
  order.forEach((v, at) => {
    for (let port = graph.outputStart[v]; port < graph.outputStart[v + 1]; port++) {
      if (fixedPort[port] === 1) continue;
      livingBytes += graph.outputBytes[port];
      freedAt[lastUse(v, port - graph.outputStart[v], at)] += graph.outputBytes[port];
    }
    mostBytes = Math.max(mostBytes, livingBytes + graph.workspaceBytes[v]);
    livingBytes -= freedAt[at];
  });
  return Math.max(0, mostBytes - heldBytes);

  /** Place of the last op that uses the output, or the end where one outside the unit does. */
  function lastUse(v: number, port: number, at: number): number {
    let last = at;
    for (let i = graph.outStart[v]; i < graph.outStart[v + 1]; i++) {
      const e = graph.outEdge[i];
      if (graph.edgeOutput[e] !== port) continue;
      const consumer = graph.edgeDestination[e];
      const used = place.get(consumer);
      if (used !== undefined) last = Math.max(last, used);
      else if (keeps(v, consumer)) return order.length;
    }
    return last;
  }
}
