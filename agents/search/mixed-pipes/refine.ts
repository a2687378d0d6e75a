/**
 * FTPipe's refinement. A layer at the border of its stage moves along an edge to another stage,
 * where the cost of the most expensive stage drops. The article also moves it where that cost
 * stays and the transfers get less. The released program leaves that comparison out.
 *
 * A move keeps every edge inside its stage or going to a later one. It cuts no edge that may not be
 * cut. Unlike the released program, no move empties a stage.
 */
import type { LayerGraph, MixedStages } from "./layer-graph.ts";
import { stageTimes, totalTransfers, worstStage } from "./stage-cost.ts";

/** Costs that differ by less, relatively, are equal: sums of moved times round. */
const ROUNDING = 1e-12;

export interface RefineOptions {
  readonly mode: "paper" | "code";
  readonly sameGpuSpeedup: number;
  readonly memoryBytes: number;
}

export interface Refined extends MixedStages {
  /** Cost of the most expensive stage, as the moves changed it. */
  readonly costUs: number;
}

export function refineStages(graph: LayerGraph, start: MixedStages, options: RefineOptions): Refined {
  const state = refinement(graph, start, options);
  const { stageOf } = state.stages;
  for (let moved = true; moved; ) {
    moved = false;
    for (let stage = start.gpuOf.length - 1; stage >= 0; stage--)
      for (let edge = graph.from.length - 1; edge >= 0; edge--) {
        const [layer, next] = [graph.from[edge], graph.to[edge]];
        if (stageOf[layer] !== stage || stageOf[next] === stage) continue;
        if (state.tryMove(layer, stageOf[next])) moved = true;
      }
    for (let stage = start.gpuOf.length - 1; stage >= 0; stage--)
      for (let edge = 0; edge < graph.from.length; edge++) {
        const [before, layer] = [graph.from[edge], graph.to[edge]];
        if (stageOf[layer] !== stage || stageOf[before] === stage) continue;
        if (state.tryMove(layer, stageOf[before])) moved = true;
      }
  }
  return { ...state.stages, costUs: state.costUs() };
}

interface Refinement {
  readonly stages: MixedStages;
  costUs(): number;
  /** Moves a layer if that is allowed and an improvement. */
  tryMove(layer: number, stage: number): boolean;
}

function refinement(graph: LayerGraph, start: MixedStages, options: RefineOptions): Refinement {
  const stages = { stageOf: start.stageOf.slice(), gpuOf: start.gpuOf };
  const { stageOf, gpuOf } = stages;
  const edgesOf = incidentEdges(graph);
  const times = stageTimes(graph, stages, options.sameGpuSpeedup);
  const size = new Int32Array(gpuOf.length);
  const held = new Float64Array(times.loadUs.length);
  for (const [layer, stage] of stageOf.entries()) {
    size[stage]++;
    held[gpuOf[stage]] += graph.bytes[layer];
  }
  let worst = worstStage(times, gpuOf);
  let sent = totalTransfers(times);

  const charge = (layer: number, sign: number) => {
    for (const edge of edgesOf[layer]) {
      const [one, other] = [stageOf[graph.from[edge]], stageOf[graph.to[edge]]];
      if (one === other) continue;
      const us = (sign * graph.sendUs[edge]) / (gpuOf[one] === gpuOf[other] ? options.sameGpuSpeedup : 1);
      times.forwardUs[one] += us;
      times.backwardUs[other] += us;
      sent += 2 * us;
    }
  };
  const place = (layer: number, to: number) => {
    const from = stageOf[layer];
    charge(layer, -1);
    stageOf[layer] = to;
    charge(layer, 1);
    const us = graph.forwardUs[layer] + graph.backwardUs[layer];
    times.loadUs[gpuOf[from]] -= us;
    times.loadUs[gpuOf[to]] += us;
    held[gpuOf[from]] -= graph.bytes[layer];
    held[gpuOf[to]] += graph.bytes[layer];
    size[from]--;
    size[to]++;
  };
  const isOrdered = (layer: number, to: number) =>
    edgesOf[layer].every((edge) =>
      graph.from[edge] === layer ? stageOf[graph.to[edge]] >= to : stageOf[graph.from[edge]] <= to,
    );
  const cutsWhole = (layer: number) =>
    edgesOf[layer].some(
      (edge) => graph.uncuttable?.[edge] === 1 && stageOf[graph.from[edge]] === stageOf[graph.to[edge]],
    );
  const fits = (layer: number, from: number, to: number) =>
    gpuOf[from] === gpuOf[to] || held[gpuOf[to]] + graph.bytes[layer] <= options.memoryBytes;
  return {
    stages,
    costUs: () => worst,
    tryMove(layer, to) {
      const from = stageOf[layer];
      if (size[from] === 1 || !isOrdered(layer, to) || cutsWhole(layer) || !fits(layer, from, to))
        return false;
      const sentBefore = sent;
      place(layer, to);
      const cost = worstStage(times, gpuOf);
      const isLess = cost < worst * (1 - ROUNDING);
      const isEqual = !isLess && cost <= worst * (1 + ROUNDING);
      if (isLess || (isEqual && options.mode === "paper" && sent < sentBefore * (1 - ROUNDING))) {
        worst = isLess ? cost : worst;
        return true;
      }
      place(layer, from);
      sent = sentBefore;
      return false;
    },
  };
}

function incidentEdges({ count, from, to }: LayerGraph): number[][] {
  const edges = Array.from({ length: count }, (): number[] => []);
  for (const [edge, layer] of from.entries()) {
    edges[layer].push(edge);
    edges[to[edge]].push(edge);
  }
  return edges;
}
