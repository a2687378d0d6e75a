/**
 * The cheapest plan of types, exact (exact/provisioning/cheapest-plan.ts). Each layer has a type of
 * rented devices, neighbours of one type are a stage, and each stage has the cheapest units. It is
 * the yardstick of HeterPS, whose space of plans it shares.
 */
import { z } from "zod";
import { planOfUnits } from "../../../../env/sim/objectives/provisioning/plan-of-types.ts";
import { pricedChain } from "../../../../env/sim/objectives/provisioning/priced-chain.ts";
import type { PlannerModule } from "../../../contract.ts";
import { cheapestPlan } from "../../../exact/provisioning/cheapest-plan.ts";

const options = z.strictObject({});

export const cheapestTypes: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "cheapest-types",
    name: "Cheapest types",
    summary: "Finds the cheapest device type of each layer and the cheapest units of each stage.",
    searchSpace: "device type per layer; neighbours of one type are a stage with its cheapest units",
    limits:
      "Stages of one type that follow each other are one stage. A pipeline that keeps them apart can cost less where more " +
      "devices divide only a share of the work.",
  },
  traits: {
    answers: "pipeline",
    objectives: ["cost"],
    effort: "seconds",
    random: false,
    special: true,
    usefulFirst: 1,
  },
  options,
  create: () => ({
    async *plan(scenario, evaluator) {
      const chain = pricedChain(scenario);
      const found = cheapestPlan(chain.problem);
      if (found === null)
        return {
          failure: "No types of the layers reach the demanded throughput with the devices there are.",
        };
      const plan = planOfUnits(chain, found.typeOf, found.provisioning.units);
      evaluator.evaluate(plan);
      yield plan;
      return { optimalAmong: "types of layers" };
    },
  }),
};
