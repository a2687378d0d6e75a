/**
 * Contiguous stages with replicas for the least max load: the extension in the appendix of
 * Tarnawski et al. (NeurIPS 2020). It is exact over the ideals of the graph, or of a chain of its
 * layers (exact/ideals/replicated-split.ts).
 *
 * The samples of its formula are the micro-batches of the plan. Where replicas synchronise for
 * every sample, they split each micro-batch. Where they do once for as many samples as there are
 * replicas, each takes whole ones in turn. The pipeline does not flush. So `iteration` is the max
 * load times the micro-batches once it is full.
 */
import { z } from "zod";
import { contract } from "../../../env/model/layers/elements.ts";
import { type LayerChain, layerChain } from "../../../env/model/layers/layer-chain.ts";
import { HOST_STAGE, type PipelinePlan } from "../../../env/model/plan/pipeline.ts";
import type { PlannerModule } from "../../contract.ts";
import { countIdeals } from "../../exact/ideals/all-ideals.ts";
import { type ReplicatedStage, replicatedSplit } from "../../exact/ideals/replicated-split.ts";
import { slowestWhere } from "../../problems/pipeline/machine-levels.ts";
import { minibatchesOf } from "../../problems/pipeline/minibatches.ts";
import { chainElements, sampleProblem } from "../../problems/pipeline/sample-problem.ts";
import type { SplitProblem } from "../../problems/split/split-problem.ts";
import { stageFacts } from "../../search/pipelines/stage-facts.ts";

const options = z.strictObject({
  sync: z
    .enum(["round", "sample"])
    .default("round")
    .describe("Replicas synchronise once for the samples they work on at a time, or for every sample."),
  overlapped: z
    .boolean()
    .default(false)
    .describe("Whether synchronisation runs beside the work: the longer one counts, not the sum."),
  microBatches: z
    .int()
    .min(0)
    .default(0)
    .describe("Micro-batches, the samples of the formula; 0 takes one for each accelerator."),
  ideals: z
    .int()
    .min(2)
    .default(200)
    .describe("Ideals of the graph before a chain of its layers takes its place."),
  layers: z.int().min(1).default(64).describe("Most layers of that chain."),
});

export const dnnReplication: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "dnn-replication",
    systems: ["dnn-partitioning"],
    name: "dnn-partitioning with replication",
    summary:
      "Minimises the max load of contiguous stages with replicas, by the dynamic program over ideals of dnn-partitioning.",
    searchSpace: "contiguous stages with replicas on accelerators of one type each",
    paper:
      "Tarnawski, Phanishayee, Devanur, Mahajan, Nina Paravecino: Efficient Algorithms for Device Placement of DNN Graph " +
      "Operators. NeurIPS 2020, appendix",
    limits:
      "The authors' public program has no replicas; both ways to count their synchronisation are options. A CPU holds inputs " +
      "alone. Transfers go through the host in its formula. Only weights count as memory. Graphs with many ideals are planned " +
      "as a chain.",
  },
  traits: {
    answers: "pipeline",
    objectives: ["iteration", "throughput"],
    effort: "seconds",
    random: false,
    asynchronous: true,
  },
  options,
  create: ({ sync, overlapped, microBatches, ideals, layers }) => ({
    async *plan(scenario, evaluator) {
      const chain = layerChain(scenario, layers);
      if (typeof chain === "string") return { failure: chain };
      const accelerators = chain.types.flatMap(({ devices }) => devices);
      const count = minibatchesOf({ chain, devices: accelerators }, microBatches);
      const graph = contract(scenario);
      const isGraph = countIdeals(graph, ideals) !== null;
      const problem = sampleProblem(chain, isGraph ? graph : chainElements(chain), 1 / count);
      const bytesPerUs = slowestWhere(scenario, accelerators, () => true);
      const most = Math.max(ideals, problem.elements.count + 1);
      const found = replicatedSplit(problem, { bytesPerUs, sync, overlapped }, most);
      if (found === null || found === undefined)
        return { failure: "No contiguous stages fit the memory of the devices." };
      const plan = planOf(chain, problem, found.stages, {
        microBatches: count,
        share: sync === "sample" ? "split" : "dealt",
      });
      evaluator.evaluate(plan);
      yield plan;
      return {
        estimate: { value: found.valueUs * count, unit: "us", model: "max load with replicas" },
        optimalAmong: "contiguous splits with replicas, by its own formula",
        facts: [
          ...stageFacts(
            plan.stages.map(
              (_, stage) => new Set(chain.layerOf.filter((_, v) => plan.stageOf[v] === stage)).size,
            ),
            plan,
            accelerators.length,
          ),
          {
            name: "replicas of each stage",
            value: plan.stages.map(({ devices }) => devices.length).join("-"),
          },
          { name: `elements of the ${isGraph ? "graph" : "chain"}`, value: problem.elements.count },
        ],
      };
    },
  }),
};

/** Stages take the next accelerators of their type. What is on a CPU is the host's. */
function planOf(
  { layerOf }: LayerChain,
  { elements, types }: SplitProblem,
  split: readonly ReplicatedStage[],
  { microBatches, share }: Pick<PipelinePlan, "microBatches"> & Pick<PipelinePlan["stages"][number], "share">,
): PipelinePlan {
  const taken = types.map(() => 0);
  const stageOfElement = new Int32Array(elements.count).fill(HOST_STAGE);
  const stages = split
    .filter(({ type }) => types[type].paysTransfers)
    .map(({ type, replicas, elements: own }, number) => {
      for (const element of own) stageOfElement[element] = number;
      const first = taken[type];
      taken[type] += replicas;
      return { devices: types[type].devices.slice(first, first + replicas), share };
    });
  return {
    kind: "pipeline",
    stages,
    microBatches,
    schedule: { name: "pipedream" },
    stageOf: elements.of.map((element, v) =>
      layerOf[v] === HOST_STAGE ? HOST_STAGE : stageOfElement[element],
    ),
  };
}
