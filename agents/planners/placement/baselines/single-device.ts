/**
 * Everything on one device, for each device in turn. Half of the rows in ColocRL's table are this
 * baseline (Mirhoseini et al., ICML 2017). A group that the device cannot run goes to the first
 * device that can.
 */
import { z } from "zod";
import type { Scenario } from "../../../../env/model/scenario.ts";
import type { Fact, PlannerModule } from "../../../contract.ts";
import { type Choices, choicesOf, planOf } from "../../../problems/choices.ts";
import { onOneDevice } from "../../../problems/constructions.ts";

const options = z.strictObject({});

export const singleDevice: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "single-device",
    name: "Single device",
    summary: "Puts every group on one device, tries every device and keeps the best.",
    searchSpace: "one device for all groups",
  },
  traits: { answers: "placement", objectives: "any", effort: "instant", random: false, usefulFirst: 8 },
  options,
  create: () => ({
    async *plan(scenario, evaluator) {
      const choices = choicesOf(scenario, "all");
      let bestCost = Number.POSITIVE_INFINITY;
      let best = 0;
      for (let d = 0; d < choices.deviceCount; d++) {
        const plan = planOf(choices, onOneDevice(choices, d));
        const { cost } = evaluator.evaluate(plan);
        if (cost >= bestCost) continue;
        bestCost = cost;
        best = d;
        yield plan;
      }
      return { facts: factsOf(scenario, choices, best) };
    },
  }),
};

/** The device of the best plan, and what it cannot run. */
function factsOf({ cluster }: Scenario, { legal }: Choices, device: number): Fact[] {
  const elsewhere = legal.filter((devices) => !devices.includes(device)).length;
  const chosen: Fact = { name: "all on", value: cluster.devices[device].name };
  return elsewhere === 0
    ? [chosen]
    : [chosen, { name: "groups that it cannot run, elsewhere", value: elsewhere }];
}
