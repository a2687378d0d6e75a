/**
 * Alpa's inter-operator program (Zheng et al., OSDI 2022) over a chain of layers. Stages and
 * submeshes minimise the sum of the stages' times and (micro-batches - 1) times the largest
 * (exact/stages/alpa). A stage's submesh is divided into replicas and tensor ranks.
 *
 * Submeshes have 1, 2, 4, ... devices of a machine, or whole machines. Larger ones are placed
 * first, so each lies in as few machines as it can.
 */
import { z } from "zod";
import { insideOf } from "../../../env/model/layers/stage-families.ts";
import { planOfLayers } from "../../../env/model/layers/stage-plan.ts";
import { tensorRegions } from "../../../env/model/layers/tensor-regions.ts";
import type { PipelinePlan, PipelineStage } from "../../../env/model/plan/pipeline.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { PlannerModule } from "../../contract.ts";
import { type SubmeshPlan, submeshPlan } from "../../exact/stages/alpa/submesh-stages.ts";
import { type EqualDevices, equalDevices } from "../../problems/pipeline/equal-devices.ts";
import { unequalNodes } from "../../problems/pipeline/equal-nodes.ts";
import { type MachineBorders, machineBorders } from "../../problems/pipeline/machine-borders.ts";
import { microBatchChoices } from "../../problems/pipeline/micro-batches.ts";
import {
  batchEndUs,
  type LayerCosts,
  type LayerRange,
  layerCosts,
  mostInFlight,
  type StageShape,
  stageBytes,
  tensorPassUs,
} from "../../problems/pipeline/tensor/tensor-costs.ts";
import { tensorLinks } from "../../problems/pipeline/tensor/tensor-links.ts";
import { planWithin } from "../../problems/pipeline/within-memory.ts";
import { stageFacts } from "../../search/pipelines/stage-facts.ts";
import { microBatchesOption } from "./micro-batches-option.ts";

const options = z.strictObject({
  layers: z
    .int()
    .min(1)
    .max(64)
    .default(16)
    .describe("Most layers that the graph is merged to; the program grows with their cube."),
  tensor: z
    .int()
    .min(1)
    .max(64)
    .default(8)
    .describe("Most tensor ranks of a stage; they are in one machine. 1 takes replicas alone."),
  microBatches: microBatchesOption,
});

type Options = z.infer<typeof options>;

export const alpa: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "alpa",
    systems: ["alpa"],
    name: "Alpa",
    summary:
      "Cuts layers and cluster into stages on submeshes by Alpa's program; each has replicas and tensor ranks.",
    searchSpace: "contiguous stages on submeshes that tile the cluster; replicas and tensor ranks of each",
    paper:
      "Zheng, Li, Zhang, Zhuang, Chen, Huang, Wang, Xu, Zhuo, Xing, Gonzalez, Stoica: Alpa: Automating Inter- and " +
      "Intra-Operator Parallelism for Distributed Deep Learning. OSDI 2022",
    limits:
      "Its intra-operator program is not here: a stage offers replicas times Megatron's division of tensors alone, which leaves " +
      "out regions that do not divide evenly. Costs are measured times and alpha-beta formulas, not profiles. Layers are merged " +
      "at cheap cuts, not by Alpa's clustering. Nothing is recomputed. Transfers between stages are not in its objective, as in " +
      "Alpa. It needs equal machines of equal accelerators.",
  },
  traits: { answers: "pipeline", objectives: ["iteration", "throughput"], effort: "seconds", random: false },
  refuses,
  options,
  create: (given) => ({
    async *plan(scenario, evaluator) {
      const on = equalDevices(scenario, given.layers);
      if (typeof on === "string") return { failure: on };
      const problem = problemOf(on, given);
      const { found } = yield* planWithin(evaluator, {
        microBatches: microBatchChoices(scenario, given.microBatches),
        find: (microBatches, memoryShare) => candidate(problem, microBatches, memoryShare),
        planOf: (each) => planOf(problem, each),
      });
      if (found === null) return { failure: "No stages on submeshes fit the memory without recomputation." };
      const { stages } = found.plan;
      const shapes = stages.map(({ shape }) => problem.shapes[shape]);
      return {
        estimate: { value: found.estimateUs, unit: "us", model: "Alpa's pipeline latency" },
        facts: [
          ...stageFacts(
            stages.map(({ first, last }) => last + 1 - first),
            planOf(problem, found),
            on.devices.length,
          ),
          { name: "replicas of each stage", value: shapes.map(({ replicas }) => replicas).join(", ") },
          { name: "tensor ranks of each replica", value: shapes.map(({ degree }) => degree).join(", ") },
        ],
      };
    },
  }),
};

function refuses(scenario: Scenario): string | null {
  const unequal = unequalNodes(scenario);
  return unequal === null ? null : `Alpa plans for equal machines of equal accelerators, but ${unequal}.`;
}

/** A submesh and how a stage divides it. */
interface SubmeshShape {
  readonly size: number;
  readonly degree: number;
  readonly replicas: number;
}

