/**
 * DAPPLE's planner (Fan et al., PPoPP 2021): stages, their replicas and device sets of
 * least pivot latency on a chain of layers.
 *
 * TPL(j, m, g) has the first j layers on m devices, in use as g says. The other layers are one
 * stage on all other devices. From there the last stage is split at a later layer, with each number
 * of devices and each of the three policies. Every plan on the way is complete, and is scored. The
 * search is memoised on (j, g), which m follows from.
 *
 * The latency of a plan is not made of the latencies of its parts. So the best prefix of a state
 * need not lead to the best plan, and the paper's memo of one prefix can miss it. `kept` is how
 * many prefixes a state keeps, the best complete plans first; with all of them the search is
 * exhaustive.
 */
import { prefixSums } from "../../../problems/prefix-sums.ts";
import { allReduceTime, type DappleLinks, type DeviceSet, deviceSet, transferTime } from "./machines.ts";
import { pivotLatency } from "./pivot.ts";
import { placeStage, policies } from "./placements.ts";

/** Times and outputs of one micro-batch on one device, by layer. */
export interface DappleChain {
  readonly forward: Float64Array;
  readonly backward: Float64Array;
  readonly weightBytes: Float64Array;
  readonly outputBytes: Float64Array;
}

export interface DappleQuestion {
  readonly chain: DappleChain;
  readonly microBatches: number;
  /** Number of devices up to the end of each machine. */
  readonly ends: readonly number[];
  readonly links: DappleLinks;
  /** Prefixes that each state of the search keeps; the paper's memo keeps 1. */
  readonly kept: number;
  /** Whether a stage fits its devices, where memory is limited. */
  fits?(first: number, end: number, replicas: number, stagesAfter: number): boolean;
}

export interface DappleStage {
  readonly first: number;
  /** One beyond the last layer. */
  readonly end: number;
  readonly on: DeviceSet;
}

export interface DapplePlan {
  readonly latency: number;
  readonly stages: readonly DappleStage[];
}

/** Stages so far, with the times of stages and of the transfers between them. */
interface Prefix extends Times {
  readonly stages: readonly DappleStage[];
  /** Devices in use on each machine. */
  readonly used: readonly number[];
  /** Latency of the plan that has one stage more. */
  readonly latency: number;
}

interface Times {
  readonly forward: readonly number[];
  readonly backward: readonly number[];
  readonly allReduce: readonly number[];
}

const nothing: Times = { forward: [], backward: [], allReduce: [] };

/** Null where nothing fits. */
export function dapplePlan(question: DappleQuestion): DapplePlan | null {
  const layers = question.chain.forward.length;
  const sizes = question.ends.map((end, i) => end - (i === 0 ? 0 : question.ends[i - 1]));
  const states = Array.from({ length: layers }, () => new Map<string, Prefix[]>());
  const none = sizes.map(() => 0);
  states[0].set(none.join(), [{ ...nothing, stages: [], used: none, latency: 0 }]);
  const sums = rangeSums(question.chain);
  const whole = [{ first: 0, end: layers, on: nextDevices(question.ends, none, sizes) }];
  let best: DapplePlan = { latency: dappleLatency(question, whole), stages: whole };
  for (let first = 0; first < layers; first++)
    for (const prefixes of states[first].values())
      for (const prefix of prefixes)
        for (const choice of choicesAfter(question, sizes, prefix))
          for (const { end, times } of extensions(question, sums, prefix, choice)) {
            const latency = pivotLatency(times, question.microBatches);
            const known = prefixesOf(states[end], choice.key);
            const isKept = known.length < question.kept || latency < known[known.length - 1].latency;
            if (!isKept && latency >= best.latency) continue;
            const stages = [...prefix.stages, { first, end, on: choice.on }];
            if (latency < best.latency)
              best = { latency, stages: [...stages, { first: end, end: layers, on: choice.rest }] };
            if (isKept)
              insert(known, { ...withoutLast(times), stages, used: choice.used, latency }, question.kept);
          }
  return best.latency === Number.POSITIVE_INFINITY ? null : best;
}

/** Devices for a next stage, and all that are free after it. */
interface Choice {
  readonly on: DeviceSet;
  readonly rest: DeviceSet;
  readonly used: readonly number[];
  readonly key: string;
}

