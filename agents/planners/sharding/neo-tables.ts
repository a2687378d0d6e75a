/**
 * Neo's balancing of embedding tables (Mudigere et al., "Software-Hardware Co-design for Fast and
 * Scalable Training of Deep Learning Recommendation Models", ISCA 2022), table by table. The
 * largest cost of a device is made small, within the memory. It is done by longest first, by the
 * largest differencing method with a repair, or exactly.
 *
 * A placement has no copies. So all that is no table is on the first device, where Neo has it on
 * all of them.
 */
import { z } from "zod";
import { allowedDevices, type Scenario } from "../../../env/model/scenario.ts";
import type { PlannerModule } from "../../contract.ts";
import { differencing } from "../../exact/sharding/balance/differencing.ts";
import { type BinMemory, longestFirst } from "../../exact/sharding/balance/longest-first.ts";
import { withinMemory } from "../../exact/sharding/balance/memory-repair.ts";
import { bestTableShards } from "../../exact/sharding/balance/table-shards.ts";
import { choicesOf, planOf } from "../../problems/choices.ts";
import { reservations } from "../../problems/schedule/scenario.ts";
import { type GroupTables, groupTables } from "../../problems/sharding/embedding-tables.ts";

const options = z.strictObject({
  heuristic: z
    .enum(["greedy", "karmarkar-karp", "branch-and-bound"])
    .default("greedy")
    .describe("Longest first within memory, differencing with a repair, or all choices up to 12 tables."),
});
type Options = z.infer<typeof options>;

/** Branch and bound takes exponential time. */
const MOST_TABLES = 12;

export const neoTables: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "neo-tables",
    systems: ["neo"],
    name: "Neo, table-wise",
    summary: "Balances embedding tables over the accelerators by what they read and send, within memory.",
    searchSpace: "device of each embedding table; all else on the first accelerator",
    paper:
      "Mudigere et al.: Software-Hardware Co-design for Fast and Scalable Training of Deep Learning Recommendation Models. ISCA 2022",
    limits:
      "Tables whole on one device. Row-wise, column-wise and copied tables are no plans here, nor are dense layers on all devices. " +
      "The costs are reads and sends of the forward pass. The repair of Karmarkar-Karp within memory is ours. " +
      "Branch and bound takes at most 12 groups of tables.",
  },
  traits: { answers: "placement", objectives: "any", effort: "instant", random: false, special: true },
  refuses(scenario, { heuristic }) {
    const tables = groupTables(scenario, acceleratorsOf(scenario));
    if (tables.length === 0)
      return "Neo balances embedding tables, and no op of the graph looks up rows of one.";
    if (heuristic !== "branch-and-bound" || tables.length <= MOST_TABLES) return null;
    return `Branch and bound takes at most ${MOST_TABLES} groups of tables, and there are ${tables.length}.`;
  },
  options,
  create: ({ heuristic }) => ({
    async *plan(scenario, evaluator) {
      const choices = choicesOf(scenario, "accelerators");
      const devices = acceleratorsOf(scenario);
      const tables = groupTables(scenario, devices);
      const memory = memoryOf(scenario, devices, tables);
      const weights = tables.map(({ costUs }) => costUs);
      const binOf = balanced(heuristic, weights, devices.length, memory);
      if (binOf === null) return { failure: `The tables do not fit the memory by ${heuristic}.` };

      const groupDevice = Int32Array.from(choices.legal, (legal) =>
        legal.includes(devices[0]) ? devices[0] : legal[0],
      );
      tables.forEach(({ group }, table) => {
        groupDevice[group] = devices[binOf[table]];
      });
      const plan = planOf(choices, groupDevice);
      evaluator.evaluate(plan);
      yield plan;
      const loads = new Float64Array(devices.length);
      weights.forEach((weight, table) => {
        loads[binOf[table]] += weight;
      });
      const total = loads.reduce((sum, load) => sum + load, 0);
      return {
        facts: [
          { name: "tables", value: tables.reduce((count, own) => count + own.tables.length, 0) },
          { name: "largest cost of a device", value: Math.max(...loads), unit: "us" },
          { name: "largest over mean cost", value: (Math.max(...loads) * loads.length) / total },
        ],
      };
    },
  }),
};

/** Those that run every table. */
function acceleratorsOf(scenario: Scenario): number[] {
  const allowed = allowedDevices(scenario);
  const { devices } = choicesOf(scenario, "accelerators");
  const groups = new Set(
    scenario.graph.types.flatMap((type, v) => (type === "Embedding" ? [scenario.grouping.groupOf[v]] : [])),
  );
  const count = scenario.cluster.devices.length;
  return Array.from(devices).filter((d) => [...groups].every((group) => allowed[group * count + d] === 1));
}

/** What all devices have room for beside the dense part, which one of them holds. */
function memoryOf(scenario: Scenario, devices: readonly number[], tables: readonly GroupTables[]): BinMemory {
  const { setBytes, limitBytes } = reservations(scenario, 0);
  const all = setBytes.reduce((sum, bytes) => sum + bytes, 0);
  const dense = tables.reduce((rest, { bytes }) => rest - bytes, all);
  return {
    bytes: tables.map(({ bytes }) => bytes),
    limit: Math.min(...devices.map((d) => limitBytes[d])) - Math.max(0, dense),
  };
}

function balanced(
  heuristic: Options["heuristic"],
  weights: readonly number[],
  devices: number,
  memory: BinMemory,
): ArrayLike<number> | null {
  if (heuristic === "greedy") return longestFirst(weights, devices, memory)?.binOf ?? null;
  if (heuristic === "karmarkar-karp")
    return withinMemory(differencing(weights, devices), weights, memory)?.binOf ?? null;
  const tables = weights.map((cost, i) => [{ name: "whole", shards: [{ cost, bytes: memory.bytes[i] }] }]);
  const best = bestTableShards({ devices, limit: memory.limit, tables });
  return best === null ? null : best.devicesOf.map(([device]) => device);
}
