/** FTPipe's lines "works in the gym when". */
import { minMaxLengths } from "../../../../agents/exact/cuts/stage-cuts.ts";
import { methods } from "../../../../agents/registry/registry.ts";
import { contraction } from "../../../../agents/search/mixed-pipes/contraction.ts";
import { type LayerGraph, layerWeights } from "../../../../agents/search/mixed-pipes/layer-graph.ts";
import { type MixedPipeOptions, mixedPipe } from "../../../../agents/search/mixed-pipes/mixed-pipe.ts";
import { refineStages } from "../../../../agents/search/mixed-pipes/refine.ts";
import { createRng } from "../../../../env/index.ts";
import { sumsOf } from "../../../agents/exact/cuts/sums.ts";
import {
  costOf,
  isOrdered,
  leastCost,
  leastLoad,
  worstOf,
} from "../../../agents/search/mixed-pipes/every-assignment.ts";
import { chain, randomLayers } from "../../../agents/search/mixed-pipes/random-layers.ts";
import type { SystemCheck } from "../check.ts";
import { cases, drawn, offBy, range, tiny } from "./figures.ts";

const OPTIONS: MixedPipeOptions = {
  gpus: 2,
  memoryBytes: Number.POSITIVE_INFINITY,
  blocks: [5],
  assign: "largest-first",
  mode: "paper",
  weight: 1,
  sameGpuSpeedup: 10,
  seed: 1,
  limit: 100_000,
};

const jobs: SystemCheck = {
  system: "ftpipe",
  check: "greatest load of up to 8 random jobs on up to 3 GPUs over the optimum, 1,000 sets, both orders",
  target: "largest first at most 4/3 - 1/(3P); the order of the code claims no such bound",
  seeds: 1,
  async run() {
    const above = { "largest-first": 0, "smallest-first": 0 };
    let worst = 0;
    for (const rng of cases("ftpipe jobs", 1000)) {
      const [count, gpus] = [1 + rng.int(8), 1 + rng.int(3)];
      const weights = drawn(rng, count, 1, 30);
      const least = leastLoad(weights, gpus);
      const bound = (4 / 3 - 1 / (3 * gpus)) * least;
      for (const order of ["largest-first", "smallest-first"] as const)
        if (worstOf(weights, gpus, order) > bound + 1e-9) above[order]++;
      worst = Math.max(worst, worstOf(weights, gpus, "largest-first") / least);
    }
    const { card } = methods.find((method) => method.card.id === "ftpipe")!;
    const claims = /4\/3/.test(`${card.summary} ${card.limits}`);
    return {
      measured:
        `largest first above it in ${above["largest-first"]} of 1000, ${worst.toFixed(3)} times the optimum at most; ` +
        `smallest first, as the code, above it in ${above["smallest-first"]}; claimed ${claims ? "by its card" : "nowhere"}`,
      passed: above["largest-first"] === 0 && above["smallest-first"] > 0 && !claims,
    };
  },
};

/** A share of the edges, one in so many, may not be cut; 0 for none. */
function graphOf(seed: number, oneIn: number): LayerGraph {
  const graph = randomLayers(seed, 6 + (seed % 50));
  const rng = createRng(`systems/ftpipe uncuttable/${seed}`);
  if (oneIn === 0) return { ...graph, uncuttable: undefined };
  return { ...graph, uncuttable: Uint8Array.from(graph.from, () => Number(rng.int(oneIn) === 0)) };
}

/** Blocks that are left where only edges that may not be cut are merged. */
function legalBlocks(graph: LayerGraph): number {
  const at = contraction(graph, layerWeights(graph, 1));
  for (const [edge, from] of graph.from.entries()) {
    const [one, other] = [at.blockOf(from), at.blockOf(graph.to[edge])];
    if (graph.uncuttable?.[edge] === 1 && one !== other) at.merge(one, other);
  }
  return at.blocks.size;
}

/** Stages of all random graphs: in order, fewer than GPUs, more than blocks asked for. */
function stageCounts(oneIn: number) {
  const found = { all: 0, ordered: 0, few: 0, many: 0, noChoice: 0 };
  for (const seed of range(0, 199)) {
    const graph = graphOf(seed, oneIn);
    const gpus = 2 + (seed % 4);
    for (const mode of ["paper", "code"] as const)
      for (const blocks of [[2 * gpus], [2 * gpus, 3 * gpus], [4 * gpus]]) {
        const pipe = mixedPipe(graph, { ...OPTIONS, gpus, blocks, mode, seed })!;
        found.all++;
        if (isOrdered(graph, pipe)) found.ordered++;
        if (pipe.gpuOf.length > pipe.wanted) found.many++;
        if (pipe.gpuOf.length >= gpus) continue;
        found.few++;
        if (legalBlocks(graph) < gpus) found.noChoice++;
      }
  }
  return found;
}

