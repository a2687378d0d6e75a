/**
 * `ShardingTimeline`: what one simulated step of a sharding did, for people and pictures. It also
 * exists for plans that do not fit in memory. All numbers are the engine's.
 */
import type { OpSplit } from "../../../model/layout/natural.ts";
import type { ShardingPlan } from "../../../model/plan/sharding.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { TransferRecord } from "../../engine/engine.ts";
import type { LoweredMove } from "../../lower/sharding/lowering.ts";
import type { MemoryParts, MemoryStep } from "../explain/memory-steps.ts";

/** In the order in which tables show them. */
export const rankParts = [
  "forward",
  "recompute",
  "backward",
  "update",
  "steps",
  "ranks",
  "host",
  "other",
] as const;
export type RankPart = (typeof rankParts)[number];

/**
 * Where the time of a step goes on a rank, us. The parts add up to the time of the step. Its device
 * computes in the first four, and waits in the others:
 *
 *   steps   for collectives that all ranks of its group have begun: exposed communication
 *   ranks   for slower ranks: those of a collective's group, or others at the end of the step
 *   host    for what the host makes and sends
 *   other   for its start, or for transfers that keep the device from computing
 */
export type RankTime = Readonly<Record<RankPart, number>>;

/** A collective on all of its groups, or what the host sends. */
export interface CollectiveSpan extends Omit<LoweredMove, "firstTask" | "endTask"> {
  /** When each rank begins it, us. */
  readonly enterUs: Float64Array;
  /** When the last rank of each rank's group has begun it. */
  readonly joinedUs: Float64Array;
  /** When each rank is done. */
  readonly leaveUs: Float64Array;
  /** Time in which each rank's device waits for it, all of its group having begun it. */
  readonly exposedUs: Float64Array;
  /** Bytes that each rank sends. */
  readonly sentBytes: Float64Array;
}

/** An op on a rank. */
export interface RankBlock {
  readonly rank: number;
  readonly op: number;
  readonly startUs: number;
  readonly endUs: number;
  /** A forward op that runs once more for the backward pass. */
  readonly again?: true;
}

/** A message of a collective, or what the host sends to a rank. */
export interface StepMessage {
  /** Number of its collective; -1 for a message of none, such as a panel of a product. */
  readonly collective: number;
  /** Op whose output or weight it carries. */
  readonly op: number;
  readonly fromDevice: number;
  readonly toDevice: number;
  readonly bytes: number;
  /** In crossing order. */
  readonly hops: readonly TransferRecord[];
}

/** Time of the critical path by what it is spent on, us; the parts add up to the step. */
export interface PathPart {
  readonly kind: "computing" | "collective" | "host" | "waiting";
  /** Role of computing ops, or the collective of a message; -1 for others. */
  readonly of: number;
  readonly us: number;
}

export interface ShardingTimeline {
  readonly scenario: Scenario;
  readonly plan: ShardingPlan;
  readonly iterationUs: number;
  /** How each op is divided, null where the host runs it or nothing is known. */
  readonly splits: readonly (OpSplit | null)[];
  /** In order of their start. */
  readonly blocks: readonly RankBlock[];
  /** In the order of the program. */
  readonly collectives: readonly CollectiveSpan[];
  readonly rankTimes: readonly RankTime[];
  /** The rank that computes longest, the first of equal ones. */
  readonly slowest: number;
  readonly memorySteps: readonly MemoryStep[];
  /** What each device of the scenario holds at its peak. */
  readonly peakParts: readonly MemoryParts[];
  readonly peakBytes: Float64Array;
}
