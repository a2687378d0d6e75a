/**
 * The families of tensor parallelism (problems/sharding/macros). One is told by its shape; all that
 * the number of ranks allows are tried, and simulated with the collectives that they take.
 */
import { z } from "zod";
import type { Mesh } from "../../../env/model/layout/mesh.ts";
import { type ZeroStage, zeroStages } from "../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { PlannerModule } from "../../contract.ts";
import {
  familyMesh,
  familyPlan,
  type TensorFamily,
  tensorFamilies,
} from "../../problems/sharding/macros/family.ts";
import { meshDevices, noSharding } from "../../problems/sharding/mesh/meshes.ts";
import { meshText } from "./labels/label-facts.ts";

const options = z.strictObject({
  family: z
    .enum(["all", ...tensorFamilies])
    .default("all")
    .describe("One family, or all that the ranks allow."),
  ranks: z
    .int()
    .min(0)
    .default(0)
    .describe("Ranks of the family; the rest are copies. 0 takes all accelerators."),
  depth: z.int().min(0).default(0).describe("Grids of 2.5D; 0 takes the fewest above 1 that leave a square."),
  zero: z
    .int()
    .min(0)
    .max(3)
    .default(0)
    .describe("Stage of ZeRO among ranks that hold weights alike; 3D takes 3 always."),
});
type Options = z.infer<typeof options>;

export const tensorParallel: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "tensor-parallel",
    systems: ["tensor-parallel-families"],
    name: "Families of tensor parallelism",
    summary: "Divides products in one, two, two and a half or three dimensions, and takes the fastest.",
    searchSpace: "one plan for each family",
    paper:
      "Shoeybi et al.: Megatron-LM. arXiv 1909.08053. Xu et al.: An Efficient 2D Method (Optimus). arXiv 2104.05343. " +
      "Wang et al.: Tesseract. arXiv 2105.14500. Bian et al.: Maximizing Parallelism. arXiv 2105.14450",
    limits:
      "Layer norms and losses need whole rows, which all-to-alls bring; the papers sum statistics instead. Look-ups, logits and " +
      "tables of embeddings are whole. Queries, keys and values are three products, so 2D sends their input three times. " +
      "3D keeps gathered activations until the backward pass. Products that a family does not divide evenly divide their rows alone.",
  },
  traits: { answers: "sharding", objectives: ["iteration", "throughput"], effort: "instant", random: false },
  options,
  refuses: (scenario, given) => {
    const none = noSharding(scenario);
    if (none !== null) return none;
    const meshes = familiesOf(given).map((family) => meshFor(scenario, given, family));
    return meshes.every((mesh) => typeof mesh === "string") ? meshes[0] : null;
  },
  create: (given) => ({
    async *plan(scenario, evaluator) {
      const tried: string[] = [];
      let best: Best | null = null;
      for (const family of familiesOf(given)) {
        const mesh = meshFor(scenario, given, family);
        if (typeof mesh === "string") continue;
        const made = familyPlan(scenario.graph, mesh, family);
        const plan =
          given.zero === 0 ? made : { ...made, memory: { zero: stageOf(given, made.memory?.zero) } };
        const { cost, value } = evaluator.evaluate(plan);
        tried.push(`${family} ${value === null ? "does not fit" : `${Math.round(value)} us`}`);
        if (best !== null && cost >= best.cost) continue;
        best = { family, mesh: meshText(plan), cost };
        yield plan;
      }
      const { family, mesh } = best!;
      return {
        facts: [
          { name: "family", value: family },
          { name: "mesh", value: mesh },
          { name: "families tried", value: tried.join(", ") },
        ],
      };
    },
  }),
};

interface Best {
  readonly family: TensorFamily;
  readonly mesh: string;
  readonly cost: number;
}

const familiesOf = ({ family }: Options): readonly TensorFamily[] =>
  family === "all" ? tensorFamilies : [family];

const stageOf = ({ zero }: Options, least: ZeroStage = 0): ZeroStage => zeroStages[Math.max(zero, least)];

/** The mesh of a family, or one sentence. 1D alone has any number of ranks. */
function meshFor(scenario: Scenario, { ranks: asked, depth }: Options, family: TensorFamily): Mesh | string {
  const devices = meshDevices(scenario);
  const ranks = asked === 0 ? devices.length : asked;
  if (devices.length % ranks !== 0)
    return `${ranks} ranks do not divide the ${devices.length} devices of "${scenario.name}".`;
  const copies = devices.length / ranks;
  return familyMesh(devices, { family, ranks, copies, ...(depth > 0 && { depth }) });
}
