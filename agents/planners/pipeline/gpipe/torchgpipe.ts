/**
 * torchgpipe (Kim et al., 2020): its automatic balancing by time and its pipeline. The sequence of
 * layers is cut into blocks of similar times (search/lines/block-partition.ts). GPipe's schedule
 * runs them. By default the last micro-batch, whose backward comes first, keeps its activations.
 *
 * A skip goes straight from the stage that makes it to the one that uses it, as by torchgpipe's
 * portals. Every pipeline here does so. `torchgpipe-blocks` is the same balancing as a placement.
 */
import { z } from "zod";
import { stagePlan } from "../../../../env/model/layers/stage-plan.ts";
import type { Fact, PlannerModule } from "../../../contract.ts";
import { minMaxLengths } from "../../../exact/cuts/stage-cuts.ts";
import { equalDevices, stageCountOf } from "../../../problems/pipeline/equal-devices.ts";
import { checkpoints, fillDrainPlan } from "../../../problems/pipeline/fill-drain.ts";
import { shareTimes } from "../../../problems/pipeline/micro-batches.ts";
import { type BlockPartition, blockPartition } from "../../../search/lines/block-partition.ts";
import { stageFacts } from "../../../search/pipelines/stage-facts.ts";
import { microBatchesOption } from "../micro-batches-option.ts";

const options = z.strictObject({
  partitions: z
    .int()
    .min(0)
    .default(0)
    .describe("Blocks that the sequence is cut into; 0 takes one for each accelerator."),
  fixed: z
    .boolean()
    .default(false)
    .describe("Cuts so that the slowest block is as fast as possible; the published program does not."),
  checkpoint: z
    .enum(checkpoints)
    .default("except_last")
    .describe("Which micro-batches are computed again for their backward pass."),
  microBatches: microBatchesOption,
});

export const torchgpipe: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "torchgpipe",
    systems: ["torchgpipe"],
    name: "torchgpipe",
    summary: "Cuts into blocks of similar times as torchgpipe does, and runs them under GPipe's schedule.",
    searchSpace: "contiguous blocks, one accelerator each; number of micro-batches",
    paper:
      "Kim, Lee, Jeong, Baek, Yoon, Kim, Lim, Kim: torchgpipe: On-the-fly Pipeline Parallelism for Training Giant Models. 2020",
    limits:
      "Costs are times in whole microseconds. It ignores transfers and memory, and assumes equal accelerators. A block " +
      "without layers leaves its accelerator idle, as published; fixed=true cuts exactly. The user of torchgpipe gives the " +
      "number of micro-batches; by default GPipe's closed form chooses it.",
  },
  traits: { answers: "pipeline", objectives: ["iteration", "throughput"], effort: "instant", random: false },
  options,
  create: ({ partitions, fixed, checkpoint, microBatches }) => ({
    async *plan(scenario, evaluator) {
      const on = equalDevices(scenario);
      if (typeof on === "string") return { failure: on };
      const { forwardUs, backwardUs } = shareTimes(on.chain, on.type, 1);
      const costs = forwardUs.map((us, layer) => Math.round(us + backwardUs[layer]));
      const blocks = stageCountOf(on, partitions);
      const published = fixed ? null : blockPartition(costs, blocks);
      const lengths = published?.lengths ?? minMaxLengths(costs, blocks);
      const found = fillDrainPlan(on, lengths, { checkpoint, microBatches });
      const plan = stagePlan(on.chain, found.plan);
      evaluator.evaluate(plan);
      yield plan;
      return {
        estimate: { value: found.estimateUs, unit: "us", model: "GPipe's fill and drain, transfers free" },
        facts: [...stageFacts(lengths, plan, on.devices.length), ...deviationOf(published)],
      };
    },
  }),
};

/** Said where the lengths are not those of the published program. */
function deviationOf(published: BlockPartition | null): Fact[] {
  if (published === null || published.ended === "balanced") return [];
  const answer = { overlapping: "blocks that overlap", endless: "no answer" }[published.ended];
  return [{ name: "published program", value: `${answer}; cut by the rule of its article` }];
}
