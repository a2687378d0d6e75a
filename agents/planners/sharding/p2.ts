/**
 * P2 (Xie et al., MLSys 2022): places the mesh axes of a sharding on the levels of the machines,
 * and synthesises a reduction program for each sum. All matrices and programs are priced by closed
 * formulas; the simulator scores the best ones.
 */
import { z } from "zod";
import { MOST_STEPS, programText } from "../../../env/model/layout/reductions/steps.ts";
import type { ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Fact, PlannerModule } from "../../contract.ts";
import { type PlacedSharding, placedShardings } from "../../exact/sharding/meshes/placed-shardings.ts";
import { dataParallelPlan } from "../../problems/sharding/macros/data-parallel.ts";
import { megatronDegree, megatronPlan } from "../../problems/sharding/macros/megatron.ts";
import { meshDevices, meshOf, noSharding } from "../../problems/sharding/mesh/meshes.ts";

const options = z.strictObject({
  sharding: z
    .enum(["megatron", "data-parallel"])
    .default("megatron")
    .describe("What is placed: Megatron's layouts on two axes, or shares of the batch on any."),
  axes: z
    .string()
    .regex(/^(auto|\d+(x\d+){0,2})$/)
    .default("auto")
    .describe("Sizes of the axes such as 2x8; auto takes Megatron's own degree, or one axis."),
  collective: z
    .enum(["ring", "tree"])
    .default("ring")
    .describe("How the steps of a program go: round rings and chains, or along binomial trees."),
  steps: z.int().min(1).max(MOST_STEPS).default(MOST_STEPS).describe("Most steps of a program."),
  top: z.int().min(1).default(1).describe("How many of the best placements the simulator scores."),
});
type Options = z.infer<typeof options>;

export const p2: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "p2",
    systems: ["p2"],
    name: "P2",
    summary:
      "Places the axes of a sharding on the levels of the machines by matrices, and synthesises reduction programs.",
    searchSpace: "a parallelism matrix, and for each sum a program of collectives; the sharding is given",
    paper:
      "Xie, Norman, Grewe, Vytiniotis: Synthesizing Optimal Parallelism Placement and Reduction Strategies on Hierarchical Systems for Deep Learning. MLSys 2022",
    limits:
      "Programs are synthesised over the levels of the reduced axes alone, its fourth hierarchy. All sums over the same axes run one " +
      "program, priced for all their bytes. The paper's reductions to one member and broadcasts cost all bytes once; here a chain of as many chunks as " +
      "members takes up to twice that. Its measured machines are not here, so its top-10 accuracy is not its own.",
  },
  traits: { answers: "sharding", objectives: ["iteration", "throughput"], effort: "instant", random: false },
  options,
  refuses(scenario, given) {
    const none = noSharding(scenario);
    if (none !== null) return none;
    const sizes = sizesOf(scenario, given);
    const count = meshDevices(scenario).length;
    if (given.sharding === "megatron" && sizes.length !== 2)
      return `Megatron's layouts take two axes, and ${given.axes} has ${sizes.length}.`;
    return sizes.reduce((product, size) => product * size, 1) === count
      ? null
      : `Axes of ${given.axes} do not multiply to the ${count} devices of "${scenario.name}".`;
  },
  create: (given) => ({
    async *plan(scenario, evaluator) {
      const placed = placedShardings(scenario, shardingOf(scenario, given), given.steps);
      let best = { placed: placed[0], cost: Number.POSITIVE_INFINITY };
      for (const next of placed.slice(0, given.top)) {
        const { cost } = evaluator.evaluate(next.plan);
        if (cost >= best.cost) continue;
        best = { placed: next, cost };
        yield next.plan;
      }
      return {
        estimate: {
          value: best.placed.us,
          unit: "us",
          model: "steps between layouts alone, one after the other",
        },
        facts: factsOf(best.placed, placed),
      };
    },
  }),
};

function sizesOf(scenario: Scenario, { sharding, axes }: Pick<Options, "sharding" | "axes">): number[] {
  if (axes !== "auto") return axes.split("x").map(Number);
  const count = meshDevices(scenario).length;
  if (sharding === "data-parallel") return [count];
  const degree = megatronDegree(scenario);
  return [count / degree, degree];
}

function shardingOf(scenario: Scenario, given: Options): ShardingPlan {
  const mesh = meshOf(meshDevices(scenario), sizesOf(scenario, given));
  const make = given.sharding === "megatron" ? megatronPlan : dataParallelPlan;
  const plan = make(scenario.graph, mesh);
  return given.collective === "ring" ? plan : { ...plan, collective: given.collective };
}

function factsOf({ matrix, plan, us, plainUs }: PlacedSharding, placed: readonly PlacedSharding[]): Fact[] {
  const worst = placed[placed.length - 1];
  return [
    { name: "parallelism matrices", value: placed.length },
    { name: "matrix", value: matrix.map((row) => row.join(" ")).join(" / ") },
    ...(plan.reductions ?? []).map(({ axes, steps }) => ({
      name: `sums over ${axes.map((axis) => plan.mesh.axes[axis].name).join(", ")}`,
      value: programText(steps),
    })),
    { name: "estimate with one all-reduce for each sum", value: plainUs, unit: "us" },
    { name: "times as long on the worst matrix, by the estimate", value: us === 0 ? 1 : worst.us / us },
  ];
}
