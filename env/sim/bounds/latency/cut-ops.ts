/**
 * A lower bound on latency by the *cut ops* of a graph: the ops that every path between two of its
 * ops goes through. Pieces are contiguous, so cut ops in one piece bring all ops between them into
 * that piece. The cut ops therefore fall into runs: a run is in one piece, or is one op on a CPU. A
 * run pays the run times of all ops that it holds. Between two runs there is a section
 * (between-cuts.ts), and each of the two pieces may take some of its ops.
 *
 * The bound is the cheapest division of the cut ops into runs and sections in which no piece holds
 * more than a device. It holds for every plan. Every op takes its least time. All CPUs count as
 * large as the largest CPU, and all accelerators as the largest accelerator. Ops that are tied to
 * one piece (tied-ops.ts) are one op.
 */
import { isCpu } from "../../../model/cluster/cluster.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { Units } from "../units.ts";
import { type Crossing, crossingsOf, PARTS } from "./between-cuts.ts";
import { type LeaderWork, marksFrom, sectionBetween } from "./branches.ts";
import { mixedPaths } from "./mixed-paths.ts";
import { type TiedGraph, tiedGraph } from "./tied-ops.ts";

/** What is between two ops, in topological order, and the positions of the cut ops in it. */
interface Stretch {
  readonly ops: Int32Array;
  readonly cutOps: readonly number[];
}

/** Larger graphs are not tried, since they take more than a fraction of a second. */
const MOST_OPS = 20_000;

/** The bound in us. 0 where memory divides nothing, or where the graph is too large to try. */
export function cutOpsUs(scenario: Scenario, units: Units): number {
  const totalBytes = units.unitBytes.reduce((sum, bytes) => sum + bytes, 0);
  const limitBytes = largestAccelerator(scenario, units);
  if (limitBytes === 0 || limitBytes >= totalBytes || scenario.graph.opCount > MOST_OPS) return 0;
  const tied = tiedGraph(scenario, units);
  const least = leastTimes(scenario, units, tied);
  let best = 0;
  const tried = new Set<string>();
  for (const path of mixedPaths(scenario, units)) {
    const first = tied.leaderOf[path[0]];
    const last = tied.leaderOf[path[path.length - 1]];
    if (tried.has(`${first} ${last}`)) continue;
    tried.add(`${first} ${last}`);
    const stretch = stretchBetween(tied, first, last);
    const bytes = bytesOnce(units, stretch.ops);
    best = Math.max(best, cheapestUs({ tied, ...least, bytes, limitBytes }, stretch));
  }
  return best;
}

function largestAccelerator({ cluster }: Scenario, { deviceOf, typeBytes }: Units): number {
  return typeBytes.reduce(
    (largest, bytes, type) => (isCpu(cluster.devices[deviceOf[type]]) ? largest : Math.max(largest, bytes)),
    0,
  );
}

function leastTimes(
  { cluster }: Scenario,
  { deviceOf, typeCount, opUs }: Units,
  { leaderOf, tiedUs }: TiedGraph,
): Pick<LeaderWork, "acceleratorUs" | "cpuUs"> {
  const onCpu = Array.from(deviceOf, (d) => isCpu(cluster.devices[d]));
  const leastOf = (us: Float64Array, wanted: boolean) =>
    Float64Array.from(leaderOf, (_, v) =>
      onCpu.reduce(
        (least, isOnCpu, type) => (isOnCpu === wanted ? Math.min(least, us[v * typeCount + type]) : least),
        Number.POSITIVE_INFINITY,
      ),
    );
  return { acceleratorUs: leastOf(tiedUs, false), cpuUs: leastOf(opUs, true) };
}

function stretchBetween({ order, before, after }: TiedGraph, first: number, last: number): Stretch {
  const reached = marksFrom(first, after);
  const reaching = marksFrom(last, before);
  const ops = order.filter((v) => reached[v] === 1 && reaching[v] === 1);
  const position = new Int32Array(reached.length).fill(-1);
  ops.forEach((v, i) => {
    position[v] = i;
  });
  const cutOps: number[] = [];
  let farthest = 0;
  ops.forEach((v, i) => {
    if (farthest <= i) cutOps.push(i);
    for (const w of after[v]) farthest = Math.max(farthest, position[w]);
  });
  return { ops, cutOps };
}

