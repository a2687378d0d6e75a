/**
 * Piper (Tarnawski et al., NeurIPS 2021): contiguous stages of the graph of layers, the replicas of
 * each, and which of its layers are recomputed (exact/stages/piper). The slowest stage is as fast
 * as it can be, and all fit the memory.
 *
 * The pipeline does not flush and keeps two versions of the weights. The replicas of a stage take
 * whole micro-batches in turn. The batch of the scenario makes one version. So `iteration` is the
 * time of the slowest stage times the micro-batches, once the pipeline is full.
 */
import { z } from "zod";
import { planOfLayers } from "../../../env/model/layers/stage-plan.ts";
import type { PipelinePlan, PipelineStage } from "../../../env/model/plan/pipeline.ts";
import type { PlannerModule } from "../../contract.ts";
import { equalSplit } from "../../exact/stages/piper/equal-split.ts";
import { type PiperLayers, piperCaseOf, piperLayers } from "../../exact/stages/piper/layer-case.ts";
import { type PiperPlan, piperPlan } from "../../exact/stages/piper/planner.ts";
import { piperProblem } from "../../exact/stages/piper/problem.ts";
import { equalDevices } from "../../problems/pipeline/equal-devices.ts";
import { nestedDevices, slowestWhere } from "../../problems/pipeline/machine-levels.ts";
import { microBatchChoices } from "../../problems/pipeline/micro-batches.ts";
import { planWithin } from "../../problems/pipeline/within-memory.ts";
import { stageFacts } from "../../search/pipelines/stage-facts.ts";
import { microBatchesOption } from "./micro-batches-option.ts";

const options = z.strictObject({
  split: z
    .enum(["best", "equal"])
    .default("best")
    .describe("The dynamic program, or the paper's baseline: stages of equally many layers, all alike."),
  knapsack: z
    .enum(["greedy", "exact"])
    .default("greedy")
    .describe(
      "How the layers to recompute are chosen inside a stage: by the released heuristic, or optimally.",
    ),
  dataParallel: z.boolean().default(true).describe("Whether stages may have replicas."),
  recompute: z.boolean().default(true).describe("Whether layers may be recomputed."),
  microBatches: microBatchesOption,
  downSets: z
    .int()
    .min(2)
    .default(1_000)
    .describe("Down-sets of the graph of layers before its chain takes its place."),
});

type Options = z.infer<typeof options>;

export const piper: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "piper",
    systems: ["piper"],
    name: "Piper",
    summary:
      "Divides the layers into replicated stages and chooses what to recompute, by Piper's program over down-sets with a " +
      "knapsack in each stage.",
    searchSpace: "contiguous stages with replicas over equal accelerators; recomputation of each layer",
    paper:
      "Tarnawski, Narayanan, Phanishayee: Piper: Multidimensional Planner for DNN Parallelization. NeurIPS 2021",
    limits:
      "Its program chooses tensor-parallel degrees too, but scenarios have no costs of them: here every stage has degree 1. " +
      "It assumes equal accelerators and one bandwidth, that of the slowest pair. Replicas divide the micro-batches. A layer " +
      "that is recomputed keeps its inputs, also where the layer before keeps them. Graphs with many parallel branches are planned as a chain.",
  },
  traits: {
    answers: "pipeline",
    objectives: ["iteration", "throughput"],
    effort: "seconds",
    random: false,
    asynchronous: true,
  },
  options,
  create: (given) => ({
    async *plan(scenario, evaluator) {
      const on = equalDevices(scenario);
      if (typeof on === "string") return { failure: on };
      const layers = piperLayers(scenario, given.downSets);
      if (typeof layers === "string") return { failure: layers };
      const { devices } = nestedDevices(scenario, on.devices);
      const setting = {
        type: on.type,
        devices: devices.length,
        memoryBytes: on.memoryBytes,
        bytesPerUs: slowestWhere(scenario, devices, () => true),
      };
      const { found } = yield* planWithin(evaluator, {
        microBatches: microBatchChoices(scenario, given.microBatches),
        find: (microBatches, memoryShare) =>
          candidate(layers, given, {
            ...setting,
            microBatches,
            memoryBytes: setting.memoryBytes * memoryShare,
          }),
        planOf: (each) => planOf(layers, each, devices),
      });
      if (found === null)
        return {
          failure: given.recompute
            ? "No stages fit the memory, even where all layers are recomputed."
            : "No stages fit the memory without recomputation.",
        };
      const { stages } = found.plan;
      return {
        estimate: { value: found.estimateUs, unit: "us", model: "Piper's slowest stage" },
        facts: [
          ...stageFacts(
            stages.map((stage) => stage.layers.length),
            planOf(layers, found, devices),
            devices.length,
          ),
          { name: "replicas of each stage", value: stages.map(({ replicas }) => replicas).join("-") },
          { name: "layers recomputed in each stage", value: stages.map(recomputedIn).join(", ") },
          { name: `down-sets of the ${layers.of} of layers`, value: found.downSets },
          { name: "TPS: time of a micro-batch, us", value: found.plan.time },
        ],
      };
    },
  }),
};

interface Candidate {
  readonly plan: PiperPlan;
  readonly microBatches: number;
  readonly estimateUs: number;
  readonly downSets: number | string;
}

/** Null where nothing fits. */
function candidate(
  layers: PiperLayers,
  { split, knapsack, dataParallel, recompute, downSets }: Options,
  setting: Parameters<typeof piperCaseOf>[1],
): Candidate | null {
  const problem = piperProblem(piperCaseOf(layers, setting), { dataParallel, recompute });
  const { microBatches } = setting;
  if (split === "equal") {
    const plan = equalSplit(problem, new Set());
    return plan && { plan, microBatches, estimateUs: plan.time * microBatches, downSets: "not counted" };
  }
  // A chain has one more than it has layers.
  const answer = piperPlan(problem, { knapsack, mostDownSets: Math.max(downSets, problem.count + 1) })!;
  const { plan } = answer;
  return plan && { plan, microBatches, estimateUs: plan.time * microBatches, downSets: answer.downSets };
}

/** The second choice of a layer is to recompute it. */
const recomputedIn = ({ choices }: PiperPlan["stages"][number]): number =>
  choices.filter((choice) => choice === 1).length;

/** Stages take the next devices. One of the equal split may have no layers; it is left out. */
function planOf(
  { chain }: PiperLayers,
  { plan, microBatches }: Candidate,
  devices: readonly number[],
): PipelinePlan {
  const stageOfLayer = new Int32Array(chain.count);
  const recomputedLayers = new Uint8Array(chain.count);
  const stages: PipelineStage[] = [];
  let next = 0;
  for (const { layers, choices, replicas } of plan.stages) {
    if (layers.length === 0) continue;
    for (const [i, layer] of layers.entries()) {
      stageOfLayer[layer] = stages.length;
      recomputedLayers[layer] = choices[i];
    }
    stages.push({ devices: devices.slice(next, next + replicas), share: "dealt" });
    next += replicas;
  }
  return planOfLayers(chain, stageOfLayer, {
    stages,
    microBatches,
    schedule: { name: "2bw" },
    recomputedLayers,
  });
}
