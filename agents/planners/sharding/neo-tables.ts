/**
 * Neo's sharding of embedding tables (Mudigere et al., "Software-Hardware Co-design for Fast and
 * Scalable Training of Deep Learning Recommendation Models", ISCA 2022). Dense layers divide the
 * batch over all ranks. Tables are whole on a rank or divided, so that the largest cost of a rank
 * is small, within the memory.
 */
import { z } from "zod";
import { tablesWorld } from "../../../env/envs/embedding/tables.ts";
import { embeddingTables, withTables } from "../../../env/model/layout/embedding-tables.ts";
import type { PlannerModule } from "../../contract.ts";
import { differencing } from "../../exact/sharding/balance/differencing.ts";
import { longestFirst } from "../../exact/sharding/balance/longest-first.ts";
import { withinMemory } from "../../exact/sharding/balance/memory-repair.ts";
import { type Balance, chosenSchemes } from "../../exact/sharding/balance/table-schemes.ts";
import { bestTableShards } from "../../exact/sharding/balance/table-shards.ts";
import { tableCostsUs } from "../../problems/sharding/embedding-tables.ts";
import { noSharding } from "../../problems/sharding/mesh/meshes.ts";

const options = z.strictObject({
  heuristic: z
    .enum(["greedy", "karmarkar-karp", "branch-and-bound"])
    .default("greedy")
    .describe("Longest first within memory, differencing with a repair, or all choices up to 12 tables."),
  divided: z
    .int()
    .min(0)
    .default(8)
    .describe("Most of the costliest tables that are divided by columns; 0 leaves all tables whole."),
});
type Options = z.infer<typeof options>;

/** Branch and bound takes exponential time. */
const MOST_TABLES = 12;

export const neoTables: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "neo-tables",
    systems: ["neo"],
    name: "Neo",
    summary: "Balances embedding tables over the accelerators by what they read and send, within memory.",
    searchSpace: "a rank for each embedding table, or slices of columns or rows on all ranks",
    paper:
      "Mudigere et al.: Software-Hardware Co-design for Fast and Scalable Training of Deep Learning Recommendation Models. ISCA 2022",
    limits:
      "Slices are over all ranks, not over some, and tables are not divided inside a machine alone. The costs are reads and sends of the forward pass. " +
      "How many tables are divided is tried out; tables that no rank has room for are divided by rows. The repair of Karmarkar-Karp within memory is ours. " +
      "Branch and bound takes at most 12 tables.",
  },
  traits: { answers: "sharding", objectives: ["iteration"], effort: "instant", random: false, special: true },
  refuses(scenario, { heuristic }) {
    const none = noSharding(scenario);
    if (none !== null) return none;
    const { length } = embeddingTables(scenario.graph);
    if (length === 0) return "Neo balances embedding tables, and no op of the graph looks up rows of one.";
    if (heuristic !== "branch-and-bound" || length <= MOST_TABLES) return null;
    return `Branch and bound takes at most ${MOST_TABLES} tables, and there are ${length}.`;
  },
  options,
  create: ({ heuristic, divided }) => ({
    async *plan(scenario, evaluator) {
      const { base, tables, room, copies } = tablesWorld(scenario);
      const ranks = room.length;
      const chosen = chosenSchemes(
        {
          ranks,
          costs: tableCostsUs(scenario, base.mesh.devices, tables),
          bytes: tables.map(({ bytes }) => bytes * copies),
          hasColumns: tables.map(({ columns }) => columns >= ranks),
          limit: Math.min(...room),
        },
        balances[heuristic],
        divided,
      );
      if (chosen === null) return { failure: `The tables do not fit the memory by ${heuristic}.` };

      const { schemes, loads } = chosen;
      const plan = withTables(
        scenario.graph,
        base,
        tables.map((table, i) => ({ table, scheme: schemes[i] })),
      );
      evaluator.evaluate(plan);
      yield plan;
      const count = (wanted: string) => schemes.filter((scheme) => scheme === wanted).length;
      const mean = loads.reduce((sum, load) => sum + load, 0) / ranks;
      return {
        facts: [
          { name: "tables", value: tables.length },
          { name: "divided by columns", value: count("columns") },
          { name: "divided by rows", value: count("rows") },
          { name: "largest cost of a rank", value: Math.max(...loads), unit: "us" },
          { name: "largest over mean cost", value: Math.max(...loads) / mean },
        ],
      };
    },
  }),
};

const balances: Readonly<Record<Options["heuristic"], Balance>> = {
  greedy: longestFirst,
  "karmarkar-karp": (weights, ranks, memory) => withinMemory(differencing(weights, ranks), weights, memory),
  "branch-and-bound": (weights, ranks, { bytes, limit }) => {
    const tables = weights.map((cost, i) => [{ name: "whole", shards: [{ cost, bytes: bytes[i] }] }]);
    const best = bestTableShards({ devices: ranks, limit, tables });
    if (best === null) return null;
    const loads = new Float64Array(ranks);
    const binOf = Int32Array.from(best.devicesOf, ([device]) => device);
    binOf.forEach((bin, i) => {
      loads[bin] += weights[i];
    });
    return { binOf, loads };
  },
};
