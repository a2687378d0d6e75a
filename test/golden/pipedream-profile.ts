/** The profiles of layers that come with PipeDream, read as its optimizer reads them. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Layers } from "../../agents/exact/intervals/interval-states.ts";
import { importFile } from "../../scenarios/index.ts";

export interface NamedLayers extends Layers {
  /** What the file says of each layer. */
  readonly descriptions: readonly string[];
}

/**
 * Without inputs and without unused pieces of outputs. Layers and their successors are in the order
 * of the file, which numbers the states.
 */
export function profileLayers(path: string): NamedLayers {
  const bytes = readFileSync(path);
  const { graph } = importFile(bytes, basename(path), new Map([["inputs", "drop"]])).scenario;
  const users = new Set(graph.edgeSource);
  const isUnused = (v: number) => graph.types[v] === "__getitem__" && !users.has(v);
  const kept = graph.names.flatMap((_, v) => (isUnused(v) ? [] : [v]));
  const numberOf = new Map(kept.map((v, number) => [graph.names[v], number]));
  const successors = kept.map((): number[] => []);
  const descriptions = kept.map(() => "");
  for (const line of bytes.toString("utf8").split("\n")) {
    const [one, other] = line.split(" -- ");
    const from = numberOf.get(one.trim());
    if (from === undefined) continue;
    if (!line.startsWith("\t")) descriptions[from] = other;
    else if (numberOf.has(other.trim())) successors[from].push(numberOf.get(other.trim())!);
  }
  const [times] = graph.measuredUs.values();
  return {
    count: kept.length,
    successors,
    descriptions,
    timeUs: Float64Array.from(kept, (v) => times[v]),
    weightBytes: Float64Array.from(kept, (v) => graph.parameterBytes[v]),
    activationBytes: Float64Array.from(kept, (v) => graph.outputBytes[graph.outputStart[v]]),
  };
}

/**
 * Whole microseconds of the layers as PipeDream's own code orders them. It goes depth first, layers
 * and their successors by description, and puts each layer before all that it has finished.
 */
export function profileCosts(path: string): number[] {
  const { count, successors, descriptions, timeUs } = profileLayers(path);
  const byDescription = (one: number, other: number) =>
    descriptions[one] < descriptions[other] ? -1 : Number(descriptions[one] > descriptions[other]);
  const isDone = new Uint8Array(count);
  const finished: number[] = [];
  const visit = (layer: number): void => {
    if (isDone[layer] === 1) return;
    isDone[layer] = 1;
    for (const next of [...successors[layer]].sort(byDescription)) visit(next);
    finished.push(layer);
  };
  for (const layer of Array.from(successors.keys()).sort(byDescription)) visit(layer);
  return finished.reverse().map((layer) => Math.round(timeUs[layer]));
}
