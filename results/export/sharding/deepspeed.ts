/**
 * DeepSpeed's configuration for shardings and hybrids: sizes of batches and the stage of ZeRO over
 * data groups (Rajbhandari et al., SC 2020). Tensor parallelism is the model's, which passes an
 * object `mpu` that knows its groups.
 */
import { leaderPlan } from "../../../env/model/plan/inside.ts";
import type { PipelinePlan } from "../../../env/model/plan/pipeline.ts";
import type { ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { visible } from "../../text/visible.ts";
import type { Exported } from "../contract.ts";
import { type DividedPlan, dividedParts, equalRanks } from "./divided-plan.ts";
import { algorithmLoss, layoutLoss, offloadLoss, recomputeLoss, refuseRatios, syncLoss } from "./losses.ts";
import { meshRoles } from "./mesh-roles.ts";

const NAME = "deepspeed";

/** `writePipeline` writes a pipeline without meshes. */
export function dividedDeepspeed(
  scenario: Scenario,
  plan: DividedPlan,
  writePipeline: (plan: PipelinePlan) => Exported,
): Exported {
  return plan.kind === "sharding" ? ofSharding(scenario, plan) : ofHybrid(plan, writePipeline);
}

function ofSharding(scenario: Scenario, plan: ShardingPlan): Exported {
  const { graph } = scenario;
  refuseRatios(NAME, plan);
  const [{ program }] = dividedParts(scenario, plan);
  const { dataSize, tensorSize } = meshRoles(NAME, graph, program, plan.mesh.axes);
  const { batch } = graph;
  const { offload = {} } = plan;
  const size = batch === null ? Number.NaN : batch / dataSize;
  const fields = {
    ...(Number.isInteger(size) && { train_batch_size: batch, train_micro_batch_size_per_gpu: size }),
    gradient_accumulation_steps: 1,
    zero_optimization: {
      stage: plan.memory?.zero ?? 0,
      overlap_comm: plan.sync !== "exposed",
      ...(offload.optimizer && { offload_optimizer: { device: "cpu" } }),
      ...(offload.weights && { offload_param: { device: "cpu" } }),
    },
  };
  return {
    text: `${visible(JSON.stringify(fields, null, 2))}\n`,
    notes: [
      ...(Number.isInteger(size)
        ? []
        : [`The batch does not divide over ${dataSize} data groups; sizes of batches are left out.`]),
      ...tensorLoss(tensorSize),
      ...algorithmLoss(NAME, plan, "NCCL"),
      ...recomputeLoss(NAME, plan),
      ...(offload.activations?.includes(1) ? offloadLoss(NAME, plan) : []),
      ...layoutLoss(NAME, plan),
    ],
  };
}

const tensorLoss = (ranks: number): string[] =>
  ranks === 1
    ? []
    : [
        `The format ${NAME} leaves tensor parallelism to the model: pass an mpu with tensor groups of ${ranks}.`,
      ];

function ofHybrid(plan: PipelinePlan, writePipeline: (plan: PipelinePlan) => Exported): Exported {
  const ranks = equalRanks(NAME, plan);
  const { text, notes } = writePipeline(leaderPlan(plan));
  const zero = Math.max(...plan.stages.map(({ inside }) => inside?.zero ?? 0));
  const fields = { ...(JSON.parse(text) as object), zero_optimization: { stage: zero } };
  return {
    text: `${visible(JSON.stringify(fields, null, 2))}\n`,
    notes: [...notes, ...tensorLoss(ranks), ...algorithmLoss(NAME, plan, "NCCL"), ...syncLoss(NAME, plan)],
  };
}
