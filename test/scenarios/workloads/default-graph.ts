/** Graphs of the built-in workloads with default options, each built once in a process of tests. */
import type { OpGraph } from "../../../env/index.ts";
import { buildWorkload, type Workload } from "../../../scenarios/index.ts";

export const defaultsOf = ({ options }: Workload): Record<string, number> =>
  Object.fromEntries(Object.entries(options).map(([key, option]) => [key, option.default]));

const graphs = new Map<Workload, OpGraph>();

export function defaultGraph(workload: Workload): OpGraph {
  const graph = graphs.get(workload) ?? buildWorkload(workload, defaultsOf(workload));
  graphs.set(workload, graph);
  return graph;
}
