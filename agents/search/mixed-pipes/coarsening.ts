/**
 * FTPipe's coarsening of layers to at most L blocks, in the order of its published program. It
 * merges layers of one module, then edges that may not be cut, then layers of no weight. Edges that
 * take longer than the work at their ends come next, then neighbours of centres, then the lightest
 * blocks. Every step stops at L blocks. Only edges that may not be cut are merged beyond that.
 *
 * Cycles may leave more than L blocks; the published program then goes on with those, too.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { centresOf } from "./centres.ts";
import { type Contraction, contraction } from "./contraction.ts";
import { mergeHeavyEdges } from "./heavy-edges.ts";
import type { LayerGraph } from "./layer-graph.ts";

/** Centres are random where too few repeated blocks are known; `rng` draws them. */
export function coarsen(graph: LayerGraph, weightUs: Float64Array, limit: number, rng: Rng): Contraction {
  const start = contraction(graph, weightUs);
  mergeScopes(start, graph, limit);
  mergeUncuttable(start, graph);
  mergeWeightless(start, limit);
  const heavy = mergeHeavyEdges(start, limit);
  mergeCentres(heavy, graph, limit, rng);
  mergeLightest(heavy, limit);
  return heavy;
}

/** Merges neighbours that belong to one module. */
function mergeScopes(at: Contraction, { scope }: LayerGraph, limit: number): void {
  if (scope === undefined) return;
  for (let merged = true; merged; ) {
    merged = false;
    for (const block of at.order()) {
      if (!at.blocks.has(block) || scope[block] === -1) continue;
      for (const next of ascending(at.successors[block])) {
        if (at.blocks.size <= limit) return;
        if (scope[next] === scope[block] && at.merge(block, next)) merged = true;
      }
    }
  }
}

function mergeUncuttable(at: Contraction, { from, to, uncuttable }: LayerGraph): void {
  if (uncuttable === undefined) return;
  for (let edge = from.length - 1; edge >= 0; edge--) {
    if (uncuttable[edge] === 0) continue;
    const [one, other] = [at.blockOf(from[edge]), at.blockOf(to[edge])];
    if (one !== other) at.merge(one, other);
  }
}

/** Into a predecessor where that closes no cycle, else together with a successor. */
function mergeWeightless(at: Contraction, limit: number): void {
  const merge = (block: number) =>
    lightestFirst(at, at.predecessors[block]).some((before) => at.merge(before, block)) ||
    lightestFirst(at, at.successors[block]).some((next) => at.merge(block, next));
  for (let merged = true; merged; ) {
    merged = false;
    for (const block of at.order()) {
      if (at.blocks.size <= limit) return;
      if (at.blocks.has(block) && at.weightUs[block] <= 0 && merge(block)) merged = true;
    }
  }
}

/** Centres absorb successors in turn, and when that ends, predecessors. */
function mergeCentres(at: Contraction, graph: LayerGraph, limit: number, rng: Rng): void {
  if (at.blocks.size <= limit) return;
  const centres = centresOf(at.order(), graph.block, limit, rng);
  const isCentre = new Set(centres);
  const turns = (absorb: (centre: number) => number | null) => {
    for (let idle = 0; idle < centres.length && at.blocks.size > limit; ) {
      const centre = centres.shift()!;
      const grown = absorb(centre);
      centres.push(grown ?? centre);
      idle = grown === null ? idle + 1 : 0;
    }
  };
  turns((centre) => {
    const free = ascending(at.successors[centre]).filter((next) => !isCentre.has(next));
    return free.some((next) => at.merge(centre, next)) ? centre : null;
  });
  turns((centre) => {
    const free = ascending(at.predecessors[centre]).filter((before) => !isCentre.has(before));
    const found = free.reverse().find((before) => at.merge(before, centre));
    if (found === undefined) return null;
    isCentre.delete(centre);
    isCentre.add(found);
    return found;
  });
}

/** The lightest block that can be merged takes its lightest successor. */
function mergeLightest(at: Contraction, limit: number): void {
  while (at.blocks.size > limit) {
    const merged = lightestFirst(at, at.blocks).some((block) =>
      lightestFirst(at, at.successors[block]).some((next) => at.merge(block, next)),
    );
    if (!merged) return;
  }
}

const ascending = (neighbours: ReadonlyMap<number, number>) => [...neighbours.keys()].sort((a, b) => a - b);

const lightestFirst = (at: Contraction, among: ReadonlyMap<number, number> | ReadonlySet<number>) =>
  [...among.keys()].sort((a, b) => at.weightUs[a] - at.weightUs[b] || a - b);
