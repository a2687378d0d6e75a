/** Makes the timeline of a sharding plan: one run of the engine, read in terms of the plan. */
import type { OpSplit } from "../../../model/layout/natural.ts";
import { validatePlan } from "../../../model/plan/plan.ts";
import type { ShardingPlan } from "../../../model/plan/sharding.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { type LoggedSharding, runLoggedSharding } from "../../lower/sharding/run.ts";
import { partsAtPeak } from "../explain/memory-steps.ts";
import { collectiveSpans } from "./collective-spans.ts";
import type { PathPart, RankTime, ShardingTimeline, StepMessage } from "./contract.ts";
import { blocksOf, rankTimes } from "./rank-times.ts";
import { shardingMemory } from "./sharding-memory.ts";
import { stepMessages } from "./step-messages.ts";
import { stepPath } from "./step-path.ts";

export function shardingTimeline(scenario: Scenario, plan: ShardingPlan): ShardingTimeline {
  validatePlan(scenario, plan);
  return timelineOf(scenario, plan, runLoggedSharding(scenario, plan));
}

/** With the critical path, which is the dearest part. */
export function explainSharding(
  scenario: Scenario,
  plan: ShardingPlan,
): ShardingTimeline & { readonly path: readonly PathPart[] } {
  validatePlan(scenario, plan);
  const run = runLoggedSharding(scenario, plan);
  return { ...timelineOf(scenario, plan, run), path: stepPath(scenario.graph, run) };
}

export type TracedSharding = ShardingTimeline & { readonly messages: readonly StepMessage[] };

/** With every message, for traces. */
export function tracedSharding(scenario: Scenario, plan: ShardingPlan): TracedSharding {
  validatePlan(scenario, plan);
  const run = runLoggedSharding(scenario, plan);
  return {
    ...timelineOf(scenario, plan, run),
    messages: stepMessages(run, scenario.cluster.devices.length),
  };
}

function timelineOf(scenario: Scenario, plan: ShardingPlan, run: LoggedSharding): ShardingTimeline {
  const { graph, cluster, fidelity } = scenario;
  const { devices } = plan.mesh;
  const blocks = blocksOf(run);
  const collectives = collectiveSpans(run, { devices, deviceCount: cluster.devices.length });
  const transfers = fidelity.overlap ? {} : { transfers: run.engine.transfers() };
  const read = { graph, run, devices, collectives, untilUs: run.iterationUs, ...transfers };
  const times = rankTimes(read, blocks);
  const memorySteps = shardingMemory(scenario, plan, run);
  return {
    scenario,
    plan,
    iterationUs: run.iterationUs,
    splits: splitsOf(graph.opCount, run),
    blocks,
    collectives,
    rankTimes: times,
    slowest: slowestOf(times),
    memorySteps,
    peakParts: partsAtPeak(memorySteps),
    peakBytes: run.peakBytes,
  };
}

function splitsOf(opCount: number, { program }: LoggedSharding): (OpSplit | null)[] {
  const splits = new Array<OpSplit | null>(opCount).fill(null);
  for (const instruction of program.instructions)
    if (instruction.kind === "run") splits[instruction.op] = instruction.split;
  return splits;
}

export const computingUs = ({ forward, recompute, backward, update }: RankTime): number =>
  forward + recompute + backward + update;

/** Sums in other orders of ranks that do the same differ by less. */
const EQUAL = 1 + 1e-9;

/** The rank that computes longest, the first of equal ones. */
export const slowestOf = (times: readonly RankTime[]): number =>
  times.reduce((most, time, rank) => (computingUs(time) > EQUAL * computingUs(times[most]) ? rank : most), 0);
