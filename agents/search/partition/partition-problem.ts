/**
 * `PartitionProblem`: a scenario as a partitioner sees it. The free problem has a vertex per
 * co-location class. The ordered problem has a vertex per element of a contiguous split
 * (env/model/layers/elements.ts), and arcs for their order. An order that passes through ops
 * of the host alone counts too.
 */
import { colocationGrouping, groupingOf } from "../../../env/model/coarsen/grouping.ts";
import { contract } from "../../../env/model/layers/elements.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { type Choices, choicesOf, type Pool } from "../../problems/choices.ts";
import { type Arcs, arcsOf } from "./arcs.ts";
import type { OrderedGraph } from "./coarsening.ts";
import { type PlacementGraph, placementGraph } from "./placement-graph.ts";
import { type WeightedGraph, weightedGraph } from "./weighted-graph.ts";

export interface PartitionProblem extends PlacementGraph, OrderedGraph {
  readonly choices: Choices;
}

export function freeProblem(scenario: Scenario, pool: Pool = "accelerators"): PartitionProblem {
  const grouping = colocationGrouping(scenario.graph);
  const choices = choicesOf({ ...scenario, grouping }, pool);
  return { choices, ...placementGraph(choices), arcs: null };
}

export function orderedProblem(scenario: Scenario): PartitionProblem {
  const elements = contract(scenario);
  const grouping = groupingOf(scenario.graph, elements.of);
  const choices = choicesOf({ ...scenario, grouping }, "accelerators");
  const placed = placementGraph(choices);
  const groupOfElement = new Int32Array(elements.count);
  elements.of.forEach((element, v) => {
    groupOfElement[element] = grouping.groupOf[v];
  });
  const vertexOfGroup = new Int32Array(elements.count).fill(-1);
  placed.group.forEach((g, vertex) => {
    vertexOfGroup[g] = vertex;
  });
  const arcs = arcsAmong(
    groupOfElement.map((g) => vertexOfGroup[g]),
    elements.successors,
    placed.group.length,
  );
  return { choices, ...placed, graph: withArcs(placed.graph, arcs), arcs };
}

/**
 * Arcs between vertices, including paths through elements that are no vertices. Pre: elements are
 * numbered in topological order.
 */
function arcsAmong(
  vertexOf: Int32Array,
  successors: readonly (readonly number[])[],
  vertexCount: number,
): Arcs {
  const reached: Set<number>[] = [];
  const lists: Iterable<number>[] = Array.from({ length: vertexCount }, () => []);
  for (let element = successors.length - 1; element >= 0; element--) {
    const next = new Set<number>();
    for (const to of successors[element])
      if (vertexOf[to] !== -1) next.add(vertexOf[to]);
      else for (const vertex of reached[to]) next.add(vertex);
    reached[element] = next;
    if (vertexOf[element] !== -1) lists[vertexOf[element]] = next;
  }
  return arcsOf(lists);
}

/** Every arc becomes an edge; new edges have weight 0. */
function withArcs(graph: WeightedGraph, { outStart, successor }: Arcs): WeightedGraph {
  const { vertexCount, vertexWeight, start, neighbour, edgeWeight } = graph;
  const edges = { from: [] as number[], to: [] as number[], weight: [] as number[] };
  const add = (from: number, to: number, weight: number) => {
    edges.from.push(from);
    edges.to.push(to);
    edges.weight.push(weight);
  };
  for (let v = 0; v < vertexCount; v++) {
    for (let i = start[v]; i < start[v + 1]; i++) if (neighbour[i] > v) add(v, neighbour[i], edgeWeight[i]);
    for (let i = outStart[v]; i < outStart[v + 1]; i++) add(v, successor[i], 0);
  }
  return weightedGraph(vertexWeight, edges);
}
