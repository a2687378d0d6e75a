/**
 * The program of one mesh in Alpa (Zheng et al., OSDI 2022): products are divided among all ranks
 * of a mesh of two axes, so that collectives cost least. Alpa solves it as an integer program; here
 * elimination finds the same optimum (exact/sharding/labels).
 */
import { z } from "zod";
import { sizesOf } from "../../../../env/model/layout/mesh.ts";
import type { PlannerModule } from "../../../contract.ts";
import { solveByElimination } from "../../../exact/sharding/labels/elimination/solve.ts";
import { timesOf } from "../../../exact/sharding/labels/frontier/problem.ts";
import { alpaPricing } from "../../../problems/sharding/alpa-pricing.ts";
import { labelTables } from "../../../problems/sharding/labels/label-tables.ts";
import { batchOnFirst, fullyDivided } from "../../../problems/sharding/labels/offers.ts";
import { machineSize, meshDevices, meshOf, noSharding } from "../../../problems/sharding/mesh/meshes.ts";
import { labelFacts } from "./label-facts.ts";

const options = z.strictObject({
  rows: z
    .int()
    .min(0)
    .default(0)
    .describe("Length of the mesh's first, slow axis; 0 takes the number of machines."),
  batch: z
    .enum(["free", "first"])
    .default("free")
    .describe("Whether the first axis must divide the batch, as Alpa's release has it by default on grids."),
  slow: z.number().positive().default(1).describe("Cost of a byte along the first axis, Alpa's b of 1."),
  fast: z.number().positive().default(0.1).describe("Cost of a byte along the second axis, Alpa's b of 0.1."),
});

export const alpaIntra: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "alpa-intra",
    name: "Alpa, one mesh",
    summary:
      "Divides products among all ranks of a mesh of two axes at least cost of collectives: Alpa's program inside one stage.",
    searchSpace: "a split of each product and convolution that uses all ranks, in equal parts",
    paper:
      "Zheng, Li, Zhang, Zhuang, Chen, Huang, Wang, Xu, Zhuo, Xing, Gonzalez, Stoica: Alpa: Automating Inter- and " +
      "Intra-Operator Parallelism for Distributed Deep Learning. OSDI 2022",
    limits:
      "One level of Alpa: there are no stages, and its dynamic program between meshes is not in it. It has no limit of " +
      "memory, and does not turn all-reduces into reduce-scatters afterwards. Steps between layouts are those that send " +
      "least, at Alpa's prices. Batched products may be divided along any dimension.",
  },
  traits: { answers: "sharding", objectives: ["iteration", "throughput"], effort: "seconds", random: false },
  options,
  refuses: (scenario, { rows }) => {
    const none = noSharding(scenario);
    if (none !== null) return none;
    const count = meshDevices(scenario).length;
    return rows === 0 || count % rows === 0
      ? null
      : `A first axis of ${rows} does not divide the ${count} devices of "${scenario.name}".`;
  },
  create: ({ rows, batch, slow, fast }) => ({
    async *plan(scenario, evaluator) {
      const devices = meshDevices(scenario);
      const first = rows === 0 ? devices.length / machineSize(scenario, devices) : rows;
      const mesh = meshOf(devices, [first, devices.length / first]);
      const pricing = alpaPricing(sizesOf(mesh), { alpha: [1, 1], beta: [slow, fast] });
      const tables = labelTables(scenario.graph, mesh, {
        offer: batch === "first" ? batchOnFirst : fullyDivided,
        pricing,
      });
      const found = solveByElimination(timesOf(tables.problem));
      if (found.kind === "too-large") return { failure: found.message, ended: "limit" };
      if (found.kind === "infeasible") return { failure: "Every split is forbidden." };
      const plan = tables.planOf(found.labels);
      evaluator.evaluate(plan);
      yield plan;
      return {
        facts: [...labelFacts(tables, plan), { name: "cost of collectives, Alpa's unit", value: found.cost }],
      };
    },
  }),
};
