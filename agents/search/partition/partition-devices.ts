/**
 * The device of each group under a partition. Part p is on device p of the pool, as far as the
 * supported ops and the memory allow.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { reservations } from "../../problems/schedule/scenario.ts";
import { ruleOf } from "./multilevel.ts";
import type { PartitionProblem } from "./partition-problem.ts";
import { partitionState } from "./partition-state.ts";
import { relieve } from "./refinement.ts";

/** Without regard to memory. */
export function devicesOf(problem: PartitionProblem, part: Int32Array): Int32Array {
  const { choices, group } = problem;
  const groupDevice = Int32Array.from(choices.legal, (legal) => legal[0]);
  supportedParts(problem, part).forEach((p, v) => {
    groupDevice[group[v]] = choices.devices[p];
  });
  return groupDevice;
}

/**
 * Groups leave devices over their memory limit by the moves that add least to the cut, without
 * regard to balance. Memory is weights with optimizer state, and a share of all outputs.
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
 * Moves each vertex that its device cannot run to another part. Of the parts whose devices can run
 * it, the vertex takes the one with the most weight of edges to it.
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
