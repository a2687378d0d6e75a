/**
 * The partitioners of Scotch and METIS as oracles, where Debian's `scotch` and `metis` are
 * installed. Both count in 32 bits: weights are divided until their sums fit. Cuts are measured
 * afterwards on the original graph.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  cutWeight,
  type WeightedGraph,
  weightedGraph,
} from "../../../../agents/search/partition/weighted-graph.ts";
import { createRng } from "../../../../env/index.ts";

export interface OracleRun {
  readonly how: string;
  readonly part: Int32Array;
  readonly cut: number;
}

/** The program's name, or null, with the reason printed, where it is not installed. */
export function installed(...names: string[]): string | null {
  for (const name of names)
    try {
      execFileSync(name, ["-V"], { stdio: "pipe" });
      return name;
    } catch (error) {
      // Programs differ in what they make of -V; only a missing one has this code.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") return name;
    }
  console.log(`Skipped: ${names.join(" or ")} is not installed.`);
  return null;
}

export const gpart = (): string | null => installed("scotch_gpart", "gpart");
export const gpmetis = (): string | null => installed("gpmetis");

/**
 * Scotch by several strategies, each on the vertices in `orders` orders: the seed of a program that
 * is deterministic.
 */
export function scotchRuns(
  program: string,
  graph: WeightedGraph,
  { partCount, imbalance, orders }: { partCount: number; imbalance: number; orders: number },
): OracleRun[] {
  return inFolder((folder) => {
    const runs: OracleRun[] = [];
    for (let seed = 0; seed < orders; seed++) {
      const place = shuffledPlaces(graph, seed);
      writeFileSync(join(folder, "graph"), scotchFile(narrowed(renumbered(graph, place))));
      for (const strategy of ["q", "b", "qb"]) {
        const files = [join(folder, "graph"), join(folder, "map")];
        execFileSync(program, [String(partCount), ...files, `-b${imbalance}`, `-c${strategy}`], {
          stdio: "pipe",
        });
        const rows = readFileSync(files[1], "utf8").trim().split("\n").slice(1);
        const partAt = new Int32Array(graph.vertexCount);
        for (const row of rows) {
          const [vertex, part] = row.trim().split(/\s+/).map(Number);
          partAt[vertex] = part;
        }
        runs.push(runOf(`-c${strategy}, order ${seed}`, graph, place, partAt));
      }
    }
    return runs;
  });
}

export function metisRun(
  program: string,
  graph: WeightedGraph,
  { partCount, imbalance, cuts }: { partCount: number; imbalance: number; cuts: number },
): OracleRun {
  return inFolder((folder) => {
    const file = join(folder, "graph");
    // METIS takes no edges of weight 0.
    writeFileSync(file, metisFile(narrowed(withoutIdleEdges(graph))));
    const options = [`-ufactor=${Math.round(1000 * imbalance)}`, `-ncuts=${cuts}`];
    execFileSync(program, [...options, file, String(partCount)], { stdio: "pipe" });
    const part = readFileSync(`${file}.part.${partCount}`, "utf8").trim().split("\n").map(Number);
    return runOf(`${cuts} cuts`, graph, shuffledPlaces(graph, 0), Int32Array.from(part));
  });
}

function runOf(how: string, graph: WeightedGraph, place: Int32Array, partAt: Int32Array): OracleRun {
  const part = place.map((at) => partAt[at]);
  return { how, part, cut: cutWeight(graph, part) };
}

/** Order 0 is the graph's own. */
function shuffledPlaces({ vertexCount }: WeightedGraph, seed: number): Int32Array {
  const places = Int32Array.from({ length: vertexCount }, (_, v) => v);
  return seed === 0 ? places : createRng(seed).shuffle(places);
}

function edgesOf({ vertexCount, start, neighbour, edgeWeight }: WeightedGraph) {
  const edges = { from: [] as number[], to: [] as number[], weight: [] as number[] };
  for (let v = 0; v < vertexCount; v++)
    for (let i = start[v]; i < start[v + 1]; i++) {
      if (neighbour[i] < v) continue;
      edges.from.push(v);
      edges.to.push(neighbour[i]);
      edges.weight.push(edgeWeight[i]);
    }
  return edges;
}

function renumbered(graph: WeightedGraph, place: Int32Array): WeightedGraph {
  const weight = new Float64Array(graph.vertexCount);
  place.forEach((at, v) => {
    weight[at] = graph.vertexWeight[v];
  });
  const { from, to, weight: edgeWeight } = edgesOf(graph);
  return weightedGraph(weight, {
    from: from.map((v) => place[v]),
    to: to.map((v) => place[v]),
    weight: edgeWeight,
  });
}

function withoutIdleEdges(graph: WeightedGraph): WeightedGraph {
  const { from, to, weight } = edgesOf(graph);
  const busy = (_: number, e: number) => weight[e] > 0;
  return weightedGraph(graph.vertexWeight, {
    from: from.filter(busy),
    to: to.filter(busy),
    weight: weight.filter(busy),
  });
}

/**
 * Weights in a unit such that all edges, counted from both ends, and all vertices sum to less than
 * 2^30.
 */
function narrowed(graph: WeightedGraph): WeightedGraph {
  const scaled = (weights: Float64Array): Float64Array => {
    const unit = Math.max(1, weights.reduce((sum, weight) => sum + weight, 0) / 2 ** 30);
    return weights.map((weight) => (weight > 0 ? Math.max(1, Math.round(weight / unit)) : 0));
  };
  return { ...graph, vertexWeight: scaled(graph.vertexWeight), edgeWeight: scaled(graph.edgeWeight) };
}

/** Format of Scotch's user guide: 111 stands for labels, edge weights and vertex weights. */
function scotchFile({ vertexCount, vertexWeight, start, neighbour, edgeWeight }: WeightedGraph): string {
  const rows = Array.from(vertexWeight, (weight, v) => {
    const ends = Array.from(
      neighbour.subarray(start[v], start[v + 1]),
      (to, i) => `${edgeWeight[start[v] + i]} ${to}`,
    );
    return [v, weight, ends.length, ...ends].join(" ");
  });
  return ["0", `${vertexCount} ${neighbour.length}`, "0 111", ...rows, ""].join("\n");
}

/**
 * Format of METIS' manual: 011 stands for vertex weights and edge weights; vertices count from 1.
 */
function metisFile({ vertexCount, vertexWeight, start, neighbour, edgeWeight }: WeightedGraph): string {
  const rows = Array.from(vertexWeight, (weight, v) => {
    const ends = Array.from(
      neighbour.subarray(start[v], start[v + 1]),
      (to, i) => `${to + 1} ${edgeWeight[start[v] + i]}`,
    );
    return [weight, ...ends].join(" ");
  });
  return [`${vertexCount} ${neighbour.length / 2} 011`, ...rows, ""].join("\n");
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "oracle-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
