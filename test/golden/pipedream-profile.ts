/** The profiles of layers that come with PipeDream, read as its optimizer reads them. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Layers } from "../../agents/exact/intervals/interval-states.ts";
import { importFile } from "../../scenarios/index.ts";

/**
 * Without inputs and without unused pieces of outputs. Layers and their successors are in the order
 * of the file, which numbers the states.
 */
export function profileLayers(path: string): Layers {
  const bytes = readFileSync(path);
  const { graph } = importFile(bytes, basename(path), new Map([["inputs", "drop"]])).scenario;
  const users = new Set(graph.edgeSource);
  const isUnused = (v: number) => graph.types[v] === "__getitem__" && !users.has(v);
  const kept = graph.names.flatMap((_, v) => (isUnused(v) ? [] : [v]));
  const numberOf = new Map(kept.map((v, number) => [graph.names[v], number]));
  const successors = kept.map((): number[] => []);
  for (const line of bytes.toString("utf8").split("\n")) {
    if (!line.startsWith("\t")) continue;
    const [from, to] = line.split(" -- ").map((name) => numberOf.get(name.trim()));
    if (from !== undefined && to !== undefined) successors[from].push(to);
  }
  const [times] = graph.measuredUs.values();
  return {
    count: kept.length,
    successors,
    timeUs: Float64Array.from(kept, (v) => times[v]),
    weightBytes: Float64Array.from(kept, (v) => graph.parameterBytes[v]),
    activationBytes: Float64Array.from(kept, (v) => graph.outputBytes[graph.outputStart[v]]),
  };
}
