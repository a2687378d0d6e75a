/** The edges of the slow formulas: who waits for whom, and which of these edges move data. */
import { CONTROL } from "../../model/graph/graph.ts";
import type { Scenario } from "../../model/scenario.ts";

export interface Edge {
  readonly u: number;
  readonly v: number;
  /** False where the edge only orders its ops. */
  readonly movesData: boolean;
}

export const edgesOf = ({ graph, fidelity }: Pick<Scenario, "graph" | "fidelity">): Edge[] =>
  Array.from(graph.edgeSource, (u, e) => ({
    u,
    v: graph.edgeDestination[e],
    movesData: graph.edgeOutput[e] !== CONTROL || fidelity.controlEdges !== "free",
  }));

export const dataEdges = (scenario: Pick<Scenario, "graph" | "fidelity">): Edge[] =>
  edgesOf(scenario).filter(({ movesData }) => movesData);
