/**
 * A lower bound on latency by the *narrows* of a graph: the ops that every path between two of its
 * ops goes through. Narrows in one piece bring with them all that lies between them, for pieces are
 * contiguous, so that the narrows fall into runs: of one piece each, or an op on a CPU. A run pays
 * the run times of what it holds; between two runs lies a gap (latency-gap.ts), of which each of
 * the two pieces may take its part. The cheapest way to divide the narrows into runs and gaps,
 * where no piece holds more than a device, is a bound for every plan.
 *
 * Every op takes its least time, and every device is as large as the largest: CPUs among
 * themselves, accelerators likewise. Ops that are tied to one piece (tied-ops.ts) are one op.
 */
import { isCpu } from "../../../model/cluster/cluster.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { Units } from "../units.ts";
import { PARTS, type Way, waysThrough } from "./gap.ts";
import { mixedPaths } from "./mixed-paths.ts";
import { gapBetween, type LeaderWork, marksFrom } from "./strands.ts";
import { type TiedGraph, tiedGraph } from "./tied-ops.ts";

/** What lies between two ops, in topological order, and where the narrows are in it. */
interface Stretch {
  readonly ops: Int32Array;
  readonly narrows: readonly number[];
}

/** Ops beyond which the bound is not tried: a fraction of a second. */
const MOST_OPS = 20_000;

/** 0 where memory parts nothing, or where the graph is too large to try. */
export function narrowsUs(scenario: Scenario, units: Units): number {
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
  const narrows: number[] = [];
  let farthest = 0;
  ops.forEach((v, i) => {
    if (farthest <= i) narrows.push(i);
    for (const w of after[v]) farthest = Math.max(farthest, position[w]);
  });
  return { ops, narrows };
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

interface Gaps {
  readonly toPiece: readonly Way[];
  readonly toCpu: readonly Way[];
}

function cheapestUs(work: LeaderWork, { ops, narrows }: Stretch): number {
  const { cpuUs, limitBytes } = work;
  const last = narrows.length - 1;
  /**
   * Least times until a run begins at a narrow itself, by the parts of a device that its piece
   * holds of the gap before.
   */
  const startUs = narrows.map(() => new Float64Array(PARTS + 1).fill(Number.POSITIVE_INFINITY));
  const cpuStartUs = new Float64Array(narrows.length).fill(Number.POSITIVE_INFINITY);
  startUs[0][0] = 0;
  cpuStartUs[0] = 0;
  const crossGap = (i: number, us: number, freeParts: number, { toPiece, toCpu }: Gaps): void => {
    const next = startUs[i + 1];
    for (const way of toPiece)
      if (way.headParts <= freeParts) next[way.tailParts] = Math.min(next[way.tailParts], us + way.us);
    for (const way of toCpu)
      if (way.headParts <= freeParts) cpuStartUs[i + 1] = Math.min(cpuStartUs[i + 1], us + way.us);
  };
  const gaps = narrows.slice(1).map((to, i) => {
    const from = narrows[i];
    const gap = gapBetween(work, ops[from], ops.subarray(from + 1, to), ops[to]);
    const gapsFrom = (a: boolean): Gaps => ({
      toPiece: waysThrough(gap, limitBytes, { a, b: false }),
      toCpu: waysThrough(gap, limitBytes, { a, b: true }),
    });
    return { fromPiece: gapsFrom(false), fromCpu: gapsFrom(true) };
  });

  let least = Number.POSITIVE_INFINITY;
  narrows.forEach((from, i) => {
    const cpuEndUs = cpuStartUs[i] + cpuUs[ops[from]];
    if (i === last) least = Math.min(least, cpuEndUs);
    else if (cpuEndUs < Number.POSITIVE_INFINITY) crossGap(i, cpuEndUs, PARTS, gaps[i].fromCpu);
    const runs = runsFrom(work, { ops, narrows }, i);
    let fewerPartsUs = Number.POSITIVE_INFINITY;
    for (let parts = 0; parts <= PARTS; parts++) {
      if (startUs[i][parts] >= fewerPartsUs) continue;
      fewerPartsUs = startUs[i][parts];
      for (const { end, us, freeParts } of runs) {
        if (freeParts < parts) break;
        if (end === last) least = Math.min(least, fewerPartsUs + us);
        else crossGap(end, fewerPartsUs + us, freeParts - parts, gaps[end].fromPiece);
      }
    }
  });
  return least;
}

interface Run {
  /** The last narrow of the run. */
  readonly end: number;
  readonly us: number;
  /** What the run leaves of a device. */
  readonly freeParts: number;
}

/** The runs that begin at a narrow and fit a device. */
function runsFrom(
  { acceleratorUs, bytes, limitBytes }: LeaderWork,
  { ops, narrows }: Stretch,
  first: number,
): Run[] {
  const runs: Run[] = [];
  let us = 0;
  let held = 0;
  let next = narrows[first];
  for (let end = first; end < narrows.length; end++) {
    for (; next <= narrows[end]; next++) {
      us += acceleratorUs[ops[next]];
      held += bytes[ops[next]];
    }
    const freeParts = PARTS * (1 + ROUNDING - held / limitBytes);
    if (us === Number.POSITIVE_INFINITY || freeParts < 0) break;
    runs.push({ end, us, freeParts });
  }
  return runs;
}

/** What sums of bytes may be off by, as a share of a device. */
const ROUNDING = 1e-9;
