/**
 * The scenario as list schedulers see it: one task per op, one set per group, and every route a
 * pipe of its own.
 *
 * Memory is a reservation, not the simulator's account: weights with optimizer state in full, and a
 * share of the outputs. Not all outputs are live at once. A share of 0 assumes that all are freed
 * in time, a share of 1 that all are kept.
 */
import type { Cluster } from "../../../env/model/cluster/cluster.ts";
import { runTimesUs } from "../../../env/model/cluster/speed.ts";
import type { Fidelity } from "../../../env/model/fidelity/fidelity.ts";
import { CONTROL, type OpGraph, Role } from "../../../env/model/graph/graph.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { PassCounter } from "../../../env/sim/evaluator/budget.ts";
import { countsWeightsAlone, memoryLimits } from "../../../env/sim/objectives/memory-limits.ts";
import type { Choices } from "../choices.ts";
import type { ScheduleProblem } from "./problem.ts";

const MOVES_NOTHING = -1;

export function scheduleProblemOf(
  choices: Choices,
  outputShare: number,
  passes: PassCounter,
): ScheduleProblem {
  const { scenario } = choices;
  const { graph, cluster, grouping } = scenario;
  const { latencyUs, bytesPerUs } = routeSpeeds(scenario);
  return {
    tasks: graph,
    deviceCount: choices.deviceCount,
    pool: choices.devices,
    runUs: runTimesUs(graph, cluster),
    ...whatMoves(scenario),
    latencyUs,
    bytesPerUs,
    pass: graph.role.map((role) => (role === Role.forward ? 0 : 1)),
    setOf: grouping.groupOf,
    setDevices: choices.legal,
    ...reservations(scenario, outputShare),
    passes,
    passShare: 1,
  };
}

/** What each set of a schedule would keep on its device, and what devices hold. */
export const reservations = (
  scenario: Scenario,
  outputShare: number,
): Pick<ScheduleProblem, "setBytes" | "limitBytes"> => ({
  setBytes: heldBytes(scenario, outputShare),
  limitBytes: memoryLimits(scenario),
});

/** Tensors are numbered as consumers declare them, as the simulator numbers them. */
function whatMoves({ graph, fidelity }: Scenario): Pick<ScheduleProblem, "edgeBytes" | "edgeTensor"> {
  const edgeBytes = new Float64Array(graph.edgeCount).fill(MOVES_NOTHING);
  const edgeTensor = new Int32Array(graph.edgeCount).fill(-1);
  const numberOf = new Map<string, number>();
  for (let e = 0; e < graph.edgeCount; e++) {
    const source = graph.edgeSource[e];
    const isControl = graph.edgeOutput[e] === CONTROL;
    if (isControl && fidelity.controlEdges === "free") continue;
    const port = isControl ? 0 : graph.edgeOutput[e];
    edgeBytes[e] = isControl ? firstOutputBytes(graph, source) : graph.edgeBytes[e];
    const tensor = `${source}:${port}:${edgeBytes[e]}`;
    if (!numberOf.has(tensor)) numberOf.set(tensor, numberOf.size);
    edgeTensor[e] = numberOf.get(tensor)!;
  }
  return { edgeBytes, edgeTensor };
}

function firstOutputBytes({ outputStart, outputBytes }: OpGraph, op: number): number {
  return outputStart[op] < outputStart[op + 1] ? outputBytes[outputStart[op]] : 0;
}

/**
 * Store and forward: the delays of a route's links add up. Cut through: the speed is that of the
 * slowest link. Latencies add up in both.
 */
type RouteSpeeds = Pick<ScheduleProblem, "latencyUs" | "bytesPerUs">;

/** Large clusters have many routes, and several list schedulers ask for their speeds. */
const knownSpeeds = new WeakMap<Cluster, Map<string, RouteSpeeds>>();

function routeSpeeds({ cluster, fidelity: { routing } }: Scenario): RouteSpeeds {
  const known = knownSpeeds.get(cluster) ?? new Map<string, RouteSpeeds>();
  knownSpeeds.set(cluster, known);
  const speeds = known.get(routing) ?? speedsOfRoutes(cluster, routing);
  known.set(routing, speeds);
  return speeds;
}

function speedsOfRoutes({ links, routes }: Cluster, routing: Fidelity["routing"]): RouteSpeeds {
  const latencyUs = new Float64Array(routes.length ** 2);
  const bytesPerUs = new Float64Array(routes.length ** 2);
  let pair = 0;
  for (const row of routes)
    for (const route of row) {
      let [delayUs, least, usPerByte] = [0, Number.POSITIVE_INFINITY, 0];
      for (const link of route) {
        delayUs += links[link].latencyUs;
        least = Math.min(least, links[link].bytesPerUs);
        usPerByte += 1 / links[link].bytesPerUs;
      }
      latencyUs[pair] = delayUs;
      bytesPerUs[pair++] = route.length <= 1 || routing === "cut-through" ? least : 1 / usPerByte;
    }
  return { latencyUs, bytesPerUs };
}

/** What the fidelity counts includes optimizer state; otherwise bare weights count. */
function heldBytes(scenario: Scenario, outputShare: number): Float64Array {
  const { graph, grouping, fidelity } = scenario;
  const copies = countsWeightsAlone(scenario) ? 1 : 1 + fidelity.optimizerSlots;
  const bytes = new Float64Array(grouping.groupCount);
  for (let v = 0; v < graph.opCount; v++) {
    bytes[grouping.groupOf[v]] += copies * graph.parameterBytes[v];
    for (let port = graph.outputStart[v]; port < graph.outputStart[v + 1]; port++)
      bytes[grouping.groupOf[v]] += outputShare * graph.outputBytes[port];
  }
  return bytes;
}
