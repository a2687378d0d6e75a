/**
 * A world to cut vertices in, as the sheet of Roc has it: ranges of a drawn data graph have hidden
 * times, which are linear in Roc's features up to noise and the effect of a cache. Two graph
 * convolutions as on Reddit, 602 features, 256 wide, 41 classes. The weights of times are ours,
 * those of a P100: what a load of 128 bytes takes, and the dense work of a vertex.
 */
import type { FeatureLine } from "../../../../agents/problems/block-line.ts";
import { prefixSums } from "../../../../agents/problems/prefix-sums.ts";
import { learnedCuts, rangeFeatures } from "../../../../agents/search/lines/learned-cuts.ts";
import type { Rng } from "../../../../env/index.ts";
import {
  type DataGraphShape,
  drawDataGraph,
} from "../../../../scenarios/workloads/data-graphs/data-graph.ts";
import {
  vertexFeatureNames,
  vertexFeatures,
} from "../../../../scenarios/workloads/data-graphs/vertex-features.ts";

const FEATURES = 602;
const WIDTHS = [256, 41];
const LOAD_US = 128 / 550_000;
const FLOPS_PER_US = 4_000_000;

/** In the order of `vertexFeatureNames`, us. */
export const trueWeights: readonly Float64Array[] = WIDTHS.map((width, layer) => {
  const denseUs = (2 * width * (layer === 0 ? FEATURES : WIDTHS[layer - 1])) / FLOPS_PER_US;
  return Float64Array.of(denseUs, (2 * width) / FLOPS_PER_US, 2 * LOAD_US, LOAD_US, LOAD_US);
});

export const redditLike: DataGraphShape = {
  vertices: 20_000,
  degree: 100,
  exponent: 2.1,
  communities: 16,
  shuffled: false,
};

export function drawnLine(shape: DataGraphShape, rng: Rng): FeatureLine {
  const data = drawDataGraph(shape, rng);
  const layers = WIDTHS.map((width) => {
    const features = vertexFeatures(data, width);
    return vertexFeatureNames.map((name) => prefixSums(features[name]));
  });
  return { length: shape.vertices, layers };
}

export interface Truth {
  /** Each reading is off by a uniform share up to this. */
  readonly noise: number;
  /** Share of the loads of activations that a cache saves where all vertices of a range fit it. */
  readonly cached: number;
}

const CACHE_BYTES = 4_000_000;

/** us of each layer on each range, without noise. */
export function timesOf(line: FeatureLine, starts: Int32Array, cached: number): Float64Array[] {
  return line.layers.map((features, layer) =>
    Float64Array.from({ length: starts.length - 1 }, (_, part) => {
      const x = rangeFeatures(features, starts, part);
      const bytes = 4 * WIDTHS[layer] * x[0];
      const saved = cached * Math.min(1, CACHE_BYTES / bytes) * x[4] * trueWeights[layer][4];
      return x.reduce((sum, of, i) => sum + of * trueWeights[layer][i], 0) - saved;
    }),
  );
}

export function stepUs(line: FeatureLine, starts: Int32Array, cached = 0): number {
  const times = timesOf(line, starts, cached);
  return Math.max(
    ...times[0].map((us, part) => times.reduce((sum, of) => sum + of[part], us - times[0][part])),
  );
}

/** Where ranges of an equal share of a feature of the first layer start. */
export function equalShares(line: FeatureLine, feature: (typeof vertexFeatureNames)[number], parts: number) {
  const sums = line.layers[0][vertexFeatureNames.indexOf(feature)];
  const starts = new Int32Array(parts + 1);
  starts[parts] = line.length;
  for (let p = 1; p < parts; p++) {
    const share = (sums[line.length] * p) / parts;
    while (starts[p] < line.length && sums[starts[p]] < share) starts[p]++;
  }
  return starts;
}

/** What is learned, and the cuts of the last round. */
export function learned(line: FeatureLine, parts: number, rounds: number, truth: Truth, rng: Rng) {
  const learner = learnedCuts(line);
  let starts: Int32Array = equalShares(line, "neighbours", parts);
  for (let round = 0; round < rounds; round++) {
    const times = timesOf(line, starts, truth.cached);
    learner.observe(
      starts,
      times.map((of) => of.map((us) => us * (1 + truth.noise * (2 * rng.next() - 1)))),
    );
    starts = learner.cuts(parts);
  }
  return { learner, starts };
}
