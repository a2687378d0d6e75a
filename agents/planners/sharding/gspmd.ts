/**
 * GSPMD (Xu et al., arXiv 2105.04663): a user annotates a few tensors, and propagation by priority
 * completes the rest. It searches nothing and has no cost model.
 *
 * The default annotations are the paper's for Transformers. The batch is on the first mesh axis.
 * W_qkv, W_o, W_1 and W_2 are on the last one, by heads or inner features. With one mesh axis it
 * has the weights alone. Other networks have the batch on all axes.
 */
import { z } from "zod";
import type { Mesh } from "../../../env/model/layout/mesh.ts";
import { sizesOf } from "../../../env/model/layout/mesh.ts";
import { meshOf } from "../../../env/model/layout/mesh-of.ts";
import { batchDecisions } from "../../../env/model/layout/propagation/batch-decisions.ts";
import { completeSharding } from "../../../env/model/layout/propagation/complete.ts";
import type { Decision } from "../../../env/model/layout/propagation/decisions.ts";
import { Divisions } from "../../../env/model/layout/propagation/divisions.ts";
import { type PropagationRules, propagationRules } from "../../../env/model/layout/propagation/rules.ts";
import type { ShardingPlan, ZeroStage } from "../../../env/model/plan/sharding.ts";
import type { PlannerModule } from "../../contract.ts";
import { annotationsIn } from "../../problems/sharding/annotations.ts";
import { meshOption, meshRefusal, zeroOption } from "../../problems/sharding/mesh/mesh-options.ts";
import { unknownDimensions } from "../../problems/sharding/mesh/meshes.ts";
import { transformerWeights } from "../../problems/sharding/transformer-weights.ts";

const options = z.strictObject({
  mesh: meshOption,
  zero: zeroOption,
  annotations: z
    .string()
    .default("")
    .describe(
      "Lists op:dimension:axis with commas between, such as token_ids:batch:x; empty for the paper's.",
    ),
});
type Options = z.infer<typeof options>;

export const gspmd: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "gspmd",
    systems: ["gspmd"],
    name: "GSPMD",
    summary: "Completes a few annotations to a whole sharding, by propagation in the order of priorities.",
    searchSpace: "none: annotations, propagated",
    paper:
      "Xu, Lee, Chen, Hechtman et al.: GSPMD: General and Scalable Parallelization for ML Computation Graphs. arXiv 2105.04663",
    limits:
      "An op is divided along its dimensions, one mesh axis for one of them. So the residual stream is not divided by the model's axis, and weights lie in the " +
      "parts that their op needs; zero=3 divides them by the batch's axis too. No halo exchange, no windowed products, no pipeline inside one program. " +
      "The paper has no numbers of priorities: those of docs/propagation.md are ours, in its order.",
  },
  traits: { answers: "sharding", objectives: ["iteration"], effort: "instant", random: false, special: true },
  options,
  refuses: (scenario, { mesh }) => unknownDimensions(scenario) ?? meshRefusal(scenario.cluster, mesh),
  create: ({ mesh: wanted, zero, annotations }) => ({
    async *plan({ graph, cluster }, evaluator) {
      const mesh = meshOf(cluster, wanted === "all" ? undefined : wanted);
      const rules = propagationRules(graph);
      const decisions = annotations === "" ? recipe(rules, mesh) : annotationsIn(rules, mesh, annotations);
      const { split, work } = completeSharding(rules, sizesOf(mesh), decisions, "priority");
      const plan: ShardingPlan = {
        kind: "sharding",
        mesh,
        split,
        ...(zero > 0 && { memory: { zero: zero as ZeroStage } }),
      };
      evaluator.evaluate(plan);
      yield plan;
      return {
        facts: [
          { name: "annotations", value: decisions.length },
          { name: "forward ops divided", value: split.filter((own) => own !== null).length },
          { name: "passes", value: work },
        ],
      };
    },
  }),
};

/** The paper's annotations, but for those that would leave a part empty. */
function recipe(rules: PropagationRules, mesh: Mesh): Decision[] {
  const weights = transformerWeights(rules);
  const last = mesh.axes.length - 1;
  const batchAxes = [...mesh.axes.keys()].filter((axis) => weights.length === 0 || axis < last);
  const divisions = new Divisions(rules, sizesOf(mesh), false);
  const wishes = [
    ...batchAxes.flatMap((axis) => batchDecisions(rules, axis)),
    ...weights.map(({ op, dimension }) => ({ op, dimension, axis: last })),
  ];
  return wishes.filter(({ op, dimension, axis }) => {
    const number = rules.dimensionStart[op] + dimension;
    if (!divisions.mayDivide(number, axis)) return false;
    divisions.divide(number, axis);
    return true;
  });
}
