/**
 * PipeDream-2BW (Narayanan et al., ICML 2021): a pipeline of d equal stages, each on w
 * accelerators, with micro-batches of b samples and recomputation or not (exact/stages/equal-
 * stages/width-depth.ts). It keeps two versions of the weights and does not flush. With `flush` it
 * is PipeDream-Flush of the same paper: one version, and a flush after each batch.
 *
 * A batch of the scenario makes one version of the weights. The replicas of a stage split each
 * micro-batch of the plan, which has b samples for each of them.
 */
import { z } from "zod";
import { type LayerStage, stagePlan } from "../../../../env/model/layers/stage-plan.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import type { PlannerModule } from "../../../contract.ts";
import { type ScenarioBlocks, scenarioBlocks } from "../../../exact/stages/equal-stages/block-chain.ts";
import { type WidthDepthPlan, widthDepthPlan } from "../../../exact/stages/equal-stages/width-depth.ts";
import { equalDevices } from "../../../problems/pipeline/equal-devices.ts";
import { type GridLayout, gridLayouts } from "../../../problems/pipeline/grid-layout.ts";
import { nestedDevices } from "../../../problems/pipeline/machine-levels.ts";
import { planWithin } from "../../../problems/pipeline/within-memory.ts";
import { stageFacts } from "../../../search/pipelines/stage-facts.ts";

const options = z.strictObject({
  flush: z.boolean().default(false).describe("One version of the weights, and a flush after each batch."),
  depth: z.int().min(0).default(0).describe("Stages of the pipeline; 0 takes the best number."),
  microBatch: z
    .enum(["best", "largest"])
    .default("best")
    .describe("Tries every size of micro-batches, or takes the largest that fits, as the paper does."),
});

type Options = z.infer<typeof options>;

export const pipedream2bw: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "pipedream-2bw",
    systems: ["pipedream-2bw"],
    name: "PipeDream-2BW",
    summary:
      "Cuts repeated blocks into equal stages with equal replicas, and chooses width, depth, micro-batch and recomputation.",
    searchSpace: "width x depth of equal stages, size of micro-batches, recomputation of all stages or none",
    paper:
      "Narayanan, Phanishayee, Shi, Chen, Zaharia: Memory-Efficient Pipeline-Parallel DNN Training. ICML 2021",
    limits:
      "No planner of the authors is public: this is the paper's cost model as we have it, and a search over all it names. It " +
      "assumes equal accelerators, and uses fewer where the batch does not divide among all. A chain without repeated blocks " +
      "is cut into parts of about equal time first. Whether replicas or neighbouring stages are close to each other in the " +
      "cluster is chosen too, by the same model.",
  },
  traits: {
    answers: "pipeline",
    objectives: ["iteration", "throughput"],
    effort: "instant",
    random: false,
    asynchronous: true,
  },
  options,
  create: (given) => ({
    async *plan(scenario, evaluator) {
      const on = equalDevices(scenario);
      if (typeof on === "string") return { failure: on };
      const blocksFor = scenarioBlocks(scenario, on.type);
      if (typeof blocksFor === "string") return { failure: blocksFor };
      const devices = nestedDevices(scenario, on.devices).devices;
      const find = (_: number, memoryShare: number) =>
        mostDevices(devices.length, (count) =>
          bestOf(scenario, devices.slice(0, count), blocksFor(count), {
            ...given,
            memoryBytes: on.memoryBytes * memoryShare,
          }),
        );
      const planOf = (found: Found) => pipelineOf(found, given.flush);
      const { found } = yield* planWithin(evaluator, { microBatches: [1], find, planOf });
      if (found === null) return { failure: "No width, depth and micro-batch of the batch fits the memory." };
      const { plan, model, estimateUs } = found;
      return {
        estimate: {
          value: estimateUs,
          unit: "us",
          model: `PipeDream-${given.flush ? "Flush" : "2BW"}'s slowest stage`,
        },
        facts: [
          ...stageFacts(
            stagesOf(found).map(({ from, to }) => to - from),
            planOf(found),
            devices.length,
          ),
          { name: "width x depth", value: `${plan.width} x ${plan.depth}` },
          { name: "samples of a micro-batch and replica", value: plan.microBatch },
          { name: "recomputes", value: plan.recompute ? "yes" : "no" },
          { name: "repeated blocks", value: model.period === 0 ? "none" : blockCount(model) },
        ],
      };
    },
  }),
};

interface Found {
  readonly plan: WidthDepthPlan;
  readonly layout: GridLayout;
  readonly model: ScenarioBlocks;
  readonly estimateUs: number;
}

/** With as many devices as give a plan: a batch does not divide among every number of them. */
function mostDevices(count: number, find: (count: number) => Found | null): Found | null {
  for (let used = count; used > 0; used--) {
    const found = find(used);
    if (found !== null) return found;
  }
  return null;
}

function bestOf(
  scenario: Scenario,
  devices: readonly number[],
  model: ScenarioBlocks,
  { flush, depth, microBatch, memoryBytes }: Options & { readonly memoryBytes: number },
): Found | null {
  let best: Found | null = null;
  for (const layout of gridLayouts(scenario, devices)) {
    const plan = widthDepthPlan(model.blocks, {
      devices: devices.length,
      memoryBytes,
      batch: model.samples,
      mayGrow: false,
      ...(depth > 0 && { depth }),
      microBatch,
      schedule: flush ? "flush" : "2bw",
      stateFactor: 1 + scenario.fidelity.optimizerSlots,
      bytesPerUs: layout.bytesPerUs,
    });
    if (plan === null) continue;
    const estimateUs = plan.sampleUs * model.samples;
    if (best === null || estimateUs < best.estimateUs) best = { plan, layout, model, estimateUs };
  }
  return best;
}

const blockCount = ({ blocks }: ScenarioBlocks): number => blocks.endBlock - blocks.firstBlock;

const pipelineOf = (found: Found, flush: boolean) =>
  stagePlan(found.model.chain, {
    stages: stagesOf(found),
    microBatches: found.plan.microBatches,
    schedule: { name: flush ? "1f1b" : "2bw" },
  });

const stagesOf = ({ plan, layout, model: { starts } }: Found): LayerStage[] =>
  plan.stages.map(({ from, to }, stage) => ({
    from: starts[from],
    to: starts[to],
    devices: layout.devicesOf(stage, plan.width, plan.depth),
    share: "split",
    recompute: plan.recompute,
  }));
