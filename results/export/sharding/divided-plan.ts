/**
 * A sharding, or the stages of a hybrid, as the exports read them: the program of each mesh. The
 * stages of a hybrid that Megatron or DeepSpeed can hold have meshes of the same sizes.
 */
import { InputError } from "../../../env/model/errors.ts";
import { ranksOf, replicasOf, shardingInside } from "../../../env/model/plan/inside.ts";
import type { PipelinePlan } from "../../../env/model/plan/pipeline.ts";
import type { ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { ShardedProgram } from "../../../env/sim/lower/sharding/instructions.ts";
import { partProgram, shardedProgram } from "../../../env/sim/lower/sharding/program.ts";

export type DividedPlan = ShardingPlan | PipelinePlan;

export interface DividedPart {
  /** Number of the stage, null for a sharding. */
  readonly stage: number | null;
  readonly sharding: ShardingPlan;
  /** Devices of each replica, in row-major order of its mesh. */
  readonly replicas: readonly (readonly number[])[];
  readonly program: ShardedProgram;
  /** Whether an op is of this part. */
  readonly holds: (op: number) => boolean;
}

export function dividedParts(scenario: Scenario, plan: DividedPlan): DividedPart[] {
  if (plan.kind === "sharding")
    return [
      {
        stage: null,
        sharding: plan,
        replicas: [plan.mesh.devices],
        program: shardedProgram(scenario, plan),
        holds: () => true,
      },
    ];
  return plan.stages.map((own, stage) => {
    const replicas = replicasOf(own);
    const sharding = shardingInside(plan, stage, replicas[0]);
    const outside = Uint8Array.from(plan.stageOf, (of) => (of === stage ? 0 : 1));
    return {
      stage,
      sharding,
      replicas,
      program: partProgram(scenario, sharding, outside).program,
      holds: (op) => plan.stageOf[op] === stage,
    };
  });
}

/** Ranks of a replica, the same in every stage. Throws a sentence else. */
export function equalRanks(format: string, { stages }: PipelinePlan): number {
  const counts = stages.map(ranksOf);
  const other = counts.findIndex((each) => each !== counts[0]);
  if (other !== -1)
    throw new InputError(
      `The format ${format} divides every stage over equally many ranks, and the plan stage 0 over ${counts[0]} and stage ${other} over ${counts[other]}.`,
    );
  return counts[0];
}
