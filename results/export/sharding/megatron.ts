/**
 * Megatron-LM's flags for shardings and hybrids: sizes of tensor and data groups, sequence
 * parallelism, the distributed optimizer (Narayanan et al., SC 2021; Korthikanti et al., MLSys
 * 2023). Its layers divide every product by columns or rows; other plans are refused.
 */
import { InputError } from "../../../env/model/errors.ts";
import { leaderPlan, ranksOf } from "../../../env/model/plan/inside.ts";
import type { PipelinePlan } from "../../../env/model/plan/pipeline.ts";
import type { ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { layerName } from "../../../scenarios/plans/pipeline/model-layers.ts";
import type { Exported } from "../contract.ts";
import { type DividedPlan, dividedParts, equalRanks } from "./divided-plan.ts";
import { algorithmLoss, layoutLoss, offloadLoss, recomputeLoss, refuseRatios, syncLoss } from "./losses.ts";
import { checkFamilies, type MeshRoles, meshRoles } from "./mesh-roles.ts";

const NAME = "megatron";
const NUMBERED = /(?:layer|block|cell)s?[._]\d+/;

type Flag = readonly [string, ...(string | number)[]];

export const flagText = (flags: readonly Flag[]): string =>
  flags.map((flag) => `--${flag.join(" ")}\n`).join("");

/** `writePipeline` writes a pipeline without meshes. */
export function dividedMegatron(
  scenario: Scenario,
  plan: DividedPlan,
  writePipeline: (plan: PipelinePlan) => Exported,
): Exported {
  return plan.kind === "sharding" ? ofSharding(scenario, plan) : ofHybrid(scenario, plan, writePipeline);
}

function ofSharding(scenario: Scenario, plan: ShardingPlan): Exported {
  const { graph } = scenario;
  refuseRatios(NAME, plan);
  const [{ program }] = dividedParts(scenario, plan);
  const roles = meshRoles(NAME, graph, program, plan.mesh.axes);
  const isLayer = (op: number): boolean => NUMBERED.test(layerName(graph.names[op]));
  checkFamilies(NAME, graph, program, { roles, isLayer });
  const zero = plan.memory?.zero ?? 0;
  if (zero === 3)
    throw new InputError(
      `The format ${NAME} keeps weights whole on the ranks of a data group, and the plan divides them by stage 3 of ZeRO.`,
    );
  const layers = new Set(graph.names.filter((name) => NUMBERED.test(layerName(name))).map(layerName)).size;
  const { batch } = graph;
  const size = batch === null ? Number.NaN : batch / roles.dataSize;
  const flags: Flag[] = [
    ["tensor-model-parallel-size", roles.tensorSize],
    ["pipeline-model-parallel-size", 1],
    ...(roles.sequence ? ([["sequence-parallel"]] as const) : []),
    ...(zero > 0 ? ([["use-distributed-optimizer"]] as const) : []),
    ["num-layers", layers],
    ...(Number.isInteger(size)
      ? ([
          ["micro-batch-size", size],
          ["global-batch-size", batch!],
        ] as const)
      : []),
  ];
  return {
    text: flagText(flags),
    notes: [
      ...(Number.isInteger(size)
        ? []
        : [`The batch does not divide over ${roles.dataSize} data groups; sizes of batches are left out.`]),
      ...(zero === 2 ? [`The format ${NAME} has no stage 2 of ZeRO: stage 1 is written.`] : []),
      ...orderLoss(plan, roles),
      ...outerLoss(scenario, roles),
      ...algorithmLoss(NAME, plan, "NCCL"),
      ...syncLoss(NAME, plan),
      ...recomputeLoss(NAME, plan),
      ...offloadLoss(NAME, plan),
      ...layoutLoss(NAME, plan),
    ],
  };
}

/** It numbers ranks with those of a tensor group next to each other. */
function orderLoss({ mesh }: ShardingPlan, { data, tensor }: MeshRoles): string[] {
  const isLast = tensor.every((axis) => data.every((other) => other < axis));
  const isAscending = mesh.devices.every((device, rank) => rank === 0 || device > mesh.devices[rank - 1]);
  return isLast && isAscending
    ? []
    : [`The format ${NAME} has the ranks of a tensor group next to each other, and the plan has not.`];
}

const outerLoss = ({ graph }: Scenario, { tensorSize }: MeshRoles): string[] =>
  tensorSize === 1 || graph.names.every((name) => NUMBERED.test(layerName(name)))
    ? []
    : [
        `The format ${NAME} divides embeddings and output along the vocabulary, whatever the plan does with them.`,
      ];

function ofHybrid(
  scenario: Scenario,
  plan: PipelinePlan,
  writePipeline: (plan: PipelinePlan) => Exported,
): Exported {
  const { graph } = scenario;
  const tensorSize = equalRanks(NAME, plan);
  const isLayer = (op: number): boolean => NUMBERED.test(layerName(graph.names[op]));
  let sequence = false;
  for (const { stage, program, sharding, holds } of dividedParts(scenario, plan)) {
    if (ranksOf(plan.stages[stage!]) === 1) continue;
    const roles = meshRoles(NAME, graph, program, sharding.mesh.axes);
    if (roles.data.length > 0)
      throw new InputError(
        `The format ${NAME} replicates stages to divide batches, and stage ${stage} of the plan divides them inside.`,
      );
    checkFamilies(NAME, graph, program, { roles, isLayer: (op) => holds(op) && isLayer(op) });
    sequence ||= roles.sequence;
  }
  const { text, notes } = writePipeline(leaderPlan(plan));
  const zero = plan.stages.map(({ inside }) => inside?.zero ?? 0);
  const more: Flag[] = [
    ...(sequence ? ([["sequence-parallel"]] as const) : []),
    ...(zero.some((stage) => stage === 1) ? ([["use-distributed-optimizer"]] as const) : []),
  ];
  return {
    text: `${text.replace(/^--tensor-model-parallel-size 1$/m, `--tensor-model-parallel-size ${tensorSize}`)}${flagText(more)}`,
    notes: [
      ...notes,
      ...(zero.some((stage) => stage !== zero[0])
        ? [`The format ${NAME} divides the optimizer's state in every stage or in none; all are written.`]
        : []),
      ...algorithmLoss(NAME, plan, "NCCL"),
    ],
  };
}