const stages: SystemCheck = {
  system: "ftpipe",
  check:
    "200 random graphs of 6 to 55 layers, P of 2 to 5 GPUs, L of 2 P to 4 P, both modes; no edge, one in 12, one in 2 uncuttable",
  target: "stages in acyclic order, between P and L of them",
  seeds: 1,
  async run() {
    const counts = [0, 12, 2].map(stageCounts);
    const words = counts.map(
      ({ all, ordered, few, many, noChoice }, i) =>
        `${["none", "one in 12", "one in 2"][i]}: in order ${ordered} of ${all}, more than L ${many}, fewer than P ${few}` +
        (few > 0 ? `, of which ${noChoice} have fewer than P blocks that may be cut apart` : ""),
    );
    return {
      measured: words.join("; "),
      passed: counts.every(({ all, ordered, few, many }) => ordered === all && few === 0 && many === 0),
    };
  },
};

const refinement: SystemCheck = {
  system: "ftpipe",
  check: "cost after refinement of 200 random graphs, both modes and orders",
  target: "at most that before; equal to a computation from scratch",
  seeds: 1,
  async run() {
    let [all, dearer, cheaper, worst] = [0, 0, 0, 0];
    for (const seed of range(0, 199)) {
      const graph = randomLayers(seed, 16 + (seed % 40));
      for (const mode of ["paper", "code"] as const)
        for (const assign of ["largest-first", "smallest-first"] as const) {
          const gpus = 2 + (seed % 4);
          const pipe = mixedPipe(graph, { ...OPTIONS, gpus, blocks: [3 * gpus], mode, assign, seed })!;
          all++;
          if (pipe.costUs > pipe.assignedUs) dearer++;
          if (pipe.costUs < pipe.assignedUs) cheaper++;
          const again = refineStages(graph, pipe, { mode: "paper", sameGpuSpeedup: 10, memoryBytes: 1e9 });
          worst = Math.max(
            worst,
            offBy(pipe.costUs, costOf(graph, pipe)),
            offBy(again.costUs, costOf(graph, again)),
          );
        }
    }
    return {
      measured: `dearer in ${dearer} of ${all}, cheaper in ${cheaper}; off by ${tiny(worst)} at most`,
      passed: dearer === 0 && worst < 1e-9,
    };
  },
};

const mixed: SystemCheck = {
  system: "ftpipe",
  check:
    "3, 2, 2, 3, 2 on 2 GPUs; every assignment of 200 random chains of up to 7 layers on up to 3 GPUs, with transfers",
  target: "contiguous 7, mixed 6; equal to brute force",
  seeds: 1,
  async run() {
    const costs = [3, 2, 2, 3, 2];
    const contiguous = Math.max(...sumsOf(costs, minMaxLengths(costs, 2)));
    const found = mixedPipe(chain(costs), { ...OPTIONS, assign: "exhaustive" })!.costUs;
    const greedy = mixedPipe(chain(costs), OPTIONS)!.costUs;
    let [equal, optimal] = [0, 0];
    for (const rng of cases("ftpipe chains", 200)) {
      const count = 2 + rng.int(6);
      const gpus = Math.min(count, 2 + rng.int(2));
      const graph = chain(drawn(rng, count, 0, 19), drawn(rng, count, 0, 39));
      const given = { ...OPTIONS, gpus, blocks: [count] };
      const least = leastCost(graph, gpus);
      if (mixedPipe(graph, { ...given, assign: "exhaustive" })!.costUs === least) equal++;
      if (mixedPipe(graph, given)!.costUs === least) optimal++;
    }
    return {
      measured:
        `contiguous ${contiguous}, mixed ${found} by every assignment and ${greedy} by the largest job first; brute ` +
        `force equal on ${equal} of 200 (the default, largest first, on ${optimal})`,
      passed: contiguous === 7 && found === 6 && equal === 200,
    };
  },
};

export const checks: readonly SystemCheck[] = [jobs, stages, refinement, mixed];
