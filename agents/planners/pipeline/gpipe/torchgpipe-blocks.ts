/**
 * torchgpipe's automatic balancing. The layers form one sequence in topological order, which is cut
 * into one block for each accelerator. The times of the blocks differ little
 * (search/lines/block-partition.ts). With `fixed=true` the cut is exact: its slowest block is as
 * fast as possible, and no block is empty.
 *
 * A layer's cost is its measured or modelled time in whole microseconds, forward and backward
 * together, as `balance_by_time` measures it. Transfers and memory are ignored.
 */
import { z } from "zod";
import { contract } from "../../../../env/model/layers/elements.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import type { PlannerModule } from "../../../contract.ts";
import { minMaxLengths } from "../../../exact/cuts/stage-cuts.ts";
import { commonAccelerator } from "../../../problems/split/common-accelerator.ts";
import { splitPlan } from "../../../problems/split/split-plan.ts";
import { type SplitProblem, splitProblem } from "../../../problems/split/split-problem.ts";
import { type BlockPartition, blockPartition } from "../../../search/lines/block-partition.ts";

const options = z.strictObject({
  partitions: z
    .int()
    .min(0)
    .default(0)
    .describe("Blocks the sequence is cut into; 0 takes one for each accelerator."),
  fixed: z
    .boolean()
    .default(false)
    .describe("Cuts so that the slowest block is as fast as possible; the published program does not."),
});

export const torchgpipeBlocks: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "torchgpipe-blocks",
    systems: ["torchgpipe"],
    name: "torchgpipe blocks",
    summary:
      "Cuts the sequence of layers into blocks of similar times, one for each accelerator, as torchgpipe does.",
    searchSpace: "contiguous blocks of one topological order over the accelerators of the cluster",
    paper:
      "Kim, Lee, Jeong, Baek, Yoon, Kim, Lim, Kim: torchgpipe: On-the-fly Pipeline Parallelism for Training Giant Models. 2020",
    limits:
      "Costs are times in whole microseconds. It ignores transfers and memory, and assumes equal accelerators. " +
      "With equal costs it keeps the first, uneven split, as published; fixed=true cuts exactly.",
  },
  traits: { answers: "placement", objectives: "any", effort: "instant", random: false, special: true },
  options,
  create: ({ partitions, fixed }) => ({
    async *plan(scenario, evaluator) {
      const problem = splitProblem(scenario, contract(scenario));
      const type = commonAccelerator(problem);
      if (type === -1) return { failure: "The cluster has no accelerator to put blocks on." };
      const costs = costsOn(problem, type);
      const stuck = costs.indexOf(Number.POSITIVE_INFINITY);
      if (stuck !== -1)
        return {
          failure: `An op runs on no "${kindOf(scenario, problem, type)}", the only kind of device that torchgpipe uses.`,
        };
      const { devices } = problem.types[type];
      const blocks = Math.min(partitions === 0 ? devices.length : partitions, devices.length, costs.length);
      const published = fixed ? null : blockPartition(costs, blocks);
      const lengths = published?.lengths ?? minMaxLengths(costs, blocks);
      let at = 0;
      const stages = lengths.map((length) => {
        at += length;
        return { type, elements: Array.from({ length }, (_, i) => at - length + i) };
      });
      const plan = splitPlan(problem, stages);
      evaluator.evaluate(plan);
      yield plan;
      return {
        facts: [
          { name: "layers of each block", value: lengths.join(", ") },
          // A block of no layers leaves its accelerator idle.
          {
            name: "accelerators used",
            value: `${lengths.filter((length) => length > 0).length} of ${devices.length}`,
          },
          ...(published === null ? [] : deviationOf(published)),
        ],
      };
    },
  }),
};

function costsOn({ elements, types, timeUs }: SplitProblem, type: number): Float64Array {
  return Float64Array.from({ length: elements.count }, (_, v) => Math.round(timeUs[v * types.length + type]));
}

/** Said where the lengths are not those of the published program. */
const deviationOf = ({ ended }: BlockPartition) => {
  const answers = { overlapping: "blocks that overlap", endless: "no answer" };
  if (ended === "balanced") return [];
  return [{ name: "published program", value: `${answers[ended]}; cut by the rule of its article` }];
};

const kindOf = ({ cluster }: Scenario, { types }: SplitProblem, type: number): string =>
  cluster.devices[types[type].devices[0]].kind;
