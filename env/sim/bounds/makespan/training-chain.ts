/**
 * The longest chain of a training step, forward and backward. The backward ops follow each other in
 * the opposite order of the forward ops with which they share units. A plan that separates two
 * units therefore pays a transfer in both directions. The bounds of chains.ts treat each direction
 * by itself and can separate other units in each. Here a backward op v has a *forward twin* p(v),
 * the forward op of its unit that it belongs to, and
 *
 *   back(v) = tail of v + (start of p(v) - head of p(v)),
 *
 * where the head is that of the longest chain that transfers at most interrupt.
 *
 * Let w be a consumer of v. Where w is on another device, v's tail is at least the transfer, w and
 * w's tail. Then p(v) starts at least a transfer and a run after p(w). Where both are on one device
 * p(v) starts a run after p(w). So back(v) grows by both transfers, and earliest-starts.ts bounds
 * it in the way in which it bounds tails. A forward op that is its own twin ends the argument. Its
 * head, its run and its `back` add up to no more than the step.
 */
import type { Compiled } from "../../engine/compile.ts";
import type { Units } from "../units.ts";
import type { Chains } from "./chains.ts";
import { ORDER_ONLY } from "./dependencies.ts";
import { type Delays, findEarliestStarts } from "./earliest-starts.ts";
import { forwardTwinsOf, type TwinGaps, twinGaps } from "./forward-twins.ts";

/** Null where no op has a twin other than itself, or where some op fits nowhere. */
export function trainingChainUs(compiled: Compiled, units: Units, chains: Chains): number | null {
  const { opCount, fidelity } = compiled;
  const { typeCount } = units;
  const twinOf = forwardTwinsOf(compiled, units, chains);
  if (twinOf.every((op, v) => op === v)) return null;
  const leastRunUs = leastByOp(chains.runUs, typeCount);
  const headUs = leastByOp(plainHeads(compiled, units, chains), typeCount);
  if (!headUs.every(Number.isFinite)) return null;
  const gaps = twinGaps(chains, headUs, leastRunUs, leastMoves(units, chains));
  const backUs = new Float64Array(opCount * typeCount);
  const backward = {
    ...chains.backward,
    remoteUs: remoteChainUs(compiled, units, chains, twinOf, gaps, backUs),
  };
  findEarliestStarts(
    backward,
    units,
    chains.reach,
    backUs,
    delaysOf(compiled, units, chains, twinOf, gaps, headUs),
  );

  let longestUs = 0;
  for (let v = 0; v < opCount; v++) {
    if (twinOf[v] !== v) continue;
    let restUs = Number.POSITIVE_INFINITY;
    for (let i = v * typeCount; i < (v + 1) * typeCount; i++)
      restUs = Math.min(restUs, chains.runUs[i] + backUs[i] + gapUs(chains, fidelity.opGapUs, i));
    longestUs = Math.max(longestUs, headUs[v] + restUs);
  }
  return longestUs;
}

const gapUs = ({ runUs }: Chains, opGapUs: number, i: number): number => (runUs[i] > 0 ? opGapUs : 0);

function delaysOf(
  { fidelity }: Compiled,
  { typeCount }: Units,
  chains: Chains,
  twinOf: Int32Array,
  gaps: TwinGaps,
  headUs: Float64Array,
): Delays {
  const firstUs = leastByOp(chains.startUs, typeCount);
  return {
    startUs: chains.tailUs.map((us, i) =>
      chains.runUs[i] === Infinity ? us : us - gapUs(chains, fidelity.opGapUs, i),
    ),
    leastUs: Float64Array.from(twinOf, (op) => Math.max(0, firstUs[op] - headUs[op])),
    remoteUs: chains.backward.remoteUs,
    gainUs: (w, v) => gaps.togetherUs(twinOf[w], twinOf[v]),
  };
}

/** A lower bound on v's `back` where its consumer w is on another device. */
function remoteChainUs(
  { fidelity }: Compiled,
  { typeCount }: Units,
  chains: Chains,
  twinOf: Int32Array,
  gaps: TwinGaps,
  backUs: Float64Array,
) {
  return (dependency: number, w: number, v: number, type: number): number => {
    const gain = gaps.apartUs(twinOf[w], twinOf[v]);
    if (gain === Number.NEGATIVE_INFINITY) return gain;
    let least = Number.POSITIVE_INFINITY;
    for (let to = 0; to < typeCount; to++) {
      const i = w * typeCount + to;
      const restUs = chains.runUs[i] + backUs[i] + gapUs(chains, fidelity.opGapUs, i);
      least = Math.min(least, chains.transferUs(dependency, type, to) + restUs);
    }
    return least + gain - gapUs(chains, fidelity.opGapUs, v * typeCount + type);
  };
}

/**
 * Starts of the longest chain, where each producer is on the op's device or elsewhere,
 * independently of the others; shape [opCount x typeCount].
 */
function plainHeads({ scenario, opCount, fidelity }: Compiled, { typeCount, unitOf }: Units, chains: Chains) {
  const { runUs, transferUs, dependencies } = chains;
  const { start, producer } = dependencies;
  const startUs = new Float64Array(opCount * typeCount);
  for (const v of scenario.graph.topologicalOrder)
    for (let type = 0; type < typeCount; type++) {
      const i = v * typeCount + type;
      startUs[i] = runUs[i] === Infinity ? Infinity : fidelity.startUs;
      for (let k = start[v]; k < start[v + 1]; k++) {
        const local = producer[k] * typeCount + type;
        let readyUs = startUs[local] + runUs[local];
        for (let from = 0; unitOf[producer[k]] !== unitOf[v] && from < typeCount; from++) {
          const other = producer[k] * typeCount + from;
          readyUs = Math.min(readyUs, startUs[other] + runUs[other] + transferUs(k, from, type));
        }
        startUs[i] = Math.max(startUs[i], readyUs);
      }
    }
  return startUs;
}

/** The least time of each dependency between any two devices. */
function leastMoves({ typeCount }: Units, { dependencies, transferUs }: Chains): Float64Array {
  return dependencies.bytes.map((bytes, dependency) => {
    if (bytes === ORDER_ONLY) return 0;
    let least = Number.POSITIVE_INFINITY;
    for (let from = 0; from < typeCount; from++)
      for (let to = 0; to < typeCount; to++) least = Math.min(least, transferUs(dependency, from, to));
    return least;
  });
}

function leastByOp(us: Float64Array, typeCount: number): Float64Array {
  return Float64Array.from({ length: us.length / typeCount }, (_, v) =>
    us.subarray(v * typeCount, (v + 1) * typeCount).reduce((least, each) => Math.min(least, each)),
  );
}
