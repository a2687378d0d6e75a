/**
 * Static partitions of a data graph, the baselines of Roc (Jia et al., MLSys 2020): ranges of equal
 * vertices, ranges of equal neighbours, as Lux cuts them (Jia et al., VLDB 2017), or vertices dealt
 * to the accelerators in turn, as a hash does it. Nothing is measured.
 */
import { z } from "zod";
import type { PlannerModule } from "../../../contract.ts";
import { sumsOfFeature } from "../../../problems/block-line.ts";
import {
  equalRanges,
  partitionPlan,
  partitionProblem,
  rangesPlan,
} from "../../../search/lines/block-ranges.ts";

const options = z.strictObject({
  by: z
    .enum(["neighbours", "vertices", "turns"])
    .default("neighbours")
    .describe("Ranges of equal neighbours or vertices, or blocks dealt to the accelerators in turn."),
});

export const vertexRanges: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "vertex-ranges",
    name: "Vertex ranges",
    summary:
      "Divides a data graph over the accelerators by a rule: equal neighbours or vertices, or in turn.",
    searchSpace: "contiguous ranges of blocks of vertices, or blocks in turn",
    limits:
      "Cuts lie between the blocks of the scenario. Accelerators of other kinds than the commonest get none.",
  },
  traits: { answers: "placement", objectives: "any", effort: "instant", random: false, special: true },
  options,
  refuses(scenario, { by }) {
    const problem = partitionProblem(scenario);
    if (typeof problem === "string") return problem;
    if (by === "turns" || sumsOfFeature(problem.blocks, by) !== null) return null;
    return `The blocks have no feature "${by}"; they have ${problem.blocks.featureNames.join(", ")}.`;
  },
  create: ({ by }) => ({
    async *plan(scenario, evaluator) {
      const problem = partitionProblem(scenario);
      if (typeof problem === "string") return { failure: problem };
      const plan =
        by === "turns"
          ? partitionPlan(problem, (block) => block % problem.devices.length)
          : rangesPlan(problem, equalRanges(sumsOfFeature(problem.blocks, by)!, problem));
      evaluator.evaluate(plan);
      yield plan;
      return undefined;
    },
  }),
};
