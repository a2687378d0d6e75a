/**
 * What the stages of a pipeline with meshes inside cost: bytes that a rank holds, sends and gets,
 * and times and scratch memory of units.
 *
 * A unit on the ranks of a replica is a sharded program. The one engine runs it on its own, once
 * for each stage, phase, replica and share of the batch.
 */
import { type ClusterPart, clusterPart } from "../../../model/cluster/cluster-part.ts";
import { levelsOf } from "../../../model/cluster/levels.ts";
import { isHybrid, ranksOf, replicasOf, shardingInside } from "../../../model/plan/inside.ts";
import type { PipelinePlan } from "../../../model/plan/pipeline.ts";
import type { ShardingPlan } from "../../../model/plan/sharding.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { createEngine, createLoggingEngine, type LoggingEngine } from "../../engine/engine.ts";
import type { KernelRoom } from "../../engine/kernel/memory.ts";
import { createPeakSlices } from "../../memory/peak-slices.ts";
import type { Hold } from "../costs/parcels.ts";
import type { WorkCode } from "../costs/work.ts";
import { type LoweredSharding, lowerProgram } from "../sharding/tasks.ts";
import { createStagePrograms, type StagePrograms, type UnitRun } from "./known-programs.ts";
import { longestSizes, type RankSizes, sizesByRank } from "./rank-sizes.ts";
import { type UnitProgram, unitProgram } from "./stage-program.ts";

/** Sizes are those of the longest parts. */
export interface InsideCosts extends RankSizes {
  /** Sizes of each rank; null where all parts are equal ones. */
  readonly byRank: readonly RankSizes[] | null;
  /** 1 for stages whose replicas have several ranks. */
  readonly isInside: Uint8Array;
  /** Pre: such a stage, and the leader of one of its replicas. */
  run(work: WorkCode, stage: number, leader: number, share: number): UnitRun;
  /** The same run once more, task by task; null for a unit without instructions. */
  tell(work: WorkCode, stage: number, leader: number, share: number): ToldUnit | null;
}

/** A unit's tasks on the ranks of a replica, and when they ran. */
export interface ToldUnit extends LoweredSharding {
  readonly sharding: ShardingPlan;
  readonly engine: LoggingEngine;
  readonly us: number;
}

export type InsideCoster = (plan: PipelinePlan, workOf: Uint8Array) => InsideCosts | null;

/** Null for plans without meshes. */
export function createInsideCosts(scenario: Scenario): InsideCoster {
  const partOf = rankParts(scenario);
  let stagePrograms: StagePrograms | undefined;
  const room: KernelRoom = { memory: null };
  return (plan, workOf) => {
    if (!isHybrid(plan)) return null;
    stagePrograms ??= createStagePrograms(scenario);
    const programOf = stagePrograms;
    const stages = plan.stages.map((stage, number) => {
      if (ranksOf(stage) === 1) return null;
      const sharding = shardingInside(plan, number, replicasOf(stage)[0]);
      const outside = Uint8Array.from(plan.stageOf, (of) => (of === number ? 0 : 1));
      const { recompute } = plan;
      const ops = { outside, workOf, ...(recompute !== undefined && { recompute }) };
      return { ...programOf(sharding, ops), sharding };
    });
    const programs = stages.map((stage) => stage?.program ?? null);
    /** The sharding of the replica that a device leads. */
    const ofReplica = (number: number, leader: number): ShardingPlan => {
      const { sharding } = stages[number]!;
      const devices = replicasOf(plan.stages[number]).find((ranks) => ranks[0] === leader)!;
      return { ...sharding, mesh: { ...sharding.mesh, devices } };
    };
    return {
      ...longestSizes(scenario.graph, programs),
      byRank: sizesByRank(scenario.graph, programs),
      isInside: Uint8Array.from(programs, (program) => (program === null ? 0 : 1)),
      run(work, number, leader, share) {
        const { program, runs } = stages[number]!;
        const sharding = ofReplica(number, leader);
        const { alone, ranks, key: place } = partOf(sharding.mesh.devices, sharding.collective);
        const key = `${work} ${share} ${place}`;
        const onRanks = { ...sharding, mesh: { ...sharding.mesh, devices: ranks } };
        const run = runs.get(key) ?? unitRun(alone, onRanks, unitProgram(program, work, share), room);
        runs.set(key, run);
        return run;
      },
      tell(work, number, leader, share) {
        const unit = unitProgram(stages[number]!.program, work, share);
        return toldUnit(withoutStart(scenario), ofReplica(number, leader), unit);
      },
    };
  };
}

/** A unit begins when its turn comes, not when a step starts. */
const withoutStart = (scenario: Scenario): Scenario => ({
  ...scenario,
  fidelity: { ...scenario.fidelity, startUs: 0 },
});

interface RankPart {
  /** The scenario on the ranks alone. */
  readonly alone: Scenario;
  /** Their numbers there. */
  readonly ranks: readonly number[];
  /** Equal for ranks on which every unit takes as long. */
  readonly key: string;
}

/** Ranks of a replica as a cluster of their own; of equal ones the first stands for all. */
function rankParts(scenario: Scenario) {
  const { cluster, ...rest } = withoutStart(scenario);
  const byRanks = new Map<string, RankPart>();
  const byKey = new Map<string, RankPart>();
  return (devices: readonly number[], collective: string | undefined): RankPart => {
    const name = `${collective} ${devices.join()}`;
    const before = byRanks.get(name);
    if (before !== undefined) return before;
    const part = clusterPart(cluster, devices);
    const key = collective === "hierarchical" ? `${part.key} ${levelsOf(part.cluster)[0].join()}` : part.key;
    const made = byKey.get(key) ?? partFrom(part);
    byKey.set(key, made);
    byRanks.set(name, made);
    return made;
  };

  function partFrom(part: ClusterPart): RankPart {
    return { alone: { ...rest, cluster: part.cluster }, ranks: part.numbers, key: `${byKey.size}` };
  }
}

function unitRun(
  scenario: Scenario,
  sharding: ShardingPlan,
  { program, ...borders }: UnitProgram,
  room: KernelRoom,
): UnitRun {
  if (program.instructions.length === 0) return { us: 0, peakBytes: sharding.mesh.devices.map(() => 0) };
  const { compiled, device, columns } = lowerProgram(scenario, sharding, program, borders);
  const engine = createEngine(compiled, room);
  const us = engine.run(device);
  const peaksAbove = createPeakSlices(compiled, columns);
  const { bytes } = peaksAbove(new Float64Array(compiled.deviceCount), engine, device);
  return { us, peakBytes: sharding.mesh.devices.map((d) => bytes[d]) };
}

function toldUnit(
  scenario: Scenario,
  sharding: ShardingPlan,
  { program, ...borders }: UnitProgram,
): ToldUnit | null {
  if (program.instructions.length === 0) return null;
  const lowered = lowerProgram(scenario, sharding, program, borders);
  const engine = createLoggingEngine(lowered.compiled);
  return { ...lowered, sharding, engine, us: engine.run(lowered.device) };
}

/** Bytes of a unit on each rank beyond those that later units or other stages need. */
export const scratchBytesOf = (
  { peakBytes }: UnitRun,
  holdsOf: (rank: number) => readonly Hold[],
  { work, stage, share }: { readonly work: WorkCode; readonly stage: number; readonly share: number },
): readonly number[] =>
  peakBytes.map((peak, rank) => {
    const held = holdsOf(rank).reduce(
      (sum, { fromStage, fromWork, bytes }) => (fromStage === stage && fromWork === work ? sum + bytes : sum),
      0,
    );
    return Math.max(0, peak - held * share);
  });
