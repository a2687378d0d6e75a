/**
 * Whether a placement is a contiguous split. Its devices can be put in a line so that no edge
 * between forward ops leads backwards. Backward and update ops are with their forward op. So every
 * device is a stage that a sample passes once. After Tarnawski et al., Efficient Algorithms
 * for Device Placement of DNN Graph Operators, NeurIPS 2020.
 */
import { stronglyConnectedComponents } from "../../../env/model/graph/components.ts";
import { Role } from "../../../env/model/graph/graph.ts";
import type { Scenario } from "../../../env/model/scenario.ts";

/** What is not contiguous in one clause, null where the placement is contiguous. */
export function contiguityFault({ graph, cluster }: Scenario, device: ArrayLike<number>): string | null {
  const { role, twin, names } = graph;
  const onward = cluster.devices.map(() => new Set<number>());
  for (let e = 0; e < graph.edgeCount; e++) {
    const [u, v] = [graph.edgeSource[e], graph.edgeDestination[e]];
    if (role[u] !== Role.forward || role[v] !== Role.forward) continue;
    if (device[u] !== device[v]) onward[device[u]].add(device[v]);
  }
  const { of, count } = stronglyConnectedComponents(onward.map((to) => [...to]));
  if (count < cluster.devices.length) {
    const first = cluster.devices.findIndex((_, d) => of.indexOf(of[d]) !== of.lastIndexOf(of[d]));
    return `a path leaves "${cluster.devices[first].name}" and comes back to it`;
  }
  for (let v = 0; v < graph.opCount; v++)
    if (role[v] !== Role.forward && twin[v] !== -1 && device[v] !== device[twin[v]])
      return `"${names[v]}" is not on the device of its forward op "${names[twin[v]]}"`;
  return null;
}
