/**
 * Synthetic graphs after the public data set of REGAL (Paliwal et al., ICLR 2020): 10,000 to train
 * on, 1,000 to validate and 1,000 to test, made on demand. Its description
 * (deepmind-research/regal) promises that no two graphs of a split have one topology. It shows
 * sizes of 52 to 70 and costs of 47 to 58, without a unit, and does not say how graphs were drawn.
 * REGAL's graphs are filtered for room to improve; these are not.
 *
 * Here no two of all 12,000 graphs have one topology, by construction. Each member has its own pair
 * of numbers of ops and edges, out of 150 numbers of ops times 80 of edges. One of four classic
 * models of random graphs draws the edges, all from an earlier op to a later one.
 */
import type { OpGraph } from "../../env/model/graph/graph.ts";
import type { Rng } from "../../env/model/rng.ts";
import { type Family, type FamilyMember, manyMembers, positionOf } from "./family.ts";
import { createShape, sized } from "./shape.ts";

const FEWEST_OPS = 50;
const OP_COUNTS = 150;
const EDGE_COUNTS = 80;
/** Edges per op, from a tree to what REGAL-sized graphs of a framework have. */
const [SPARSEST, DENSEST] = [1, 2.6];
/** Coprime to 12,000: neighbouring members differ in size. */
const STRIDE = 7919;
/**
 * Random graphs of this density are wide. With less communication, random placements on two devices
 * would be near the bound.
 */
const COMMUNICATION = 2.2;
const US_PER_COST = 40;

export const regal: Family = {
  name: "regal",
  summary: "REGAL-like random graphs of 50 to 199 ops, no two of one topology",
  source: "after Paliwal et al., ICLR 2020 (unfiltered; generators ours)",
  ...manyMembers,
  options: {
    weights: {
      describe: "weights in percent of the usual ones; 0 for none, as in REGAL's data set",
      default: 100,
      min: 0,
      max: 1000,
    },
  },
  graph: randomGraph,
};

/** Ops and edges of a member, a pair that no other member has. */
export function sizeOf(member: Pick<FamilyMember, "split" | "number">): {
  readonly ops: number;
  readonly edges: number;
} {
  const place = (positionOf(regal.members, member) * STRIDE) % (OP_COUNTS * EDGE_COUNTS);
  const ops = FEWEST_OPS + (place % OP_COUNTS);
  const density = Math.floor(place / OP_COUNTS) / EDGE_COUNTS;
  return { ops, edges: Math.round(ops * (SPARSEST + (DENSEST - SPARSEST) * density)) };
}

function randomGraph(member: FamilyMember): OpGraph {
  const { rng, values } = member;
  const { ops, edges } = sizeOf(member);
  const inputs = randomEdges(rng, ops, edges);
  const shape = createShape();
  for (const [v, from] of inputs.entries()) {
    const work = { us: US_PER_COST * bellShaped(rng), size: bellShaped(rng) };
    shape.op(`node_${v}`, "Synthetic", work, [...from]);
  }
  return sized(shape, COMMUNICATION, values.weights / 100);
}

/** Every op but the first reads at least one earlier op. */
function randomEdges(rng: Rng, ops: number, edges: number): readonly ReadonlySet<number>[] {
  const inputs = Array.from({ length: ops }, () => new Set<number>());
  const earlier = models[rng.int(models.length)](rng, ops, inputs);
  for (let v = 1; v < ops; v++) inputs[v].add(earlier(v));
  for (let left = edges - (ops - 1); left > 0; ) {
    const v = 1 + rng.int(ops - 1);
    const u = rng.int(10) === 0 ? rng.int(v) : earlier(v);
    if (inputs[v].has(u)) continue;
    inputs[v].add(u);
    left--;
  }
  return inputs;
}

/** Draws an op before `v`. */
type Earlier = (v: number) => number;
type Model = (rng: Rng, ops: number, inputs: readonly ReadonlySet<number>[]) => Earlier;

/** Any earlier op (Erdos, Renyi). */
const uniform: Model = (rng) => (v) => rng.int(v);

/** An end of an earlier edge, so that ops with many edges get more (Barabasi, Albert). */
const preferential: Model = (rng, _ops, inputs) => (v) => {
  const u = rng.int(v);
  if (inputs[u].size === 0 || rng.int(2) === 0) return u;
  return [...inputs[u]][rng.int(inputs[u].size)];
};

/** One of the last few ops (the ring of Watts, Strogatz; the uniform draws rewire it). */
const ring: Model = (rng) => (v) => Math.max(0, v - 1 - rng.int(6));

/** An op of the same of four blocks (the stochastic block model). */
const blocks: Model = (rng, ops) => {
  const blockOf = Array.from({ length: ops }, () => rng.int(4));
  return (v) => {
    const mates = blockOf.slice(0, v).flatMap((block, u) => (block === blockOf[v] ? [u] : []));
    return mates.length === 0 ? rng.int(v) : mates[rng.int(mates.length)];
  };
};

const models: readonly Model[] = [uniform, preferential, ring, blocks];

/** 30 to 70, mostly near 50. */
function bellShaped(rng: Rng): number {
  return 30 + rng.int(11) + rng.int(11) + rng.int(11) + rng.int(11);
}
