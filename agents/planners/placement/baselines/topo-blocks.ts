/**
 * Contiguous blocks of equal compute. The order of groups is cut into one block per accelerator,
 * for every number of accelerators; the slowest block is as fast as possible. It is the chain form
 * of the dynamic program for pipelines (Tarnawski et al., NeurIPS 2020, "DPL" without transfers).
 */
import { z } from "zod";
import { groupGraph } from "../../../../env/model/coarsen/group-graph.ts";
import type { PlannerModule } from "../../../contract.ts";
import { choicesOf, planOf } from "../../../problems/choices.ts";
import { blocksOver } from "../../../search/lines/order-blocks.ts";

const options = z.strictObject({});

export const topoBlocks: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "topo-blocks",
    name: "Topological blocks",
    summary:
      "Cuts the topological order of the groups into blocks of equal compute, on 1, 2, ... accelerators.",
    searchSpace: "contiguous blocks over the first accelerators of the cluster",
    limits: "Balances compute only and ignores transfers and memory. Leaves the CPU to groups that need it.",
  },
  traits: { answers: "placement", objectives: "any", effort: "instant", random: false, usefulFirst: 9 },
  options,
  create: () => ({
    async *plan(scenario, evaluator) {
      const choices = choicesOf(scenario, "accelerators");
      const groups = groupGraph(scenario);
      let bestCost = Number.POSITIVE_INFINITY;
      let plans = 0;
      for (let blocks = 1; blocks <= choices.devices.length; blocks++) {
        const groupDevice = blocksOver(choices, groups, blocks);
        if (groupDevice === null) continue;
        plans++;
        const plan = planOf(choices, groupDevice);
        const { cost } = evaluator.evaluate(plan);
        if (cost >= bestCost) continue;
        bestCost = cost;
        yield plan;
      }
      if (plans > 0) return undefined;
      return { failure: "No cut of the group order gives every block an accelerator that can run it." };
    },
  }),
};
