/**
 * Memory that a unit needs while it runs its ops one after the other. An output that leaves the
 * unit lives to the unit's end, any other to its last use. The unit's holds count from its start,
 * so its scratch memory is what the most bytes at once exceed them by.
 *
 * Outputs that do not scale with the batch are weights or gradients and are counted as those. All
 * else is that of the whole batch.
 */
import { CONTROL, type OpGraph } from "../../../model/graph/graph.ts";
import { opClasses } from "../../../model/graph/op-classes.ts";
import type { PipelinePlan } from "../../../model/plan/pipeline.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { Hold } from "./parcels.ts";
import { HOST, unitCountOf, unitOf, Work, type WorkCode } from "./work.ts";

/** Scratch bytes of each unit, shape [units]. */
export function unitScratchBytes(
  { graph, fidelity }: Pick<Scenario, "graph" | "fidelity">,
  plan: PipelinePlan,
  workOf: Uint8Array,
  holds: readonly Hold[],
): Float64Array {
  const controlPort = fidelity.controlEdges === "output-0" ? 0 : CONTROL;
  const stageCount = plan.stages.length;
  const scratch = new Float64Array(unitCountOf(stageCount));
  addMostBytes(graph, plan, { workOf, controlPort, again: false }, scratch);
  if (plan.recompute !== undefined) addMostBytes(graph, plan, { workOf, controlPort, again: true }, scratch);
  for (const { fromStage, fromWork, bytes } of holds)
    scratch[unitOf(stageCount, fromWork, fromStage)] -= bytes;
  return scratch.map((bytes) => Math.max(0, bytes));
}

/** Writes the most bytes at once of each unit. `again`: of recomputation, else of all others. */
function addMostBytes(
  graph: OpGraph,
  { stageOf, stages, recompute }: PipelinePlan,
  { workOf, controlPort, again }: { workOf: Uint8Array; controlPort: number; again: boolean },
  mostBytes: Float64Array,
): void {
  const { fixedPort } = opClasses(graph);
  const { topologicalOrder, outputStart, outputBytes } = graph;
  const unitOfOp = Int32Array.from(workOf, (work, v) => {
    if (stageOf[v] === HOST || (again && recompute?.[v] !== 1)) return -1;
    return unitOf(stages.length, again ? Work.recompute : (work as WorkCode), stageOf[v]);
  });
  const place = new Int32Array(graph.opCount);
  topologicalOrder.forEach((v, at) => {
    place[v] = at;
  });
  const living = new Float64Array(mostBytes.length);
  /** What ends with each op. */
  const freedAt = new Float64Array(graph.opCount);
  for (const v of topologicalOrder) {
    const unit = unitOfOp[v];
    if (unit === -1) continue;
    for (let port = outputStart[v]; port < outputStart[v + 1]; port++) {
      if (fixedPort[port] === 1) continue;
      living[unit] += outputBytes[port];
      const last = lastUse(v, port - outputStart[v]);
      if (last !== KEPT) freedAt[last] += outputBytes[port];
    }
    mostBytes[unit] = Math.max(mostBytes[unit], living[unit] + graph.workspaceBytes[v]);
    living[unit] -= freedAt[v];
  }

  /** The op of the unit that uses the output last, or `KEPT` where the unit's end comes first. */
  function lastUse(v: number, port: number): number {
    let last = v;
    for (let i = graph.outStart[v]; i < graph.outStart[v + 1]; i++) {
      const e = graph.outEdge[i];
      const output = graph.edgeOutput[e] === CONTROL ? controlPort : graph.edgeOutput[e];
      if (output !== port) continue;
      const user = graph.edgeDestination[e];
      if (stageOf[user] !== stageOf[v]) {
        if (again) continue;
        return KEPT;
      }
      const isAgain = recompute?.[v] === 1;
      if (unitOfOp[user] !== unitOfOp[v]) {
        // What is computed again is kept by the second run for later phases alone.
        if (again ? workOf[user] === Work.forward : isAgain) continue;
        return KEPT;
      }
      if (!isAgain && recompute?.[user] === 1) return KEPT;
      if (place[user] > place[last]) last = user;
    }
    return last;
  }
}

const KEPT = -1;
