/**
 * Ops outside the modules of a map. A framework runs them where their inputs are. So they get the
 * device of the first producer that has one, or else of the first consumer. An op with weights must
 * be in the map.
 */
import { InputError } from "../../env/model/errors.ts";
import { runsOnKind } from "../../env/model/graph/support.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { NO_DEVICE, withTheirClass } from "./partial-plan.ts";

/** Devices with those ops completed where they can be, and how many they were. */
export function withProducers(
  scenario: Scenario,
  given: Int32Array,
): { readonly device: Int32Array; readonly moved: number } {
  const { graph, cluster } = scenario;
  const device = withTheirClass(scenario, given);
  const heavy = device.findIndex((d, v) => d === NO_DEVICE && graph.parameterBytes[v] > 0);
  if (heavy !== -1)
    throw new InputError(`it gives no device for op "${graph.names[heavy]}", which has weights.`);
  const members = membersOfClasses(scenario);
  let moved = 0;
  const adopt = (v: number, neighbours: readonly number[]): void => {
    if (device[v] !== NO_DEVICE) return;
    const mates = graph.colocation[v] === -1 ? [v] : members[graph.colocation[v]];
    const runs = (d: number) => mates.every((mate) => runsOnKind(graph, mate, cluster.devices[d].kind));
    const near = neighbours.map((u) => device[u]).find((d) => d !== NO_DEVICE && runs(d));
    if (near === undefined) return;
    for (const mate of mates) device[mate] = near;
    moved += mates.length;
  };
  for (const v of graph.topologicalOrder)
    adopt(v, Array.from(graph.edgeSource.subarray(graph.inStart[v], graph.inStart[v + 1])));
  for (const v of graph.topologicalOrder.toReversed()) {
    const edges = graph.outEdge.subarray(graph.outStart[v], graph.outStart[v + 1]);
    adopt(
      v,
      Array.from(edges, (e) => graph.edgeDestination[e]),
    );
  }
  return { device, moved };
}

function membersOfClasses({ graph }: Scenario): number[][] {
  const members: number[][] = Array.from({ length: graph.colocationCount }, () => []);
  graph.colocation.forEach((c, v) => {
    if (c !== -1) members[c].push(v);
  });
  return members;
}