interface AlpaProblem {
  readonly on: EqualDevices;
  readonly machines: MachineBorders;
  readonly machineSize: number;
  readonly shapes: readonly SubmeshShape[];
  /** By tensor degree. */
  readonly costs: ReadonlyMap<number, LayerCosts>;
}

function problemOf(on: EqualDevices, { tensor }: Options): AlpaProblem {
  const { chain, devices } = on;
  const machines = machineBorders(chain.scenario, devices);
  const machineSize = machines.ends[0];
  const sizes: number[] = [];
  for (let size = 1; size <= machineSize; size *= 2) sizes.push(size);
  for (let size = 2 * machineSize; size <= devices.length; size += machineSize) sizes.push(size);
  const shapes = sizes.flatMap((size) => {
    const divided: SubmeshShape[] = [];
    for (let degree = 1; degree <= Math.min(size, machineSize, tensor); degree *= 2)
      if (size % degree === 0) divided.push({ size, degree, replicas: size / degree });
    return divided;
  });
  const { graph } = chain.scenario;
  const costs = new Map<number, LayerCosts>();
  for (const { degree } of shapes)
    if (!costs.has(degree))
      costs.set(degree, layerCosts(chain, devices[0], degree, tensorRegions(graph, degree)));
  // A degree that divides nothing costs ranks and gains nothing.
  const useful = shapes.filter(
    ({ degree }) => degree === 1 || tensorRegions(graph, degree).closing.length > 0,
  );
  return { on, machines, machineSize, shapes: useful, costs };
}

interface Candidate {
  readonly plan: SubmeshPlan;
  readonly microBatches: number;
  readonly estimateUs: number;
}

/** Null where nothing fits. */
function candidate(problem: AlpaProblem, microBatches: number, memoryShare: number): Candidate | null {
  const { on, shapes, costs } = problem;
  const { chain, devices } = on;
  const { graph, fidelity } = chain.scenario;
  const memoryBytes = on.memoryBytes * memoryShare;
  const treatment = { recompute: false, zero: false, optimizerSlots: fidelity.optimizerSlots };
  const stageShapes = shapes.map((shape) => stageShape(problem, shape, microBatches));
  const most = (range: LayerRange, shape: number): number =>
    mostInFlight(
      stageBytes(costs.get(shapes[shape].degree)!, range, stageShapes[shape], treatment),
      memoryBytes,
      microBatches,
    );
  const plan = submeshPlan({
    layers: chain.count,
    microBatches,
    devices: devices.length,
    sizes: shapes.map(({ size }) => size),
    timeOf(first, last, shape) {
      const { degree, replicas } = shapes[shape];
      const range = { first, end: last + 1 };
      if (graph.batch !== null && replicas * microBatches > graph.batch) return null;
      if (most(range, shape) < 1) return null;
      const own = costs.get(degree)!;
      const passesUs =
        tensorPassUs(own, "forward", range, stageShapes[shape]) +
        tensorPassUs(own, "backward", range, stageShapes[shape]);
      // A micro-batch pays its part of what happens once in a batch.
      return passesUs + batchEndUs(own, range, stageShapes[shape]) / microBatches;
    },
    mostAfter(first, last, shape) {
      const flying = most({ first, end: last + 1 }, shape);
      return flying >= microBatches ? chain.count : flying - 1;
    },
  });
  return plan === null ? null : { plan, microBatches, estimateUs: plan.latency };
}

function stageShape(
  { on, machines, machineSize }: AlpaProblem,
  { size, replicas }: SubmeshShape,
  microBatches: number,
): StageShape {
  const { inside, across } = tensorLinks(on.chain.scenario, machines);
  return { replicas, microBatches, tensorLink: inside, dataLink: size <= machineSize ? inside : across };
}

/** Stages take their submeshes, larger ones first. */
function planOf({ on, machines, shapes }: AlpaProblem, { plan, microBatches }: Candidate): PipelinePlan {
  const { chain } = on;
  const firstOf = placesOf(plan, shapes);
  const stageOfLayer = new Int32Array(chain.count);
  const stages = plan.stages.map(({ first, last, shape }, stage): PipelineStage => {
    stageOfLayer.fill(stage, first, last + 1);
    const { size, degree } = shapes[shape];
    const inside = insideOf({ tensor: degree, zero: false }, size);
    return {
      devices: machines.devices.slice(firstOf[stage], firstOf[stage] + size),
      share: "split",
      ...(inside !== null && { inside }),
    };
  });
  return planOfLayers(chain, stageOfLayer, { stages, microBatches, schedule: { name: "1f1b" } });
}

/** First device of each stage: larger submeshes first, of equal ones the earlier stage. */
function placesOf({ stages }: SubmeshPlan, shapes: readonly SubmeshShape[]): number[] {
  const order = [...stages.keys()].sort(
    (a, b) => shapes[stages[b].shape].size - shapes[stages[a].shape].size || a - b,
  );
  const firstOf = new Array<number>(stages.length);
  let taken = 0;
  for (const stage of order) {
    firstOf[stage] = taken;
    taken += shapes[stages[stage].shape].size;
  }
  return firstOf;
}
