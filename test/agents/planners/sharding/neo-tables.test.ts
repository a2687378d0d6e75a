/** Neo's list: textbook values, bounds of the heuristics, memory, and the tables of Criteo. */
import { describe, expect, test } from "vitest";
import { differencing } from "../../../../agents/exact/sharding/balance/differencing.ts";
import { longestFirst } from "../../../../agents/exact/sharding/balance/longest-first.ts";
import { largest, smallestLargestLoad } from "../../../../agents/exact/sharding/balance/smallest-largest.ts";
import { dataParallel } from "../../../../agents/planners/sharding/data-parallel.ts";
import { neoTables } from "../../../../agents/planners/sharding/neo-tables.ts";
import { createRng, createTablesEnv, type ShardingPlan, tablesReplay } from "../../../../env/index.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";
import { criteoKaggle, criteoTerabyte } from "../../../../scenarios/workloads/sparse/dlrm.ts";
import { runPlanner } from "../run-planner.ts";

test("8, 7, 6, 5 and 4 on two devices differ by 4, 2 and 0", () => {
  const weights = [8, 7, 6, 5, 4];
  const differences = [
    longestFirst(weights, 2)!,
    differencing(weights, 2),
    smallestLargestLoad(weights, 2),
  ].map(({ loads }) => Math.abs(loads[0] - loads[1]));
  expect(differences).toEqual([4, 2, 0]);
});

test.each(["uniform", "heavy-tailed"])(
  "%s weights: differencing is no worse than greedy in 270 of 300 draws",
  (kind) => {
    const rng = createRng(`tables ${kind}`);
    let [noWorse, within] = [0, 0];
    for (let i = 0; i < 300; i++) {
      const devices = 2 + rng.int(2);
      const weights = Array.from({ length: 4 + rng.int(7) }, () =>
        kind === "uniform" ? 1 + rng.int(100) : Math.ceil(1 / (0.001 + rng.next())),
      );
      const greedy = largest(longestFirst(weights, devices)!.loads);
      if (largest(differencing(weights, devices).loads) <= greedy) noWorse++;
      if (greedy <= (4 / 3) * largest(smallestLargestLoad(weights, devices).loads)) within++;
    }
    expect(noWorse).toBeGreaterThanOrEqual(270);
    expect(within).toBe(300);
  },
);

describe("26 tables of Criteo", () => {
  // Rows are those of the scripts of facebookresearch/dlrm. A step reads all tables alike.
  test.each([
    ["kaggle", criteoKaggle],
    ["terabyte", criteoTerabyte],
  ])(
    "balance to 1.05 of the mean on 8 devices with the two largest in 8 slices of columns: %s",
    (_, sizes) => {
      const { rows, columns } = sizes;
      expect([rows.length, columns % 8]).toEqual([26, 0]);
      const sliced = [...rows.keys()].sort((a, b) => rows[b] - rows[a]).slice(0, 2);
      const shards = rows.flatMap((_rows, table) =>
        sliced.includes(table) ? new Array<number>(8).fill(columns / 8) : [columns],
      );
      const { loads } = longestFirst(shards, 8)!;
      const mean = (26 * columns) / 8;
      expect(largest(loads) / mean).toBeLessThanOrEqual(1.05);
      expect(largest(longestFirst(new Array<number>(26).fill(columns), 8)!.loads) / mean).toBeCloseTo(
        4 / 3.25,
        12,
      );
    },
  );

  test.each(["greedy", "karmarkar-karp"])(
    "are placed on 8 devices, two in slices of columns, within memory, as an episode does: %s",
    async (heuristic) => {
      const scenario = await resolveScenario("dlrm-kaggle/8xP100?batch=256", { objective: "iteration" });
      const { best, report } = await runPlanner(neoTables, scenario, { options: { heuristic } });
      const plan = best!.plan as ShardingPlan;
      expect(best!.outcome.feasible).toBe(true);
      expect(plan.owners).toHaveLength(24);
      expect(report.facts!.map(({ value }) => value)).toEqual([
        26,
        2,
        0,
        expect.any(Number),
        expect.closeTo(1, 9),
      ]);
      const actions = tablesReplay(scenario, plan);
      if (typeof actions === "string") throw new Error(actions);
      const env = createTablesEnv({ scenario });
      env.reset();
      const steps = actions.map((action) => env.step(action));
      expect(steps[steps.length - 1].info.outcome!.cost).toBe(best!.outcome.cost);
    },
  );

  test("whole tables alone come to 4 on 3.25, and any heuristic beats copies of all", async () => {
    const scenario = await resolveScenario("dlrm-kaggle/8xP100?batch=256", { objective: "iteration" });
    const { best, report } = await runPlanner(neoTables, scenario, { options: { divided: 0 } });
    expect(report.facts!.at(-1)!.value).toBeCloseTo(4 / 3.25, 9);
    const copies = await runPlanner(dataParallel, scenario);
    expect(best!.outcome.cost).toBeLessThan(copies.best!.outcome.cost);
  });
});

test("says in a sentence what does not fit, has no tables or too many", async () => {
  const run = async (spec: string, options = {}, memoryBytes = Number.NaN) => {
    const scenario = await resolveScenario(spec, { objective: "iteration" });
    const devices = scenario.cluster.devices.map((device) =>
      Number.isNaN(memoryBytes) ? device : { ...device, memoryBytes },
    );
    const cluster = { ...scenario.cluster, devices };
    return (await runPlanner(neoTables, { ...scenario, cluster }, { options })).report.failure;
  };
  expect(await run("dlrm-kaggle/8xP100?batch=256", { divided: 0 }, 2e8)).toMatch(
    /^The tables do not fit the memory by greedy\.$/,
  );
  expect(await run("alexnet/4xV100?batch=8")).toMatch(/no op of the graph looks up rows/);
  expect(await run("dlrm-kaggle/8xP100?batch=256", { heuristic: "branch-and-bound" })).toMatch(/at most 12/);
});
