/**
 * Graphs to partition: the workloads of dnn-partitioning next to the checkout, and generated ones
 * of any size.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freeProblem } from "../../../../agents/search/partition/partition-problem.ts";
import { type WeightedGraph, weightedGraph } from "../../../../agents/search/partition/weighted-graph.ts";
import { createRng } from "../../../../env/index.ts";
import { importFile } from "../../../../scenarios/index.ts";
import { sharedPath } from "../../../shared-folder.ts";

export interface Workload {
  readonly name: string;
  readonly graph: WeightedGraph;
  readonly share: Float64Array;
}

/**
 * The 16 throughput workloads by Scotch's recipe, one part per accelerator; none where the folder
 * is missing.
 */
export function workloads(): Workload[] {
  const folder = sharedPath("data", "dnn-partitioning", "throughput-inputs");
  if (folder === null) return [];
  return ["LayerGraphs", "OperatorGraphs"].flatMap((kind) =>
    readdirSync(join(folder, kind)).map((file) => {
      const { scenario } = importFile(readFileSync(join(folder, kind, file), "utf8"), file);
      const { graph, share } = freeProblem(scenario);
      return { name: `${kind.replace("Graphs", "")} ${file.replace(".json", "")}`, graph, share };
    }),
  );
}

/**
 * Layers of equal width. Each vertex is joined to three near its position in the layers before,
 * mostly the last.
 */
export function layered(vertexCount: number, width: number): WeightedGraph {
  const rng = createRng("layered");
  const edges = { from: [] as number[], to: [] as number[], weight: [] as number[] };
  for (let v = width; v < vertexCount; v++) {
    const layer = Math.floor(v / width);
    for (let input = 0; input < 3; input++) {
      const back = rng.next() < 0.9 ? 1 : 1 + rng.int(Math.min(5, layer));
      const place = Math.min(width - 1, Math.max(0, (v % width) + rng.int(9) - 4));
      edges.from.push((layer - back) * width + place);
      edges.to.push(v);
      edges.weight.push(1 + rng.int(1000));
    }
  }
  return weightedGraph(
    Float64Array.from({ length: vertexCount }, () => 1 + rng.int(1000)),
    edges,
  );
}

export function grid(columns: number, rows: number): WeightedGraph {
  const edges = { from: [] as number[], to: [] as number[], weight: [] as number[] };
  const link = (from: number, to: number) => {
    edges.from.push(from);
    edges.to.push(to);
    edges.weight.push(1);
  };
  for (let v = 0; v < columns * rows; v++) {
    if ((v + 1) % columns !== 0) link(v, v + 1);
    if (v + columns < columns * rows) link(v, v + columns);
  }
  return weightedGraph(new Float64Array(columns * rows).fill(1), edges);
}