/** Each leaves a device. */
function choicesAfter({ ends }: DappleQuestion, sizes: readonly number[], { used }: Prefix): Choice[] {
  const free = sizes.reduce((sum, size, i) => sum + size - used[i], 0);
  const choices: Choice[] = [];
  for (let need = 1; need < free; need++) {
    const takings = policies.map((policy) => placeStage(policy, sizes, used, need));
    for (const taken of new Map(takings.map((counts) => [counts.join(), counts])).values()) {
      const after = used.map((count, i) => count + taken[i]);
      const left = sizes.map((size, i) => size - after[i]);
      const [on, rest] = [nextDevices(ends, used, taken), nextDevices(ends, after, left)];
      choices.push({ on, rest, used: after, key: after.join() });
    }
  }
  return choices;
}

/** The lowest free devices of each machine. */
function nextDevices(ends: readonly number[], used: readonly number[], taken: readonly number[]): DeviceSet {
  const devices = taken.flatMap((count, i) =>
    Array.from({ length: count }, (_, k) => (i === 0 ? 0 : ends[i - 1]) + used[i] + k),
  );
  return deviceSet(devices, ends);
}

interface Extension {
  readonly end: number;
  /** Of the plan with all later layers on the rest; overwritten by the next extension. */
  readonly times: Times;
}

/** The layers up to each end on the chosen devices. */
function* extensions(
  question: DappleQuestion,
  sums: RangeSums,
  { stages, forward, backward, allReduce }: Prefix,
  { on, rest }: Choice,
): Generator<Extension> {
  const times = { forward: [...forward], backward: [...backward], allReduce: [...allReduce] };
  const before = stages.length === 0 ? null : stages[stages.length - 1];
  const [first, layers] = [before?.end ?? 0, question.chain.forward.length];
  for (let end = first + 1; end < layers; end++) {
    const last = { first: end, end: layers, on: rest };
    const stage = { first, end, on };
    if (question.fits !== undefined && !allFit(question, [...stages, stage, last])) continue;
    let at = forward.length;
    at = write(question, sums, times, at, before, stage);
    write(question, sums, times, at, stage, last);
    yield { end, times };
  }
}

const allFit = ({ fits }: DappleQuestion, stages: readonly DappleStage[]): boolean =>
  stages.every(({ first, end, on }, s) => fits!(first, end, on.devices.length, stages.length - 1 - s));

interface WritableTimes {
  readonly forward: number[];
  readonly backward: number[];
  readonly allReduce: number[];
}

/** Writes the transfer to a stage, and the stage; returns where the next one goes. */
function write(
  { chain, links }: DappleQuestion,
  sums: RangeSums,
  { forward, backward, allReduce }: WritableTimes,
  at: number,
  before: DappleStage | null,
  { first, end, on }: DappleStage,
): number {
  let next = at;
  if (before !== null) {
    const bytes = chain.outputBytes[first - 1];
    forward[next] = transferTime(before.on, on, bytes, links);
    backward[next] = transferTime(on, before.on, bytes, links);
    allReduce[next++] = 0;
  }
  const replicas = on.devices.length;
  forward[next] = (sums.forward[end] - sums.forward[first]) / replicas;
  backward[next] = (sums.backward[end] - sums.backward[first]) / replicas;
  allReduce[next++] = allReduceTime(on, sums.weightBytes[end] - sums.weightBytes[first], links);
  return next;
}

/** Sums of the layers before each one, shape [layers + 1]. */
type RangeSums = Pick<DappleChain, "forward" | "backward" | "weightBytes">;

const rangeSums = ({ forward, backward, weightBytes }: DappleChain): RangeSums => ({
  forward: prefixSums(forward),
  backward: prefixSums(backward),
  weightBytes: prefixSums(weightBytes),
});

/** Without the last stage and the transfer to it. */
const withoutLast = ({ forward, backward, allReduce }: Times): Times => ({
  forward: forward.slice(0, -2),
  backward: backward.slice(0, -2),
  allReduce: allReduce.slice(0, -2),
});

/** Pivot latency of given stages, infinite where one does not fit. */
export function dappleLatency(question: DappleQuestion, stages: readonly DappleStage[]): number {
  if (question.fits !== undefined && !allFit(question, stages)) return Number.POSITIVE_INFINITY;
  const times: WritableTimes = { forward: [], backward: [], allReduce: [] };
  const sums = rangeSums(question.chain);
  let at = 0;
  for (const [s, stage] of stages.entries())
    at = write(question, sums, times, at, s === 0 ? null : stages[s - 1], stage);
  return pivotLatency(times, question.microBatches);
}

function prefixesOf(states: Map<string, Prefix[]>, key: string): Prefix[] {
  const known = states.get(key) ?? [];
  states.set(key, known);
  return known;
}

function insert(known: Prefix[], prefix: Prefix, most: number): void {
  const at = known.findIndex(({ latency }) => prefix.latency < latency);
  known.splice(at < 0 ? known.length : at, 0, prefix);
  if (known.length > most) known.pop();
}
