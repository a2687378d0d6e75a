/**
 * What a stage costs in PipeDream's planner (Narayanan et al., SOSP 2019) on one level of machines:
 * as the paper states it, or as the published optimizer computes it (msr-fiddle/pipedream). T is
 * time, W bytes of weights, a the activations that leave a state, B bytes per us, r replicas.
 *
 *     paper   max( T, 2 (r-1) W / B ) / r           next to transfers of 2 a(k) / B
 *     code    ( T + 4 (r-1) W / (B r) ) / r         next to 2 max( a(k), a(j) ) / (B r)
 *
 * for the states after k up to j. In the code a(j) counts only where j is not the last state. The
 * stage that nothing was cut off before pays no transfers. Its weights are divided by the machines
 * of the level below in the code.
 */
import type { IntervalStates } from "./interval-states.ts";

export interface IntervalLevel {
  readonly machines: number;
  readonly bytesPerUs: number;
}

export interface IntervalOptions {
  /** Innermost first: devices of one machine, then machines, and so on. */
  readonly levels: readonly IntervalLevel[];
  /** Formula, and choice between plans of one price. */
  readonly mode: "code" | "paper";
  readonly transfers: "charged" | "free";
  /** By how much transfers are made smaller, 1 where absent. */
  readonly compression?: number;
  /** `one`: a straight pipeline, one machine for each stage. */
  readonly replicas: "one" | "any";
  /**
   * By level, innermost first: cuts after these states are taken first among cuts of one price, the
   * last of them before others, in `code`. The published program tries cuts in the order of a
   * hash table of memory addresses, which this stands for.
   */
  readonly preferredCuts?: readonly ReadonlySet<number>[];
}

/** Before the first state. */
export const START = -1;

export interface LevelCosts {
  readonly states: IntervalStates;
  readonly machines: number;
  /** Most replicas of one stage. */
  readonly mostReplicas: number;
  /** All machines of the levels below, with theirs. */
  readonly machinesBelow: number;
  /**
   * Best time of each range of states on one machine, shape [count + 1, count]; null for the sums
   * of times.
   */
  readonly rangeUs: Float64Array | null;
  /** The longer of work and synchronisation counts, not their sum. */
  readonly overlaps: boolean;
  /** By replicas: synchronisation of a byte of weights, of a first stage and of a later one. */
  readonly firstSyncUs: Float64Array;
  readonly laterSyncUs: Float64Array;
  /** By replicas: transfers of a byte. */
  readonly byteUs: Float64Array;
  /** Bytes that count at the end of a stage up to each state. */
  readonly leavingBytes: Float64Array;
}

export function levelCosts(
  states: IntervalStates,
  { levels, mode, transfers, compression = 1, replicas }: IntervalOptions,
  level: number,
  rangeUs: Float64Array | null,
): LevelCosts {
  const { machines, bytesPerUs } = levels[level];
  const isPaper = mode === "paper";
  const inner = isPaper || level === 0 ? 1 : levels[level - 1].machines;
  const charged = transfers === "free" ? 0 : 2 / compression;
  const perReplicas = (value: (r: number) => number) =>
    Float64Array.from({ length: machines + 1 }, (_, r) => (r === 0 ? 0 : value(r)));
  const syncUs = (r: number) => (isPaper ? (2 * (r - 1)) / bytesPerUs : (4 * (r - 1)) / (bytesPerUs * r));
  return {
    states,
    machines,
    mostReplicas: replicas === "one" ? 1 : machines,
    machinesBelow: levels.slice(0, level).reduce((all, below) => all * below.machines, 1),
    rangeUs,
    overlaps: isPaper,
    firstSyncUs: perReplicas((r) => syncUs(r) / inner),
    laterSyncUs: perReplicas(syncUs),
    byteUs: perReplicas((r) => charged / (isPaper ? bytesPerUs : bytesPerUs * r)),
    leavingBytes: states.outBytes.map((bytes, j) => (isPaper || j === states.count - 1 ? 0 : bytes)),
  };
}

/** The states after one up to another on as many replicas, nothing cut off before. */
export function firstUs(costs: LevelCosts, after: number, upTo: number, replicas: number): number {
  return stageUs(costs, after, upTo, replicas, costs.firstSyncUs[replicas]);
}

/** The last stage, after a cut. */
export function lastUs(costs: LevelCosts, cut: number, upTo: number, replicas: number): number {
  return stageUs(costs, cut, upTo, replicas, costs.laterSyncUs[replicas]);
}

/** Transfers of the last stage. */
export function transferUs(costs: LevelCosts, cut: number, upTo: number, replicas: number): number {
  return costs.byteUs[replicas] * Math.max(costs.states.outBytes[cut], costs.leavingBytes[upTo]);
}

function stageUs(
  costs: LevelCosts,
  after: number,
  upTo: number,
  replicas: number,
  perByteUs: number,
): number {
  const { rangeUs, overlaps } = costs;
  const { count, timeUs, weightBytes } = costs.states;
  const workUs = rangeUs === null ? difference(timeUs, after, upTo) : rangeUs[(after + 1) * count + upTo];
  const syncUs = perByteUs * difference(weightBytes, after, upTo);
  return (overlaps ? Math.max(workUs, syncUs) : workUs + syncUs) / replicas;
}

const difference = (values: Float64Array, after: number, upTo: number): number =>
  values[upTo] - (after === START ? 0 : values[after]);
