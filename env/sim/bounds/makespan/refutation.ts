/**
 * A bound by refutation ("destructive" in Klein and Scholl, European J. Operational Research 1999).
 * Suppose that some plan takes at most T, and draw conclusions. Where they contradict each other no
 * such plan exists. The largest T that is refuted is the bound.
 *
 * Heads are earliest starts, and tails are least times from an op's end to the end of the step, as
 * in chains.ts. For a given T:
 *
 * - *together*: two units whose separation makes some chain longer than T are on one device, and
 *   become one unit;
 * - *apart*: two units are on two devices where no device can run both within T, each op between
 *   its head and its tail. The same holds where no memory can hold both. What one needs from the
 *   other then has to be moved;
 * - both make heads and tails larger, which joins or separates more units, and so on;
 * - *probes*: where two units cannot be together they are apart, and the other way round;
 * - *contradiction*: a unit that no device can run within T, a chain longer than T, or a pair that
 *   is both together and apart. Or too many units are on one device: of any k x devices + 1 units
 *   some k + 1 share a device.
 *
 * The time of one device for a set of ops is the preemptive schedule of Jackson (one machine, heads
 * and tails). It is never longer than the engine's. All conclusions hold for every plan of at most
 * T under every network and order of ops.
 */
import type { Compiled } from "../../engine/compile.ts";
import { jacksonUs } from "../jackson.ts";
import { mergedUnits, type Units } from "../units.ts";
import { type Chains, type ChainsFor, createChains, longestThroughUs } from "./chains.ts";
import { trainingChainUs } from "./training-chain.ts";

export interface RefutationLimits {
  /** Values of T that are tried. */
  readonly trials: number;
  /** Rounds of conclusions for one supposition. */
  readonly rounds: number;
  /** Suppositions about pairs for one T. */
  readonly probes: number;
}

/** What is known of all plans of at most T. */
interface Knowledge {
  readonly units: Units;
  /** Ops whose units are on two devices. */
  readonly apart: readonly OpPair[];
}

type OpPair = readonly [number, number];

/**
 * What follows, with the pairs about which nothing is known, most promising first. Null where it is
 * contradictory.
 */
type Consequence = { readonly known: Knowledge; readonly open: readonly OpPair[] } | null;

/** The first value tried, relative to the known bound. */
export const NEXT_TRIAL = 1.03;
/** Differences this small may be rounding. */
const ROUNDING = 1e-9;
/** The search for the bound stops at this relative precision. */
const RESOLUTION = 4e-3;

/**
 * The largest refuted T; `lowerUs` where no larger T is refuted. Pre: no plan is below `lowerUs`,
 * and some may be at `upperUs`.
 */
export function refutedUs(
  compiled: Compiled,
  units: Units,
  { lowerUs, upperUs }: { readonly lowerUs: number; readonly upperUs: number },
  limits: RefutationLimits,
  chainsFor: ChainsFor = createChains(compiled),
  chains: Chains = chainsFor(units),
): number {
  const scene = { compiled, units, chains, chainsFor };
  const largest = (from: number, probes: number): number => {
    let refuted = from;
    let open = upperUs;
    let step = NEXT_TRIAL;
    for (let trial = 0; trial < limits.trials && open > refuted * (1 + RESOLUTION); trial++) {
      // Bounds are seldom off by more than a few per cent. So try near the known one first, in
      // growing steps.
      const T = Math.min(refuted * step, (refuted + open) / 2);
      if (isRefuted(scene, units, T, { ...limits, probes })) {
        refuted = T;
        step *= step;
      } else open = T;
    }
    return refuted;
  };
  // Suppositions take far longer than conclusions, so they begin where conclusions end.
  const concluded = largest(lowerUs, 0);
  return limits.probes > 0 ? largest(concluded, limits.probes) : concluded;
}

interface Scene {
  readonly compiled: Compiled;
  /** The units of the scenario itself, and their chains. */
  readonly units: Units;
  readonly chains: Chains;
  readonly chainsFor: ChainsFor;
}

