/**
 * Which layers of a chain feed which, by the edges between forward ops, and by those between
 * backward ops turned around. These are the edges that the stages of a pipeline plan must follow.
 */
import { InputError } from "../errors.ts";
import type { Successors } from "../graph/components.ts";
import { Role } from "../graph/graph.ts";
import { HOST_STAGE } from "../plan/pipeline.ts";
import type { LayerChain } from "./layer-chain.ts";

/**
 * Ascending successors of each layer, all of higher number. Throws one sentence where the backward
 * pass has another order than the forward pass, so that no cut of the chain is valid.
 */
export function layerEdges({ layerOf, count, scenario }: LayerChain): Successors {
  const { graph, name } = scenario;
  const successors = Array.from({ length: count }, () => new Set<number>());
  for (let e = 0; e < graph.edgeCount; e++) {
    const [u, v] = [graph.edgeSource[e], graph.edgeDestination[e]];
    const [a, b] = [layerOf[u], layerOf[v]];
    if (a === b || a === HOST_STAGE || b === HOST_STAGE || graph.role[u] !== graph.role[v]) continue;
    const [from, to] = graph.role[u] === Role.forward ? [a, b] : [b, a];
    if (from > to)
      throw new InputError(
        `The layers of scenario "${name}" are no chain: "${graph.names[v]}" uses "${graph.names[u]}" against their order.`,
      );
    successors[from].add(to);
  }
  return successors.map((set) => [...set].sort((one, other) => one - other));
}
