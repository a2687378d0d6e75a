/** Data parallelism as decisions: a mesh axis divides the batch of all inputs. */
import type { OpGraph } from "../../graph/graph.ts";
import type { Decision } from "./decisions.ts";
import type { PropagationRules } from "./rules.ts";

export function batchDecisions({ ops, graph }: PropagationRules, axis: number): Decision[] {
  return [...ops].filter((op) => isInput(graph, op)).flatMap((op) => batchOf(graph, op, axis));
}

const isInput = ({ inStart, parameterBytes }: OpGraph, v: number): boolean =>
  inStart[v] === inStart[v + 1] && parameterBytes[v] === 0;

function batchOf(graph: OpGraph, op: number, axis: number): Decision[] {
  const dimension = graph.iterations![op]!.dimensions.findIndex(({ kind }) => kind === "batch");
  return dimension === -1 ? [] : [{ op, dimension, axis }];
}