/** Can no plan take at most T? */
export function isRefuted(
  scene: Scene,
  units: Units,
  T: number,
  { rounds, probes }: Omit<RefutationLimits, "trials">,
): boolean {
  const conclude = (known: Knowledge) => consequencesOf(scene, known, T * (1 + ROUNDING), rounds);
  let now = conclude({ units, apart: [] });
  let left = probes;
  for (let learnt = true; now !== null && learnt; ) {
    learnt = false;
    for (const pair of now.open) {
      if (!isOpen(now.known, pair)) continue;
      if (left-- <= 0) return false;
      const next = probe(conclude, now.known, pair);
      if (next === null) return true;
      if (next === undefined) continue;
      now = next;
      learnt = true;
    }
  }
  return now === null;
}

/**
 * What follows from the outcomes of both suppositions about a pair. Undefined where neither is
 * contradictory.
 */
function probe(
  conclude: (known: Knowledge) => Consequence,
  known: Knowledge,
  pair: OpPair,
): Consequence | undefined {
  const ifTogether = join(known, [pair]);
  const together = ifTogether && conclude(ifTogether);
  const apart = conclude({ ...known, apart: [...known.apart, pair] });
  if (apart === null) return together;
  return together === null ? apart : undefined;
}

function isOpen({ units: { unitOf }, apart }: Knowledge, [a, b]: OpPair): boolean {
  const [x, y] = [unitOf[a], unitOf[b]];
  if (x === y) return false;
  return apart.every(([c, d]) => {
    const [z, w] = [unitOf[c], unitOf[d]];
    return !((x === z && y === w) || (x === w && y === z));
  });
}

function consequencesOf(scene: Scene, given: Knowledge, limit: number, rounds: number): Consequence {
  let known = given;
  for (let round = 0; ; round++) {
    const { units } = known;
    const { unitOf, unitCount } = units;
    const codeOf = (u: number, v: number) =>
      Math.min(unitOf[u], unitOf[v]) * unitCount + Math.max(unitOf[u], unitOf[v]);
    const apart = new Set(known.apart.map(([u, v]) => codeOf(u, v)));
    const isNew = units !== scene.units || apart.size > 0;
    const chains = isNew ? scene.chainsFor(units, (u, v) => apart.has(codeOf(u, v))) : scene.chains;
    if (longestThroughUs(chains, units) > limit || crowded(units, limit)) return null;
    if (isNew && (trainingChainUs(scene.compiled, units, chains) ?? 0) > limit) return null;
    const fits = sharingOf(units, chains, limit);
    for (let unit = 0; unit < unitCount; unit++) if (!fits([unit])) return null;

    const joined: OpPair[] = [];
    const parted: OpPair[] = [];
    const open: { readonly pair: OpPair; readonly us: number }[] = [];
    for (const [code, { us, pair }] of partingUs(chains, units, codeOf)) {
      const isApart = apart.has(code);
      const cannotShare = isApart || !fits([unitOf[pair[0]], unitOf[pair[1]]]);
      if (us > limit && cannotShare) return null;
      if (us > limit) joined.push(pair);
      else if (!isApart && cannotShare) parted.push(pair);
      else if (!isApart) open.push({ pair, us });
    }
    if ((joined.length === 0 && parted.length === 0) || round === rounds)
      return { known, open: open.sort((a, b) => b.us - a.us).map(({ pair }) => pair) };
    const next = join({ units, apart: [...known.apart, ...parted] }, joined);
    if (next === null) return null;
    known = next;
  }
}

/** Joins the units of each pair. Null where two ops of one unit are known to be apart. */
function join({ units, apart }: Knowledge, pairs: readonly OpPair[]): Knowledge | null {
  const merged = mergedUnits(units, pairs);
  return apart.some(([u, v]) => merged.unitOf[u] === merged.unitOf[v]) ? null : { units: merged, apart };
}

