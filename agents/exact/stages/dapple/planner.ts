/**
 * DAPPLE's planner (Fan et al., PPoPP 2021, section 4): stages, their replicas and device sets of
 * least pivot latency on a chain of layers.
 *
 * TPL(j, m, g): the first j layers are on m devices, in use as g says; the other layers are one
 * stage on all other devices. From there the last stage is split at a later layer, with each number
 * of devices and each of the three policies. Every plan on the way is complete, and is scored. The
 * search is memoised on (j, g), which m follows from.
 *
 * The latency of a plan is not made of the latencies of its parts. So the best prefix of a state
 * need not lead to the best plan, and the paper's memo of one prefix can miss it. `kept` is how many
 * prefixes a state keeps, the best complete plans first; with all of them the search is exhaustive.
 */
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

interface Prefix {
  readonly stages: readonly DappleStage[];
  /** Devices in use on each machine. */
  readonly used: readonly number[];
  /** Latency of the plan that ends with one stage more. */
  readonly latency: number;
}

/** Null where nothing fits. */
export function dapplePlan(question: DappleQuestion): DapplePlan | null {
  const layers = question.chain.forward.length;
  const sizes = question.ends.map((end, i) => end - (i === 0 ? 0 : question.ends[i - 1]));
  const states = Array.from({ length: layers }, () => new Map<string, Prefix[]>());
  const none = sizes.map(() => 0);
  let best: DapplePlan | null = null;
  const consider = (prefix: Prefix): Prefix => {
    const plan = completed(question, prefix);
    if (plan.latency < (best?.latency ?? Number.POSITIVE_INFINITY)) best = plan;
    return { ...prefix, latency: plan.latency };
  };
  states[0].set(none.join(), [consider({ stages: [], used: none, latency: 0 })]);
  for (let j = 0; j < layers; j++)
    for (const prefixes of states[j].values())
      for (const prefix of prefixes)
        for (const next of splits(question, sizes, prefix)) {
          const scored = consider(next);
          const from = next.stages[next.stages.length - 1].end;
          keep(states[from], next.used.join(), scored, question.kept);
        }
  return best;
}

/** The prefixes of one stage more, each of which leaves a device and a layer. */
function splits(question: DappleQuestion, sizes: readonly number[], { stages, used }: Prefix): Prefix[] {
  const first = stages.length === 0 ? 0 : stages[stages.length - 1].end;
  const free = sizes.reduce((sum, size, i) => sum + size - used[i], 0);
  const found: Prefix[] = [];
  for (let need = 1; need < free; need++) {
    const choices = new Map(
      policies.map((policy) => {
        const taken = placeStage(policy, sizes, used, need);
        return [taken.join(), taken] as const;
      }),
    );
    for (const taken of choices.values()) {
      const on = nextDevices(question.ends, used, taken);
      const after = used.map((count, i) => count + taken[i]);
      for (let end = first + 1; end < question.chain.forward.length; end++)
        found.push({ stages: [...stages, { first, end, on }], used: after, latency: 0 });
    }
  }
  return found;
}

/** The lowest free devices of each machine. */
function nextDevices(ends: readonly number[], used: readonly number[], taken: readonly number[]): DeviceSet {
  const devices = taken.flatMap((count, i) =>
    Array.from({ length: count }, (_, k) => (i === 0 ? 0 : ends[i - 1]) + used[i] + k),
  );
  return deviceSet(devices, ends);
}

/** The plan whose last stage has all other layers and devices. */
function completed(question: DappleQuestion, { stages, used }: Prefix): DapplePlan {
  const { chain, ends } = question;
  const first = stages.length === 0 ? 0 : stages[stages.length - 1].end;
  const free = ends.map((end, i) => end - (i === 0 ? 0 : ends[i - 1]) - used[i]);
  const all = [...stages, { first, end: chain.forward.length, on: nextDevices(ends, used, free) }];
  return { latency: dappleLatency(question, all), stages: all };
}

/** Pivot latency of given stages, infinite where one does not fit. */
export function dappleLatency(question: DappleQuestion, stages: readonly DappleStage[]): number {
  const { chain, links, microBatches } = question;
  const [forward, backward, allReduce]: number[][] = [[], [], []];
  for (const [s, { first, end, on }] of stages.entries()) {
    const replicas = on.devices.length;
    if (question.fits?.(first, end, replicas, stages.length - 1 - s) === false)
      return Number.POSITIVE_INFINITY;
    forward.push(sum(chain.forward, first, end) / replicas);
    backward.push(sum(chain.backward, first, end) / replicas);
    allReduce.push(allReduceTime(on, sum(chain.weightBytes, first, end), links));
    if (s + 1 === stages.length) continue;
    const bytes = chain.outputBytes[end - 1];
    forward.push(transferTime(on, stages[s + 1].on, bytes, links));
    backward.push(transferTime(stages[s + 1].on, on, bytes, links));
    allReduce.push(0);
  }
  return pivotLatency({ forward, backward, allReduce }, microBatches);
}

function sum(values: Float64Array, first: number, end: number): number {
  let total = 0;
  for (let i = first; i < end; i++) total += values[i];
  return total;
}

function keep(states: Map<string, Prefix[]>, key: string, prefix: Prefix, most: number): void {
  const known = states.get(key) ?? [];
  const at = known.findIndex(({ latency }) => prefix.latency < latency);
  known.splice(at < 0 ? known.length : at, 0, prefix);
  if (known.length > most) known.pop();
  states.set(key, known);
}
