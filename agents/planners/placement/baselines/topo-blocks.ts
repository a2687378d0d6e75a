/**
 * Contiguous blocks of equal compute. The order of groups is cut into one block per accelerator,
 * for every number of accelerators; the slowest block is as fast as possible. It is the chain form
 * of the dynamic program for pipelines (Tarnawski et al., NeurIPS 2020, "DPL" without transfers).
 */
import { z } from "zod";
import { type GroupGraph, groupGraph } from "../../../../env/model/coarsen/group-graph.ts";
import type { PlannerModule } from "../../../contract.ts";
import { type Choices, choicesOf, planOf } from "../../../problems/choices.ts";
import { partitionChain } from "../../../search/lines/chain-partition.ts";

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

/**
 * Device of each group, with the order cut over the first `blocks` accelerators. Null if some group
 * cannot run on its accelerator.
 */
function blocksOver({ legal, devices }: Choices, groups: GroupGraph, blocks: number): Int32Array | null {
  const used = devices.subarray(0, blocks);
  const computeUs = new Float64Array(legal.length * blocks);
  legal.forEach((allowed, g) => {
    // A group that runs only on devices outside the pool is in no block.
    const free = allowed.some((d) => devices.includes(d));
    used.forEach((d, k) => {
      computeUs[g * blocks + k] = free ? groups.computeUs[g * groups.deviceCount + d] : 0;
    });
  });
  const block = partitionChain(computeUs, blocks);
  if (block === null) return null;
  return Int32Array.from(legal, (allowed, g) =>
    allowed.includes(used[block[g]]) ? used[block[g]] : allowed[0],
  );
}