/**
 * Tells whether some device can run units one op after the other within the limit, and hold them.
 */
function sharingOf(
  { opCount, unitOf, unitCount, typeCount, typeBytes, unitUs, unitBytes }: Units,
  { startUs, runUs, tailUs }: Chains,
  limitUs: number,
): (units: readonly number[]) => boolean {
  const members: number[][] = Array.from({ length: unitCount }, () => []);
  const latestHeadUs = new Float64Array(unitCount * typeCount);
  const longestTailUs = new Float64Array(unitCount * typeCount);
  for (let v = 0; v < opCount; v++) {
    members[unitOf[v]].push(v);
    for (let type = 0; type < typeCount; type++) {
      const [i, j] = [unitOf[v] * typeCount + type, v * typeCount + type];
      latestHeadUs[i] = Math.max(latestHeadUs[i], startUs[j]);
      longestTailUs[i] = Math.max(longestTailUs[i], tailUs[j]);
    }
  }
  return (units) => {
    const latest = (type: number, us: Float64Array) =>
      Math.max(...units.map((unit) => us[unit * typeCount + type]));
    for (let type = 0; type < typeCount; type++) {
      const workUs = units.reduce((sum, unit) => sum + unitUs[unit * typeCount + type], 0);
      const bytes = units.reduce((sum, unit) => sum + unitBytes[unit], 0);
      if (workUs > limitUs || (units.length > 1 && bytes > typeBytes[type])) continue;
      // No schedule without needless waits is longer than this.
      if (latest(type, latestHeadUs) + workUs + latest(type, longestTailUs) <= limitUs) return true;
      const ops = units.flatMap((unit) => members[unit]).map((v) => v * typeCount + type);
      if (jacksonUs(ops, startUs, runUs, tailUs) <= limitUs) return true;
    }
    return false;
  };
}

/**
 * Of any k x devices + 1 units some k + 1 share a device. Do the smallest k + 1 of the largest
 * units take too long?
 */
function crowded({ unitCount, unitUs, typeCount, machines }: Units, limitUs: number): boolean {
  const devices = machines.reduce((sum, count) => sum + count, 0);
  const leastUs = Float64Array.from({ length: unitCount }, (_, unit) =>
    Math.min(...unitUs.subarray(unit * typeCount, (unit + 1) * typeCount)),
  );
  const falling = leastUs.sort().reverse();
  for (let k = 1; k * devices < unitCount; k++) {
    let smallest = 0;
    for (let i = k * devices - k; i <= k * devices; i++) smallest += falling[i];
    if (smallest > limitUs) return true;
  }
  return false;
}

/**
 * A lower bound on the longest chain through two neighbouring units where they are on two devices,
 * by the code of the pair.
 */
function partingUs(
  { startUs, runUs, tailUs, dependencies, transferUs, linksFreeUs }: Chains,
  { unitOf, typeCount }: Units,
  codeOf: (u: number, v: number) => number,
): Map<number, { readonly us: number; readonly pair: OpPair }> {
  const { producer, consumer } = dependencies;
  const parting = new Map<number, { readonly us: number; readonly pair: OpPair }>();
  for (let i = 0; i < producer.length; i++) {
    const [u, v] = [producer[i], consumer[i]];
    if (unitOf[u] === unitOf[v]) continue;
    let us = Number.POSITIVE_INFINITY;
    for (let from = 0; from < typeCount; from++)
      for (let to = 0; to < typeCount; to++) {
        const [p, c] = [u * typeCount + from, v * typeCount + to];
        const arrivedUs = transferUs(i, from, to) + runUs[c] + tailUs[c];
        us = Math.min(us, startUs[p] + runUs[p] + Math.max(arrivedUs, linksFreeUs(i, from, to)));
      }
    const code = codeOf(u, v);
    if (us > (parting.get(code)?.us ?? -1)) parting.set(code, { us, pair: [u, v] });
  }
  return parting;
}
