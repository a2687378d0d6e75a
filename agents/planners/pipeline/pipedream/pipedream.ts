/**
 * PipeDream (Narayanan et al., SOSP 2019): stages with replicas for equal accelerators in levels of
 * machines, by its dynamic program over the states of the graph of layers
 * (exact/intervals/interval-program.ts). All accelerators are used.
 *
 * A minibatch is a micro-batch of the plan: weights are updated after each, and replicas take them
 * in turn. By default the scenario's batch is one minibatch for each accelerator. The program
 * minimises the time of the slowest stage for one. `iteration`, the time from batch to batch in the
 * steady state, is that many times as long.
 */
import { z } from "zod";
import { planOfLayers } from "../../../../env/model/layers/stage-plan.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import type { PlannerModule } from "../../../contract.ts";
import { type FlatStage, flatStages } from "../../../exact/intervals/flat-stages.ts";
import { intervalPlan } from "../../../exact/intervals/interval-program.ts";
import { type LayerStates, layerStates } from "../../../exact/intervals/layer-states.ts";
import { equalDevices } from "../../../problems/pipeline/equal-devices.ts";
import { flatDevices, nestedDevices } from "../../../problems/pipeline/machine-levels.ts";
import { minibatchesOf } from "../../../problems/pipeline/minibatches.ts";
import { stageFacts } from "../../../search/pipelines/stage-facts.ts";

const options = z.strictObject({
  mode: z
    .enum(["code", "paper"])
    .default("code")
    .describe("Costs and ties of the published optimizer, or those of the paper with ties broken evenly."),
  transfers: z
    .enum(["charged", "free"])
    .default("charged")
    .describe(
      "Whether activations between stages count in a stage's time; by default the published program leaves them out.",
    ),
  levels: z
    .enum(["cluster", "flat"])
    .default("cluster")
    .describe("Machines of the cluster as levels of their own, or all accelerators on one."),
  replicas: z
    .enum(["any", "one"])
    .default("any")
    .describe("Replicas of a stage; one makes a straight pipeline on the levels there are."),
  minibatches: z
    .int()
    .min(0)
    .default(0)
    .describe(
      "Minibatches that the scenario's batch is divided into, each with an update; 0 takes one for each accelerator.",
    ),
  states: z
    .int()
    .min(1)
    .default(1_000)
    .describe("States of the graph of layers before its chain takes its place."),
});

export const pipedream: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "pipedream",
    systems: ["pipedream"],
    name: "PipeDream",
    summary:
      "Divides the layers into stages with replicas so that the slowest is fastest, machines within machines, by PipeDream's " +
      "dynamic program.",
    searchSpace: "contiguous stages with replicas over equal accelerators in levels",
    paper:
      "Narayanan, Harlap, Phanishayee, Seshadri, Devanur, Ganger, Gibbons, Zaharia: PipeDream: Generalized Pipeline Parallelism " +
      "for DNN Training. SOSP 2019",
    limits:
      "It assumes equal accelerators and ignores memory. A minibatch is a micro-batch of the plan and updates the weights, by " +
      "default one for each accelerator in a batch. So iteration is the time of the slowest stage times the minibatches, once " +
      "the pipeline is full. Graphs with many parallel branches are planned as a chain.",
  },
  traits: {
    answers: "pipeline",
    objectives: ["iteration", "throughput"],
    effort: "seconds",
    random: false,
    asynchronous: true,
  },
  options,
  create: ({ mode, transfers, levels, replicas, minibatches, states: most }) => ({
    async *plan(scenario, evaluator) {
      const on = equalDevices(scenario);
      if (typeof on === "string") return { failure: on };
      const count = minibatchesOf(on, minibatches);
      const layers = layerStates(scenario, { type: on.type, share: 1 / count, most });
      if (typeof layers === "string") return { failure: layers };
      const nested = (levels === "flat" ? flatDevices : nestedDevices)(scenario, on.devices);
      const found = intervalPlan(layers.states, { levels: nested.levels, mode, transfers, replicas });
      if (found === null)
        return { failure: `There are fewer layers than the ${on.devices.length} accelerators.` };
      const stages = flatStages(
        found.stages,
        nested.levels.map(({ machines }) => machines),
      );
      const plan = planOf(layers, stages, nested.devices, count);
      evaluator.evaluate(plan);
      yield plan;
      return {
        estimate: {
          value: found.timeUs * count,
          unit: "us",
          model: "slowest stage by PipeDream's program",
        },
        facts: [
          ...stageFacts(
            stages.map((stage) => stage.layers.length),
            plan,
            on.devices.length,
          ),
          { name: "replicas of each stage", value: stages.map(({ places }) => places.length).join("-") },
          { name: `states of the ${layers.of} of layers`, value: layers.states.count },
          {
            name: "machines of each level",
            value: nested.levels.map(({ machines }) => machines).join(" x "),
          },
        ],
      };
    },
  }),
};

function planOf(
  { chain }: LayerStates,
  stages: readonly FlatStage[],
  devices: readonly number[],
  microBatches: number,
): PipelinePlan {
  const stageOfLayer = new Int32Array(chain.count);
  stages.forEach(({ layers }, stage) => {
    for (const layer of layers) stageOfLayer[layer] = stage;
  });
  return planOfLayers(chain, stageOfLayer, {
    stages: stages.map(({ places }) => ({ devices: places.map((at) => devices[at]), share: "dealt" })),
    microBatches,
    schedule: { name: "pipedream" },
  });
}
