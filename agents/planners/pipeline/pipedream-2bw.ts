/**
 * PipeDream-2BW (Narayanan et al., ICML 2021): a pipeline of d equal stages, each on w accelerators,
 * with micro-batches of b samples and recomputation or not (exact/equal-stages/width-depth.ts). It
 * keeps two versions of the weights and does not flush. With `flush` it is PipeDream-Flush of the
 * same paper: one version, and a flush after each batch.
 *
 * A batch of the scenario makes one version of the weights. The replicas of a stage split each
 * micro-batch of the plan, which has b samples for each of them.
 */
import { z } from "zod";
import type { LayerStage } from "../../../env/model/layers/stage-plan.ts";
import { stagePlan } from "../../../env/model/layers/stage-plan.ts";
import type { PlannerModule } from "../../contract.ts";
import { type WidthDepthPlan, widthDepthPlan } from "../../exact/equal-stages/width-depth.ts";
import { type ScenarioBlocks, scenarioBlocks } from "../../problems/pipeline/block-chain.ts";
import { equalDevices } from "../../problems/pipeline/equal-devices.ts";
import { type GridLayout, gridLayouts } from "../../problems/pipeline/grid-layout.ts";
import { nestedDevices } from "../../problems/pipeline/machine-levels.ts";

const options = z.strictObject({
  flush: z.boolean().default(false).describe("One version of the weights, and a flush after each batch."),
  microBatch: z
    .enum(["best", "largest"])
    .default("best")
    .describe("Tries every size of micro-batches, or takes the largest that fits, as the paper does."),
});

export const pipedream2bw: PlannerModule<z.infer<typeof options>> = {
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
      "assumes equal accelerators. A chain without repeated blocks is cut into parts of about equal time first. Whether " +
      "replicas or neighbouring stages are close to each other in the cluster is chosen too, by the same model.",
  },
  traits: { answers: "pipeline", objectives: ["iteration", "throughput"], effort: "instant", random: false },
  options,
  create: ({ flush, microBatch }) => ({
    async *plan(scenario, evaluator) {
      const on = equalDevices(scenario);
      if (typeof on === "string") return { failure: on };
      const model = scenarioBlocks(scenario, on.type, on.devices.length);
      if (typeof model === "string") return { failure: model };
      const layouts = gridLayouts(scenario, nestedDevices(scenario, on.devices).devices);
      let best: { plan: WidthDepthPlan; layout: GridLayout } | null = null;
      for (const layout of layouts) {
        const plan = widthDepthPlan(model.blocks, {
          devices: on.devices.length,
          memoryBytes: on.memoryBytes,
          batch: model.samples,
          mayGrow: false,
          microBatch,
          schedule: flush ? "flush" : "2bw",
          stateFactor: 1 + scenario.fidelity.optimizerSlots,
          bytesPerUs: layout.bytesPerUs,
        });
        if (plan !== null && (best === null || plan.sampleUs < best.plan.sampleUs)) best = { plan, layout };
      }
      if (best === null) return { failure: "No width, depth and micro-batch fits the memory." };
      const { width, depth, microBatch: samples, microBatches, recompute, sampleUs } = best.plan;
      const plan = stagePlan(model.chain, {
        stages: stagesOf(model, best.plan, best.layout),
        microBatches,
        schedule: { name: flush ? "1f1b" : "2bw" },
      });
      evaluator.evaluate(plan);
      yield plan;
      return {
        estimate: {
          value: sampleUs * model.samples,
          unit: "us",
          model: `PipeDream-${flush ? "Flush" : "2BW"}'s slowest stage`,
        },
        facts: [
          { name: "width x depth", value: `${width} x ${depth}` },
          { name: "samples of a micro-batch and replica", value: samples },
          { name: "recomputes", value: recompute ? "yes" : "no" },
          { name: "blocks", value: model.blocks.endBlock - model.blocks.firstBlock },
        ],
      };
    },
  }),
};

function stagesOf({ starts }: ScenarioBlocks, plan: WidthDepthPlan, layout: GridLayout): LayerStage[] {
  return plan.stages.map(({ from, to }, stage) => ({
    from: starts[from],
    to: starts[to],
    devices: layout.devicesOf(stage, plan.width, plan.depth),
    share: "split",
    recompute: plan.recompute,
  }));
}
