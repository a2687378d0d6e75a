/**
 * The longest chain of a training step, there and back. Its backward ops follow each other in the
 * opposite order of the forward ops whose units they share: whoever parts two units pays a transfer
 * on both ways, while chains.ts bounds the way there and the way back each with the parts that suit
 * it. Here a backward op v has a *partner* p(v), the forward op of its unit that it belongs to, and
 *
 *   back(v) = tail of v + (start of p(v) - head of p(v)), the head being that of the longest chain that transfers at most interrupt.
 *
 * Where v's device sends to that of a consumer w, v's tail is at least the transfer, w and w's
 * tail, and p(v) starts at least a transfer and a run after p(w); where both are on one device it
 * starts a run after p(w). So back(v) grows by both transfers, and earliest-starts.ts bounds it as
 * it bounds tails. A forward op that is its own partner ends the argument: its head, its run and
 * its `back` add up to no more than the step.
 */
import type { Compiled } from "../../engine/compile.ts";
import type { Units } from "../units.ts";
import type { Chains } from "./chains.ts";
import { ORDER_ONLY } from "./dependencies.ts";
import { type Delays, findEarliestStarts } from "./earliest-starts.ts";
import { type PartnerGaps, partnerGaps, partnersOf } from "./partners.ts";

/** Null where no op has a partner but itself, or where something lies nowhere. */
export function mirroredUs(compiled: Compiled, units: Units, chains: Chains): number | null {
  const { opCount, fidelity } = compiled;
  const { typeCount } = units;
  const partner = partnersOf(compiled, units, chains);
  if (partner.every((op, v) => op === v)) return null;
  const leastRunUs = leastByOp(chains.runUs, typeCount);
  const headUs = leastByOp(plainHeads(compiled, units, chains), typeCount);
  if (!headUs.every(Number.isFinite)) return null;
  const gaps = partnerGaps(chains, headUs, leastRunUs, leastMoves(units, chains));
  const backUs = new Float64Array(opCount * typeCount);
  const backward = {
    ...chains.backward,
    remoteUs: remoteThereAndBack(compiled, units, chains, partner, gaps, backUs),
  };
  findEarliestStarts(
    backward,
    units,
    chains.reach,
    backUs,
    delaysOf(compiled, units, chains, partner, gaps, headUs),
  );

  let longestUs = 0;
  for (let v = 0; v < opCount; v++) {
    if (partner[v] !== v) continue;
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
  partner: Int32Array,
  gaps: PartnerGaps,
  headUs: Float64Array,
): Delays {
  const firstUs = leastByOp(chains.startUs, typeCount);
  return {
    startUs: chains.tailUs.map((us, i) =>
      chains.runUs[i] === Infinity ? us : us - gapUs(chains, fidelity.opGapUs, i),
    ),
    leastUs: Float64Array.from(partner, (op) => Math.max(0, firstUs[op] - headUs[op])),
    remoteUs: chains.backward.remoteUs,
    gainUs: (w, v) => gaps.togetherUs(partner[w], partner[v]),
  };
}

/** What v's `back` is at least where its consumer w is elsewhere. */
function remoteThereAndBack(
  { fidelity }: Compiled,
  { typeCount }: Units,
  chains: Chains,
  partner: Int32Array,
  gaps: PartnerGaps,
  backUs: Float64Array,
) {
  return (dependency: number, w: number, v: number, type: number): number => {
    const gain = gaps.apartUs(partner[w], partner[v]);
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
 * Starts of the longest chain, where each producer is on the op's device or elsewhere, whatever the
 * others do; [opCount x typeCount].
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
