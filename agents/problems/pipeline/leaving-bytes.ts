/** Activations as PipeDream's profiles count them: what a layer hands to others, once. */
import { dataConsumers } from "../../../env/model/cluster/output-transfers.ts";
import { Role } from "../../../env/model/graph/graph.ts";
import type { Scenario } from "../../../env/model/scenario.ts";

/** Bytes of each layer's forward outputs that another layer uses; negative layers are none. */
export function leavingBytes(scenario: Scenario, layerOf: Int32Array, count: number): Float64Array {
  const { graph } = scenario;
  const { start, op } = dataConsumers(scenario);
  const bytes = new Float64Array(count);
  for (let u = 0; u < graph.opCount; u++) {
    if (graph.role[u] !== Role.forward || layerOf[u] < 0) continue;
    const leaves = op.subarray(start[u], start[u + 1]).some((v) => layerOf[v] !== layerOf[u]);
    if (!leaves) continue;
    for (let port = graph.outputStart[u]; port < graph.outputStart[u + 1]; port++)
      bytes[layerOf[u]] += graph.outputBytes[port];
  }
  return bytes;
}
