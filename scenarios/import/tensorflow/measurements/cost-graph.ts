/**
 * The op graph of a CostGraphDef alone: nodes with their costs in us and the bytes of their
 * outputs, linked by ids.
 */

import { InputError } from "../../../../env/model/errors.ts";
import { graphBuilder } from "../../../../env/model/graph/builder.ts";
import type { OpGraph } from "../../../../env/model/graph/graph.ts";
import type { CostGraph, CostNode } from "../messages/stats-schema.ts";
import { fromCostGraph, kindOf } from "./measured.ts";

export function costGraph({ node: nodes }: CostGraph, gpuKind: string): OpGraph {
  const byId = new Map<number, CostNode>();
  for (const node of nodes) {
    if (byId.has(node.id))
      throw new InputError(
        `cost graph: the id ${node.id} is there twice; the graphs of several partitions cannot be told apart.`,
      );
    byId.set(node.id, node);
  }
  const named = (user: CostNode, id: number): string => {
    const source = byId.get(id);
    if (source === undefined)
      throw new InputError(`cost graph: node "${user.name}" reads the id ${id}, which no node has.`);
    return source.name;
  };
  const { outputBytes } = fromCostGraph({ node: nodes });
  const builder = graphBuilder();
  for (const { name, device, compute_cost } of nodes)
    builder.op({
      name,
      measuredUs: { [kindOf(device) === "CPU" ? "CPU" : gpuKind]: Math.max(0, compute_cost) },
      outputs: outputBytes.get(name),
    });
  for (const node of nodes) {
    for (const { preceding_node, preceding_port } of node.input_info)
      builder.edge({ from: named(node, preceding_node), output: preceding_port, to: node.name });
    for (const id of node.control_input) builder.control(named(node, id), node.name);
  }
  return builder.build();
}
