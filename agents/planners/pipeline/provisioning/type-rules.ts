/**
 * The simple rules that HeterPS is compared with (Liu et al., arXiv 2111.10635), as far as they are
 * known to us:
 *
 * - `single`: one type for all layers, the cheapest that fits;
 * - `sparse`: embeddings on the cheapest CPU type, all other layers on one other type;
 * - `greedy`: each layer on the type that computes it at the least rent, whatever its neighbours
 *   have.
 *
 * Each stage has its cheapest units, or with `units=newton` those of HeterPS's provisioning
 * (env/sim/objectives/provisioning/newton.ts).
 */
import { z } from "zod";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { newtonUnits } from "../../../../env/sim/objectives/provisioning/newton.ts";
import { planOfTypes, planOfUnits } from "../../../../env/sim/objectives/provisioning/plan-of-types.ts";
import { type PricedChain, pricedChain } from "../../../../env/sim/objectives/provisioning/priced-chain.ts";
import { stagesOf } from "../../../../env/sim/objectives/provisioning/problem.ts";
import { typeChoices } from "../../../../env/sim/objectives/provisioning/type-choices.ts";
import type { PlannerModule } from "../../../contract.ts";

const rules = ["single", "sparse", "greedy"] as const;

const options = z.strictObject({
  rule: z
    .enum(rules)
    .default("sparse")
    .describe("One type for all layers, embeddings on a CPU, or the cheapest type of each layer."),
  units: z
    .enum(["exact", "newton"])
    .default("exact")
    .describe("The cheapest units, or those of HeterPS's approximation."),
});

export const typeRules: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "type-rules",
    name: "Rules for types",
    summary: "Gives layers types of rented devices by a rule: one type, sparse layers on CPUs, or greedily.",
    searchSpace: "device type per layer; neighbours of one type are a stage",
    paper: "baselines of Liu et al., HeterPS, arXiv 2111.10635, 2021",
    limits: "The paper's rules are from memory. Types without a unit left are replaced by their neighbour's.",
  },
  traits: { answers: "pipeline", objectives: ["cost"], effort: "instant", random: false, special: true },
  options,
  create: ({ rule, units }) => ({
    async *plan(scenario, evaluator) {
      const chain = pricedChain(scenario);
      const { problem } = chain;
      const { nearest } = typeChoices(problem);
      let least = Number.POSITIVE_INFINITY;
      for (const wishes of wishesOf(rule, scenario, chain)) {
        const typeOf = nearest(wishes);
        const newton = units === "newton" ? newtonUnits(problem, stagesOf(problem, typeOf)) : null;
        const plan = newton === null ? planOfTypes(chain, typeOf) : planOfUnits(chain, typeOf, newton.units);
        const { cost } = evaluator.evaluate(plan);
        if (cost >= least) continue;
        least = cost;
        yield plan;
      }
      return {};
    },
  }),
};

/** Types of layers by the rule, one list or several to choose from. */
function wishesOf(rule: (typeof rules)[number], scenario: Scenario, chain: PricedChain): Int32Array[] {
  const { layers, types, computeTime, price } = chain.problem;
  const all = [...chain.types.keys()];
  if (rule === "single") return all.map((type) => new Int32Array(layers).fill(type));
  const rent = (layer: number, type: number) => price[type] * computeTime[layer * types + type];
  const cheapest = (layer: number) => all.reduce((a, b) => (rent(layer, b) < rent(layer, a) ? b : a));
  if (rule === "greedy") return [Int32Array.from({ length: layers }, (_, layer) => cheapest(layer))];
  const isCpu = (type: number) => chain.types[type].kind.toLowerCase() === "cpu";
  const cpus = all.filter(isCpu);
  const others = all.filter((type) => !isCpu(type));
  const sparse = sparseLayers(scenario, chain);
  return (cpus.length > 0 ? cpus : all).flatMap((cpu) =>
    (others.length > 0 ? others : all).map((other) =>
      Int32Array.from(sparse, (is) => (is === 1 ? cpu : other)),
    ),
  );
}

/** 1 for each layer with an op that looks rows of a table up. */
function sparseLayers({ graph }: Scenario, { layerOf, problem }: PricedChain): Uint8Array {
  const sparse = new Uint8Array(problem.layers);
  layerOf.forEach((layer, v) => {
    if (layer >= 0 && /embedding|gather/i.test(graph.types[v])) sparse[layer] = 1;
  });
  return sparse;
}
