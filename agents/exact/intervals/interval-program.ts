/**
 * PipeDream's interval program (Narayanan et al., SOSP 2019) for levels of machines within
 * machines, as the published optimizer computes it (msr-fiddle/pipedream, memory constraint off,
 * all machines used). On each level, innermost first:
 *
 *   no cut, m replicas:
 *     best(i, j, m) = (T(i..j) + 4 (m-1) W(i..j) / (B m) / inner) / m
 *   or a last stage k..j on r replicas, with the last term left out where j is the last state:
 *     best(i, j, m) = max( best(i, k, m-r), (T(k..j) + 4 (r-1) W(k..j) / (B r)) / r,
 *                          2 a(k) / (B r), 2 a(j) / (B r) )
 *
 * The least of these values counts, over all states k between i and j. T is time, W bytes of
 * weights, a the bytes that leave a state, B bytes per us, `inner` the machines of the level below.
 * Above the innermost level T(i..j) is the best time of that range on all machines of the level
 * below. The terms of a are left out where transfers are `free`, as the published program does by
 * default.
 *
 * One level takes time with the square of the number of states, more levels with its cube.
 */
import type { IntervalStates } from "./interval-states.ts";

export interface IntervalLevel {
  readonly machines: number;
  readonly bytesPerUs: number;
}

export interface IntervalOptions {
  /** Innermost first: devices of one machine, then machines, and so on. */
  readonly levels: readonly IntervalLevel[];
  readonly transfers: "charged" | "free";
  /** `one`: a straight pipeline, one machine for each stage. */
  readonly replicas: "one" | "any";
}

export interface IntervalStage {
  readonly layers: readonly number[];
  readonly replicas: number;
  /**
   * How each replica's machine divides the stage among the machines inside it; none on the
   * innermost level.
   */
  readonly inside: readonly IntervalStage[];
}

export interface IntervalPlan {
  /** Time of the slowest stage for one minibatch. */
  readonly timeUs: number;
  readonly stages: readonly IntervalStage[];
}

/** Null where there are fewer states than machines that must each have a stage. */
export function intervalPlan(states: IntervalStates, options: IntervalOptions): IntervalPlan | null {
  const last = states.count - 1;
  const isBefore = order(states);
  const solved: Level[] = [];
  for (const [number, level] of options.levels.entries()) {
    const below = solved[number - 1];
    const rangeUs = (after: number, upTo: number) =>
      below?.timeUs(after, upTo) ?? difference(states.timeUs, after, upTo);
    const isOutermost = number === options.levels.length - 1;
    solved.push(
      solveLevel(states, level, {
        options,
        isBefore,
        rangeUs,
        machinesBelow: options.levels[number - 1]?.machines ?? 1,
        froms: isOutermost ? [START] : [START, ...states.timeUs.keys()],
      }),
    );
  }
  const outermost = solved.length - 1;
  if (last < 0 || outermost < 0) return null;
  const timeUs = solved[outermost].timeUs(START, last);
  if (timeUs === Number.POSITIVE_INFINITY) return null;

  const stagesOf = (number: number, after: number, upTo: number): IntervalStage[] =>
    number < 0
      ? []
      : solved[number].cuts(after, upTo).map(({ from, to, replicas }) => {
          const earlier = new Set(from === START ? [] : states.layersOf(from));
          const layers = states.layersOf(to).filter((v) => !earlier.has(v));
          return { layers, replicas, inside: stagesOf(number - 1, from, to) };
        });
  return { timeUs, stages: stagesOf(outermost, START, last) };
}

/** Before the first state. */
const START = -1;

interface Range {
  readonly from: number;
  readonly to: number;
  readonly replicas: number;
}

interface Level {
  /** Best time of the states after one up to another on all machines. */
  timeUs(after: number, upTo: number): number;
  /** The stages of that time, in order. */
  cuts(after: number, upTo: number): Range[];
}

interface Setting {
  readonly options: IntervalOptions;
  readonly isBefore: (one: number, other: number) => boolean;
  readonly rangeUs: (after: number, upTo: number) => number;
  readonly machinesBelow: number;
  /** The states after which ranges are wanted. */
  readonly froms: readonly number[];
}

function solveLevel(
  { count, weightBytes, outBytes }: IntervalStates,
  { machines, bytesPerUs }: IntervalLevel,
  { options, isBefore, rangeUs, machinesBelow, froms }: Setting,
): Level {
  const mostReplicas = options.replicas === "one" ? 1 : machines;
  const charged = options.transfers === "charged" ? 2 : 0;
  const at = (from: number, j: number, m: number) => ((from + 1) * count + j) * (machines + 1) + m;
  const best = new Float64Array(froms.length * count * (machines + 1)).fill(Number.POSITIVE_INFINITY);
  const cutAfter = new Int32Array(best.length).fill(START);
  const lastReplicas = new Int32Array(best.length);
  const syncUs = (bytes: number, r: number) => (4 * (r - 1) * bytes) / (bytesPerUs * r);

  for (const from of froms)
    for (let j = from + 1; j < count; j++) {
      if (!isBefore(from, j)) continue;
      for (let m = 1; m <= mostReplicas; m++) {
        const sync = syncUs(difference(weightBytes, from, j), m) / machinesBelow;
        best[at(from, j, m)] = (rangeUs(from, j) + sync) / m;
        lastReplicas[at(from, j, m)] = m;
      }
      const leavesBytes = j === count - 1 ? 0 : outBytes[j];
      for (let k = from + 1; k < j; k++) {
        if (!isBefore(k, j) || !isBefore(from, k)) continue;
        const time = rangeUs(k, j);
        const bytes = weightBytes[j] - weightBytes[k];
        const movedBytes = charged * Math.max(outBytes[k], leavesBytes);
        for (let r = 1; r <= mostReplicas; r++) {
          const last = Math.max((time + syncUs(bytes, r)) / r, movedBytes / (bytesPerUs * r));
          for (let m = r + 1; m <= machines; m++) {
            const value = Math.max(best[at(from, k, m - r)], last);
            if (value >= best[at(from, j, m)]) continue;
            best[at(from, j, m)] = value;
            cutAfter[at(from, j, m)] = k;
            lastReplicas[at(from, j, m)] = r;
          }
        }
      }
    }

  return {
    timeUs: (after, upTo) => best[at(after, upTo, machines)],
    cuts(after, upTo) {
      const ranges: Range[] = [];
      for (let to = upTo, m = machines; to !== START; ) {
        const cut = cutAfter[at(after, to, m)];
        const replicas = lastReplicas[at(after, to, m)];
        ranges.unshift({ from: cut === START ? after : cut, to, replicas });
        m -= replicas;
        to = cut;
      }
      return ranges;
    },
  };
}

const difference = (values: Float64Array, after: number, upTo: number): number =>
  values[upTo] - (after === START ? 0 : values[after]);

/** Is every layer of one state in the other, looked up instead of compared? */
function order({ count, within }: IntervalStates): (one: number, other: number) => boolean {
  const before = new Uint8Array(count * count);
  for (let j = 0; j < count; j++) for (let k = 0; k < j; k++) before[k * count + j] = within(k, j) ? 1 : 0;
  return (one, other) => one === START || before[one * count + other] === 1;
}
