/**
 * The scenario as list schedulers see it: one task per op, one set per group, contention-free routes.
 *
 * Memory is a reservation, not the simulator's account: weights with optimizer state in full, and a share of the outputs,
 * because not all outputs are live at once. A share of 0 trusts them all to be freed in time, 1 keeps every one.
 */
import { CONTROL, type Device, isCpu, type Objective, runTimesUs, type Scenario } from "../../env/index.ts";
import type { Choices } from "./choices.ts";
import type { ScheduleProblem } from "./schedule-problem.ts";

const MOVES_NOTHING = -1;

export function scheduleProblemOf(choices: Choices, outputShare: number): ScheduleProblem {
  const { scenario } = choices;
  const { graph, cluster, grouping } = scenario;
  const { latencyUs, usPerByte } = routeDelays(scenario);
  return {
    tasks: graph,
    deviceCount: choices.deviceCount,
    runUs: runTimesUs(graph, cluster),
    edgeBytes: edgeBytes(scenario),
    latencyUs,
    usPerByte,
    setOf: grouping.groupOf,
    setDevices: choices.legal,
    setBytes: heldBytes(scenario, outputShare),
    limitBytes: limitBytes(scenario),
  };
}

function edgeBytes({ graph, fidelity }: Scenario): Float64Array {
  return Float64Array.from({ length: graph.edgeCount }, (_, e) => {
    if (graph.edgeOutput[e] !== CONTROL) return graph.edgeBytes[e];
    if (fidelity.controlEdges === "free") return MOVES_NOTHING;
    const source = graph.edgeSource[e];
    const firstPort = graph.outputStart[source];
    return firstPort < graph.outputStart[source + 1] ? graph.outputBytes[firstPort] : 0;
  });
}

/** Store and forward: the delays of a route's links add up. */
function routeDelays({ cluster }: Scenario) {
  const deviceCount = cluster.devices.length;
  const latencyUs = new Float64Array(deviceCount * deviceCount);
  const usPerByte = new Float64Array(deviceCount * deviceCount);
  cluster.routes.flat().forEach((route, pair) => {
    for (const link of route) {
      latencyUs[pair] += cluster.links[link].latencyUs;
      usPerByte[pair] += 1 / cluster.links[link].bytesPerUs;
    }
  });
  return { latencyUs, usPerByte };
}

/** Makespan and peak memory come from the event engine; the other objectives are formulas. */
const isSimulated = (objective: Objective): boolean =>
  objective === "makespan" || objective === "peak-memory";

/** What is simulated limits every device under training memory and none otherwise; formulas limit all but CPUs. */
function limitBytes({ cluster, objective, fidelity }: Scenario): Float64Array {
  const limits = (device: Device) =>
    isSimulated(objective) ? fidelity.memory === "training" : !isCpu(device);
  return Float64Array.from(cluster.devices, (device) =>
    limits(device) ? device.memoryBytes : Number.POSITIVE_INFINITY,
  );
}

/** The engine counts optimizer state too, formulas bare weights. */
function heldBytes({ graph, grouping, objective, fidelity }: Scenario, outputShare: number): Float64Array {
  const copies = isSimulated(objective) ? 1 + fidelity.optimizerSlots : 1;
  const bytes = new Float64Array(grouping.groupCount);
  for (let v = 0; v < graph.opCount; v++) {
    bytes[grouping.groupOf[v]] += copies * graph.parameterBytes[v];
    for (let port = graph.outputStart[v]; port < graph.outputStart[v + 1]; port++)
      bytes[grouping.groupOf[v]] += outputShare * graph.outputBytes[port];
  }
  return bytes;
}