/** Bytes of each unit, at the first of its ops. */
function bytesOnce({ unitOf, unitBytes }: Units, ops: Int32Array): Float64Array {
  const bytes = new Float64Array(unitOf.length);
  const counted = new Set<number>();
  for (const v of ops) {
    if (!counted.has(unitOf[v])) bytes[v] = unitBytes[unitOf[v]];
    counted.add(unitOf[v]);
  }
  return bytes;
}

interface Crossings {
  readonly toPiece: readonly Crossing[];
  readonly toCpu: readonly Crossing[];
}

function cheapestUs(work: LeaderWork, { ops, cutOps }: Stretch): number {
  const { cpuUs, limitBytes } = work;
  const last = cutOps.length - 1;
  /**
   * Least times until a run begins at a cut op, by the parts of a device that its piece holds of
   * the section before.
   */
  const startUs = cutOps.map(() => new Float64Array(PARTS + 1).fill(Number.POSITIVE_INFINITY));
  const cpuStartUs = new Float64Array(cutOps.length).fill(Number.POSITIVE_INFINITY);
  startUs[0][0] = 0;
  cpuStartUs[0] = 0;
  const crossSection = (i: number, us: number, freeParts: number, { toPiece, toCpu }: Crossings): void => {
    const next = startUs[i + 1];
    for (const crossing of toPiece)
      if (crossing.headParts <= freeParts)
        next[crossing.tailParts] = Math.min(next[crossing.tailParts], us + crossing.us);
    for (const crossing of toCpu)
      if (crossing.headParts <= freeParts) cpuStartUs[i + 1] = Math.min(cpuStartUs[i + 1], us + crossing.us);
  };
  const sections = cutOps.slice(1).map((to, i) => {
    const from = cutOps[i];
    const section = sectionBetween(work, ops[from], ops.subarray(from + 1, to), ops[to]);
    const crossingsFrom = (a: boolean): Crossings => ({
      toPiece: crossingsOf(section, limitBytes, { a, b: false }),
      toCpu: crossingsOf(section, limitBytes, { a, b: true }),
    });
    return { fromPiece: crossingsFrom(false), fromCpu: crossingsFrom(true) };
  });

  let least = Number.POSITIVE_INFINITY;
  cutOps.forEach((from, i) => {
    const cpuEndUs = cpuStartUs[i] + cpuUs[ops[from]];
    if (i === last) least = Math.min(least, cpuEndUs);
    else if (cpuEndUs < Number.POSITIVE_INFINITY) crossSection(i, cpuEndUs, PARTS, sections[i].fromCpu);
    const runs = runsFrom(work, { ops, cutOps }, i);
    let fewerPartsUs = Number.POSITIVE_INFINITY;
    for (let parts = 0; parts <= PARTS; parts++) {
      if (startUs[i][parts] >= fewerPartsUs) continue;
      fewerPartsUs = startUs[i][parts];
      for (const { end, us, freeParts } of runs) {
        if (freeParts < parts) break;
        if (end === last) least = Math.min(least, fewerPartsUs + us);
        else crossSection(end, fewerPartsUs + us, freeParts - parts, sections[end].fromPiece);
      }
    }
  });
  return least;
}

interface Run {
  /** The last cut op of the run. */
  readonly end: number;
  readonly us: number;
  /** What the run leaves of a device. */
  readonly freeParts: number;
}

/** The runs that begin at a cut op and fit on a device. */
function runsFrom(
  { acceleratorUs, bytes, limitBytes }: LeaderWork,
  { ops, cutOps }: Stretch,
  first: number,
): Run[] {
  const runs: Run[] = [];
  let us = 0;
  let held = 0;
  let next = cutOps[first];
  for (let end = first; end < cutOps.length; end++) {
    for (; next <= cutOps[end]; next++) {
      us += acceleratorUs[ops[next]];
      held += bytes[ops[next]];
    }
    const freeParts = PARTS * (1 + ROUNDING - held / limitBytes);
    if (us === Number.POSITIVE_INFINITY || freeParts < 0) break;
    runs.push({ end, us, freeParts });
  }
  return runs;
}

/** Rounding error of sums of bytes, as a share of a device. */
const ROUNDING = 1e-9;
