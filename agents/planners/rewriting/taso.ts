/**
 * TASO (Jia et al., "TASO: Optimizing Deep Learning Computation with Automatic Generation of Graph
 * Substitutions", SOSP 2019): verified substitutions and a backtracking search by the sum of the
 * times of all ops. search/rewriting has both.
 */
import { z } from "zod";
import { InputError } from "../../../env/model/errors.ts";
import { readGraph } from "../../../env/model/graph/rewriting/read-graph.ts";
import { rewritingDevice, rewritingOn } from "../../../env/model/plan/rewriting.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { PlannerModule } from "../../contract.ts";
import { optimised } from "../../search/rewriting/optimise.ts";

const options = z.strictObject({
  alpha: z
    .number()
    .min(1)
    .default(1.05)
    .describe("Graphs of at most this many times the best cost are taken up; the released code has 1."),
  budget: z.int().min(1).default(100).describe("Graphs that are taken up in each part of the graph."),
  part: z
    .int()
    .min(1)
    .default(30)
    .describe("Most ops of a part, where tensors that all paths pass allow it."),
});

export const taso: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "taso",
    systems: ["taso"],
    name: "TASO",
    summary: "Rewrites an inference graph by verified substitutions, in a backtracking search by cost.",
    searchSpace: "substitution and place, again and again; all on one device",
    paper:
      "Jia, Padon, Thomas, Warszawski, Zaharia, Aiken: TASO: Optimizing Deep Learning Computation with Automatic Generation of Graph Substitutions. SOSP 2019",
    limits:
      "Substitutions are between graphs of at most 3 operators, not 4, and each goes through the smallest graph of its " +
      "kind. They are proven by equality saturation, not by Z3. Op times are the cost model's, not measured, and equal for " +
      "all data layouts, so there is no layout to choose. Grouped convolutions, attention and norms of rows stay as they are.",
  },
  traits: {
    answers: "rewriting",
    objectives: ["rewritten"],
    effort: "seconds",
    random: false,
    special: true,
  },
  refuses: (scenario) => refusal(scenario),
  options,
  create: ({ alpha, budget, part }) => ({
    async *plan(scenario, evaluator) {
      const device = rewritingDevice(scenario);
      const asItIs = rewritingOn(scenario, [], device);
      const start = evaluator.evaluate(asItIs);
      yield asItIs;
      const found = optimised(scenario, device, { alpha, budget, partOps: part });
      const plan = rewritingOn(scenario, found.rewriting.rewrites, device);
      // Waits of the simulator are in no sum of op times, so the sum may mislead.
      if (evaluator.evaluate(plan).cost < start.cost) yield plan;
      return {
        estimate: { value: found.afterUs, unit: "us", model: "sum of the times of all ops" },
        facts: [
          { name: "sum of op times before", value: found.beforeUs, unit: "us" },
          { name: "rewrites", value: plan.rewrites.length },
          { name: "ops before", value: scenario.graph.opCount },
          { name: "ops after", value: plan.device.length },
          { name: "parts", value: found.parts },
          { name: "graphs taken up", value: found.popped },
          { name: "graphs made", value: found.made },
        ],
      };
    },
  }),
};

function refusal({ graph }: Scenario): string | null {
  try {
    readGraph(graph);
    return null;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}
