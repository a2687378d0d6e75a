/**
 * `ShardingSummary`: what one simulated batch of a sharding did, in numbers: how long its devices
 * compute, and what its collectives send. It also exists for plans that do not fit in memory.
 */
import type { ShardingPlan } from "../../model/plan/sharding.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { LoweredMove } from "../lower/sharding/lowering.ts";
import { createShardingRunner } from "../lower/sharding/run.ts";
import { sentBytes } from "../lower/sharding/sent-bytes.ts";
import { type StateBytes, stateBytes } from "../lower/sharding/state-bytes.ts";

/** Collectives of one kind, purpose and size of group. */
export interface CollectiveSummary extends Pick<LoweredMove, "kind" | "purpose" | "members"> {
  readonly count: number;
  /** Bytes that the device sends that sends most, of all of them. */
  readonly sentBytes: number;
}

export interface ShardingSummary {
  readonly scenario: Scenario;
  readonly plan: ShardingPlan;
  readonly iterationUs: number;
  /** Time in which each device computes, us. */
  readonly busyUs: Float64Array;
  readonly peakBytes: Float64Array;
  /** Bytes of weights, gradients and optimizer state that a rank holds. */
  readonly state: StateBytes;
  /** In the order of their first ones. */
  readonly collectives: readonly CollectiveSummary[];
}

/** Pre: a valid plan. */
export function shardingSummary(scenario: Scenario, plan: ShardingPlan): ShardingSummary {
  const run = createShardingRunner(scenario).run(plan);
  const deviceCount = scenario.cluster.devices.length;
  const busyUs = new Float64Array(deviceCount);
  run.compiled.runUs.forEach((us, task) => {
    if (run.device[task] < deviceCount) busyUs[run.device[task]] += us;
  });
  const { iterationUs, peakBytes } = run;
  const { optimizerSlots } = scenario.fidelity;
  const zero = plan.memory?.zero ?? 0;
  return {
    scenario,
    plan,
    iterationUs,
    busyUs,
    peakBytes,
    state: stateBytes(scenario.graph, run.program, {
      optimizerSlots,
      zero,
      ...(plan.offload !== undefined && { offload: plan.offload }),
    }),
    collectives: collectivesOf(run, deviceCount),
  };
}

function collectivesOf(run: Parameters<typeof sentBytes>[0], deviceCount: number): CollectiveSummary[] {
  const sent = sentBytes(run, deviceCount);
  const groups = new Map<string, { move: LoweredMove; count: number; bytes: Float64Array }>();
  run.moves.forEach((move, i) => {
    const key = `${move.kind} ${move.purpose} ${move.members}`;
    const group = groups.get(key) ?? { move, count: 0, bytes: new Float64Array(deviceCount) };
    group.count++;
    sent[i].forEach((bytes, d) => {
      group.bytes[d] += bytes;
    });
    groups.set(key, group);
  });
  return [...groups.values()].map(({ move: { kind, purpose, members }, count, bytes }) => ({
    kind,
    purpose,
    members,
    count,
    sentBytes: bytes.reduce((most, each) => Math.max(most, each), 0),
  }));
}
