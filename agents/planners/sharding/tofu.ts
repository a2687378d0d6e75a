/**
 * Tofu (Wang, Huang, Li, "Supporting Very Large Models using Automatic Dataflow Graph
 * Partitioning", EuroSys 2019). In each step all workers part in two. Every tensor is halved along
 * one axis and every op along one dimension, so that the bytes sent are least. The halves go on
 * alike. exact/sharding/recursive has a step's program and the recursion.
 *
 * The first step parts the machines of the slowest links. The paper knows one kind of link.
 */
import { z } from "zod";
import { Role } from "../../../env/model/graph/graph.ts";
import { sizesOf } from "../../../env/model/layout/mesh.ts";
import type { OpSplit } from "../../../env/model/layout/natural.ts";
import { iterationOf, type ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { OutputLayout } from "../../../env/model/plan/sharding-fields/op-fields.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { PlannerModule } from "../../contract.ts";
import { type EqualCells, equalCells } from "../../exact/sharding/recursive/equal-cells.ts";
import { type TensorGroups, tensorGroups } from "../../exact/sharding/recursive/partition-graph.ts";
import { recursivePartition, type Step } from "../../exact/sharding/recursive/recursion.ts";
import { splitOfChoice, splitRules } from "../../problems/sharding/legal-splits.ts";
import { binaryMesh, type LevelMesh } from "../../problems/sharding/mesh/level-mesh.ts";

const options = z.strictObject({
  entries: z
    .int()
    .min(1)
    .default(2 ** 22)
    .describe("Most entries of a table of the program; more is refused."),
  leastBytes: z
    .number()
    .min(0)
    .default(0)
    .describe("Tensors of fewer bytes stay whole, as in real systems; the paper divides all."),
});
type Options = z.infer<typeof options>;

export const tofu: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "tofu",
    systems: ["tofu"],
    name: "Tofu",
    summary:
      "Halves every tensor and every op along one dimension, again and again, for the least bytes sent.",
    searchSpace: "one axis for each tensor and one dimension for each op at each halving of the devices",
    paper:
      "Wang, Huang, Li: Supporting Very Large Models using Automatic Dataflow Graph Partitioning. EuroSys 2019",
    limits:
      "Dimensions with halos stay whole, and so does what cannot be halved evenly. Time steps are those of ops that read the " +
      "same weights. Weights are stored by ZeRO's stage 3 over the devices that would hold them alike, in place of an axis " +
      "of choice. There is no public code; its fused kernels and control edges are missing.",
  },
  traits: { answers: "sharding", objectives: ["iteration", "throughput"], effort: "seconds", random: false },
  refuses(scenario) {
    const on = binaryMesh(scenario, "Tofu");
    return typeof on === "string" ? on : null;
  },
  options,
  create: (given) => ({
    async *plan(scenario, evaluator) {
      const { mesh } = binaryMesh(scenario, "Tofu") as LevelMesh;
      const groups = tensorGroups(scenario.graph);
      const cells = equalCells(scenario.graph, groups);
      const found = recursivePartition(
        cells.graph,
        sizesOf(mesh),
        Float64Array.from(cells.firstTensors, (tensor) => groups.tensors[tensor].bytes),
        {
          divisible: divisibleIn(scenario, { groups, cells }, { mesh }, given),
          limits: { entries: given.entries },
        },
      );
      if (typeof found === "string") return { failure: found };
      const plan = planOf(scenario, groups, { mesh }, unmerged(found.steps, cells));
      evaluator.evaluate(plan);
      yield plan;
      return {
        facts: [
          { name: "bytes sent by all devices in Tofu's count", value: found.bytes, unit: "bytes" },
          {
            name: "bytes of one group in each step",
            value: found.steps.map(({ bytes }) => bytes).join(", "),
          },
          { name: "groups of ops", value: groups.groups.length },
          { name: "tensors", value: groups.tensorCount },
          { name: "groups where time steps are one", value: cells.graph.groups.length },
        ],
      };
    },
  }),
};

type OnMesh = Pick<LevelMesh, "mesh">;

interface Merged {
  readonly groups: TensorGroups;
  readonly cells: EqualCells;
}

/** Tensors and groups are classes; what the first member may do, all may. */
function divisibleIn(
  { graph }: Scenario,
  { groups, cells }: Merged,
  { mesh }: OnMesh,
  { leastBytes }: Options,
) {
  const rules = splitRules(graph, sizesOf(mesh));
  return {
    axes(tensor: number, before: readonly Step[], parts: number): number[] {
      const { shape, bytes } = groups.tensors[cells.firstTensors[tensor]];
      if (bytes < leastBytes) return [];
      return [...shape.keys()].filter((axis) => {
        const taken = before.filter(({ axisOf }) => axisOf[tensor] === axis).length;
        return shape[axis] > 0 && shape[axis] % parts ** (taken + 1) === 0;
      });
    },
    dimensions(group: number, before: readonly Step[]): number[] {
      const v = groups.leaders[cells.firstGroups[group]];
      const iteration = iterationOf(graph, v)!;
      const choice = before.map(({ dimensionOf }) => dimensionOf[group]);
      return [...iteration.dimensions.keys()].filter((d) =>
        rules.isLegal(v, splitOfChoice(iteration, [...choice, d])),
      );
    },
  };
}

/** Steps of classes as those of their members. */
const unmerged = (steps: readonly Step[], { classOfTensor, classOfGroup }: EqualCells): Step[] =>
  steps.map(({ axisOf, dimensionOf, bytes }) => ({
    axisOf: classOfTensor.map((own) => axisOf[own]),
    dimensionOf: classOfGroup.map((own) => dimensionOf[own]),
    bytes,
  }));

function planOf(
  { graph }: Scenario,
  groups: TensorGroups,
  { mesh }: OnMesh,
  steps: readonly Step[],
): ShardingPlan {
  const split = new Array<OpSplit | null>(graph.opCount).fill(null);
  groups.leaders.forEach((v, group) => {
    const choice = steps.map(({ dimensionOf }) => dimensionOf[group]);
    split[v] = splitOfChoice(iterationOf(graph, v)!, choice);
  });
  const layouts: OutputLayout[] = [];
  groups.madeBy.forEach((made, op) => {
    made.forEach((tensor, output) => {
      const { shape, isWeights } = groups.tensors[tensor];
      // ZeRO divides gradients of weights; another shape of a tensor goes as its op leaves it.
      if (isWeights || iterationOf(graph, op)!.outputs[output].shape.join() !== shape.join()) return;
      const axes = shape.map((_, axis) =>
        [...steps.keys()].filter((step) => steps[step].axisOf[tensor] === axis),
      );
      layouts.push({ op, output, axes });
    });
  });
  const trains = graph.role.includes(Role.update);
  return { kind: "sharding", mesh, split, layouts, ...(trains && { memory: { zero: 3 as const } }) };
}
