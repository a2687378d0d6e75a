/**
 * Roc (Jia, Lin, Gao, Zaharia, Aiken: "Improving the Accuracy, Scalability, and Performance of
 * Graph Neural Networks with Roc", MLSys 2020). A data graph is cut into contiguous ranges of
 * vertices, one for each accelerator. A linear cost model learns from the times of each step, and
 * the next cuts make the largest predicted time least.
 *
 * For the best plan the memory program then says how few bytes must cross between host and
 * accelerator, where tensors may wait on the host.
 */
import { z } from "zod";
import type { Placement } from "../../../../env/model/plan/placement.ts";
import type { Fact, PlannerModule } from "../../../contract.ts";
import { fewestMovedBytes, MOST_TENSORS } from "../../../exact/recompute/host-tensors.ts";
import { partTensors } from "../../../exact/recompute/part-tensors.ts";
import { layerTimesUs, sumsOfFeature } from "../../../problems/block-line.ts";
import {
  equalRanges,
  type PartitionProblem,
  partitionProblem,
  rangesPlan,
} from "../../../search/lines/block-ranges.ts";
import { type LearnedCuts, learnedCuts } from "../../../search/lines/learned-cuts.ts";

const options = z.strictObject({
  rounds: z
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe("Most steps that are measured, each with other cuts."),
});

/** What the first cuts divide, as nothing is known of times. */
const FIRST = "neighbours";

export const roc: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "roc",
    systems: ["roc"],
    name: "Roc",
    summary:
      "Cuts a data graph into ranges of vertices by a linear cost that it learns from the times of its own steps.",
    searchSpace: "contiguous ranges of blocks of vertices, one for each accelerator",
    paper:
      "Jia, Lin, Gao, Zaharia, Aiken: Improving the Accuracy, Scalability, and Performance of Graph Neural Networks with Roc. MLSys 2020",
    limits:
      "The features and the search are from memory of the paper; the published code cuts by equal edges and learns nothing. The ridge and weights of at least 0 are ours. " +
      "Cuts lie between the blocks of the scenario. Transfers are in the score and not in the cost, which adds up over vertices. " +
      "The memory program is exact; its bytes are told as facts, since no tensor of a placement waits on the host. Accelerators of other kinds than the commonest get none.",
  },
  traits: { answers: "placement", objectives: "any", effort: "instant", random: false, special: true },
  options,
  refuses(scenario) {
    const problem = partitionProblem(scenario);
    if (typeof problem === "string") return problem;
    if (sumsOfFeature(problem.blocks, FIRST) !== null) return null;
    return `The blocks have no feature "${FIRST}"; they have ${problem.blocks.featureNames.join(", ")}.`;
  },
  create: ({ rounds }) => ({
    async *plan(scenario, evaluator) {
      const problem = partitionProblem(scenario);
      if (typeof problem === "string") return { failure: problem };
      const { blocks, devices } = problem;
      const learner = learnedCuts(blocks.line);
      let starts = equalRanges(sumsOfFeature(blocks, FIRST)!, problem);
      let best: Tried | null = null;
      const tried = new Set<string>();
      while (tried.size < rounds && !tried.has(starts.join())) {
        tried.add(starts.join());
        const plan = rangesPlan(problem, starts);
        const { cost } = evaluator.evaluate(plan);
        if (best === null || cost < best.cost) {
          best = { plan, starts, cost };
          yield plan;
        }
        const times = layerTimesUs(blocks, plan.device).map((us) => devices.map((d) => us[d]));
        learner.observe(starts, times);
        starts = learner.cuts(devices.length);
      }
      return reportOf(problem, learner, tried.size, best!);
    },
  }),
};

interface Tried {
  readonly plan: Placement;
  readonly starts: Int32Array;
  readonly cost: number;
}

/** What is told of a plan under the weights at the end. */
function reportOf(problem: PartitionProblem, learner: LearnedCuts, rounds: number, { plan, starts }: Tried) {
  const { blocks, devices } = problem;
  const times = layerTimesUs(blocks, plan.device);
  const busy = devices.map((d) => times.reduce((sum, us) => sum + us[d], 0));
  const predicted = learner.predict(blocks.line, starts);
  const errors = busy.map((us, part) => Math.abs(predicted[part] / us - 1));
  const mean = busy.reduce((sum, us) => sum + us, 0) / devices.length;
  const facts: Fact[] = [
    { name: "rounds", value: rounds },
    { name: "largest over mean time of a part", value: Math.max(...busy) / mean },
    { name: "largest relative error of a predicted time", value: Math.max(...errors) },
    memoryFact(problem, plan),
  ];
  const model = "linear cost of the slowest accelerator, without transfers";
  return { facts, estimate: { value: Math.max(...predicted), unit: "us", model } as const };
}

/** Of the accelerator that needs the most. */
function memoryFact({ blocks, devices }: PartitionProblem, plan: Placement): Fact {
  const name = "bytes between host and accelerator";
  let most = 0;
  for (const device of devices) {
    const tensors = partTensors(blocks, plan.device, device);
    if (tensors === null) return { name, value: "not known: ops of one type wait for each other" };
    if (tensors.bytes.length > MOST_TENSORS)
      return { name, value: `not known: ${tensors.bytes.length} tensors, at most ${MOST_TENSORS}` };
    const found = fewestMovedBytes(tensors);
    if (found === null) return { name, value: "none will do: one step exceeds the memory" };
    most = Math.max(most, found.movedBytes);
  }
  return { name, value: most, unit: "bytes" };
}
