/** Random layer graphs of whole times, so that sums are exact. */
import type { LayerGraph } from "../../../../agents/search/mixed-pipes/layer-graph.ts";
import { createRng } from "../../../../env/model/rng.ts";

export function chain(costs: readonly number[], sendUs: readonly number[] = []): LayerGraph {
  const count = costs.length;
  return {
    count,
    forwardUs: Float64Array.from(costs),
    backwardUs: new Float64Array(count),
    bytes: new Float64Array(count).fill(1),
    from: Int32Array.from({ length: count - 1 }, (_, layer) => layer),
    to: Int32Array.from({ length: count - 1 }, (_, layer) => layer + 1),
    sendUs: Float64Array.from({ length: count - 1 }, (_, layer) => sendUs[layer] ?? 0),
  };
}

/** A chain with branches and skips, modules, repeated blocks and edges that may not be cut. */
export function randomLayers(seed: number, count: number): LayerGraph {
  const rng = createRng(`layers/${seed}`);
  const edges: { from: number; to: number; us: number; uncuttable: number }[] = [];
  for (let to = 1; to < count; to++) {
    const readers = new Set([
      rng.int(4) === 0 ? rng.int(to) : to - 1,
      ...(rng.int(4) === 0 ? [rng.int(to)] : []),
    ]);
    for (const from of readers)
      edges.push({
        from,
        to,
        us: rng.int(3) === 0 ? rng.int(200) : rng.int(20),
        uncuttable: Number(rng.int(12) === 0),
      });
  }
  const times = () => Float64Array.from({ length: count }, () => (rng.int(8) === 0 ? 0 : rng.int(50)));
  return {
    count,
    forwardUs: times(),
    backwardUs: times(),
    bytes: Float64Array.from({ length: count }, () => 1 + rng.int(9)),
    from: Int32Array.from(edges, ({ from }) => from),
    to: Int32Array.from(edges, ({ to }) => to),
    sendUs: Float64Array.from(edges, ({ us }) => us),
    uncuttable: Uint8Array.from(edges, ({ uncuttable }) => uncuttable),
    scope: Int32Array.from({ length: count }, (_, layer) => (rng.int(3) === 0 ? -1 : Math.floor(layer / 4))),
    block: Int32Array.from({ length: count }, () => rng.int(4) - 1),
  };
}
