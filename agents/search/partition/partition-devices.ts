/**
 * Which device each group gets from a partition: part p goes to device p of the pool, as far as ops
 * and memory allow.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { reservations } from "../../problems/schedule-scenario.ts";
import { ruleOf } from "./multilevel.ts";
import type { PartitionProblem } from "./partition-problem.ts";
import { partitionState } from "./partition-state.ts";
import { relieve } from "./refinement.ts";

/** Memory left to chance. */
export function devicesOf(problem: PartitionProblem, part: Int32Array): Int32Array {
  const { choices, group } = problem;
  const groupDevice = Int32Array.from(choices.legal, (legal) => legal[0]);
  supportedParts(problem, part).forEach((p, v) => {
    groupDevice[group[v]] = choices.devices[p];
  });
  return groupDevice;
}

/**
 * Groups leave devices over their memory by the moves that add least to the cut, balance no longer
 * looked at. Memory is weights with optimizer state and a share of all outputs.
 */
export function devicesWithinMemory(
  problem: PartitionProblem,
  part: Int32Array,
  outputShare: number,
  rng: Rng,
): Int32Array {
  const { choices, group, graph } = problem;
  const { setBytes, limitBytes } = reservations(choices.scenario, outputShare);
  const bytes = Float64Array.from(group, (g) => Math.ceil(setBytes[g]));
  const limit = Float64Array.from(choices.devices, (d) => limitBytes[d]);
  const state = partitionState({ ...graph, vertexWeight: bytes }, part.slice(), limit);
  relieve(state, ruleOf(problem, state), rng);
  return devicesOf(problem, state.part);
}

/**
 * A vertex whose part has a device that cannot run it goes to the part that it is joined to most of
 * those that can.
 */
function supportedParts({ choices, group, graph }: PartitionProblem, part: Int32Array): Int32Array {
  const { devices, legal } = choices;
  const supported = part.slice();
  group.forEach((g, v) => {
    if (legal[g].includes(devices[part[v]])) return;
    const joins = new Float64Array(devices.length);
    for (let i = graph.start[v]; i < graph.start[v + 1]; i++)
      joins[supported[graph.neighbour[i]]] += graph.edgeWeight[i];
    const parts = Array.from(legal[g], (d) => devices.indexOf(d));
    supported[v] = parts.reduce((best, p) => (joins[p] > joins[best] ? p : best));
  });
  return supported;
}
