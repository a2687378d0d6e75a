import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { annealing } from "../../../../../agents/planners/placement/search/annealing.ts";
import { hillClimb } from "../../../../../agents/planners/placement/search/hill-climb.ts";
import { lns } from "../../../../../agents/planners/placement/search/lns.ts";
import { mcmc } from "../../../../../agents/planners/placement/search/mcmc.ts";
import { tabu } from "../../../../../agents/planners/placement/search/tabu.ts";
import { runMethod } from "../../../../../agents/run/run.ts";
import {
  asPlacement,
  BudgetExhausted,
  createRng,
  evaluator,
  metered,
  type Plan,
  testScenario,
} from "../../../../../env/index.ts";
import { drawn } from "../../../../law-runs.ts";
import { bruteForce } from "../../../registry/tiny-scenarios.ts";
import { randomScenario } from "../../../seeded-scenario.ts";
import { watchedEvaluator } from "../../../watched-evaluator.ts";
import { inceptionLike } from "../../inception-like.ts";
import { devicesOf, runPlanner } from "../../run-planner.ts";

const lanes = (scale = 1) =>
  testScenario({
    graph: `
      a ${11 * scale} 30B\nb ${7 * scale} 50B\nc ${13 * scale} 20B
      d ${17 * scale} 30B <- a b\ne ${23 * scale} 50B <- b\nf ${5 * scale} 20B <- c b
      g ${8 * scale} <- d\nh ${12 * scale} <- e f\ni ${19 * scale} <- f d`,
    devices: 3,
    bytesPerUs: 10 / scale,
  });

async function* untilSpent(plans: AsyncIterable<Plan>): AsyncGenerator<Plan> {
  try {
    yield* plans;
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
  }
}

describe.each([
  ["hill-climb", hillClimb, {}],
  ["hill-climb, steepest", hillClimb, { improvement: "steepest" }],
  ["annealing", annealing, { hot: 0.3, rounds: 3 }],
  ["tabu", tabu, {}],
  ["lns", lns, {}],
  ["mcmc", mcmc, {}],
] as const)("%s", (_, module, ergodic) => {
  test("is never worse than its start, whatever the start", async () => {
    for (const start of ["random", "single-device", "round-robin"])
      for (const seed of [1, 2, 3]) {
        const { meter, best } = await runPlanner(module, lanes(), {
          options: { start },
          seed,
          evaluations: 100,
        });
        expect(best!.outcome.cost).toBeLessThanOrEqual(meter.curve[0].cost);
      }
  });

  test("finds the optimum of tiny graphs", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async (seed) => {
        const scenario = randomScenario(seed, { ops: 5, devices: ["A", "B"] });
        const { best } = await runPlanner(module, scenario, { options: ergodic, evaluations: 1_000, seed });
        expect(best!.outcome.value).toBe(bruteForce(scenario));
      }),
      { numRuns: drawn(25), seed: 7 },
    );
  });

  test("finds its way out of plans that do not fit", async () => {
    const scenario = testScenario({
      graph: "a 10 8B params=60\nb 10 8B params=60 <- a\nc 10 8B params=60 <- b\nd 10 params=10 <- c",
      memoryBytes: 150,
    });
    const { meter, best } = await runPlanner(module, scenario, { options: { start: "single-device" } });
    expect(meter.curve[0].feasible).toBe(false);
    expect(best!.outcome.value).toBe(bruteForce(scenario));
  });

  test("leaves the host out of its moves where asked to", async () => {
    const scenario = testScenario({
      graph: "a GPU:10|CPU:1 8B\nb GPU:10|CPU:1 8B <- a\nc GPU:10|CPU:1 <- b",
      devices: ["CPU", "GPU", "GPU"],
    });
    const options = { pool: "accelerators" };
    expect(devicesOf(await runPlanner(module, scenario, { options }))).not.toContain(0);
    expect(devicesOf(await runPlanner(module, scenario))).toEqual([0, 0, 0]);
  });

  test("ends by itself where no group has a choice", async () => {
    const { meter } = await runPlanner(module, testScenario({ graph: "a 10\nb 20 <- ^a", devices: 1 }));
    expect(meter.spent).toBe(1);
    expect(meter.refused).toBeNull();
  });
});

describe("hill-climb, steepest", () => {
  test("makes the best of all moves first", async () => {
    const scenario = lanes();
    const score = evaluator(scenario);
    const options = hillClimb.options.parse({ improvement: "steepest", start: "random" });
    let checked = 0;
    for (const seed of [1, 2, 3, 4]) {
      const meter = metered(evaluator(scenario), { evaluations: 100 });
      const steps: Plan[] = [];
      for await (const plan of untilSpent(hillClimb.create(options).plan(scenario, meter, createRng(seed))))
        steps.push(plan);
      const [first, second] = steps;
      const least = Math.min(
        ...Array.from({ length: scenario.grouping.groupCount }, (_, g) =>
          scenario.cluster.devices.map((_, d) => score.around(first)!.move(g, d).cost),
        ).flat(),
      );
      if (least >= score.evaluate(first).cost) continue;
      checked++;
      expect(score.evaluate(second).cost).toBe(least);
    }
    expect(checked).toBeGreaterThan(0);
  });
});

describe("lns", () => {
  test("keeps up with the climber where the graph is too large for its windows", async () => {
    for (const seed of [1, 2]) {
      const at = { evaluations: 800, seed };
      const [ours, climbed] = [
        await runPlanner(lns, inceptionLike(seed, 4), at),
        await runPlanner(hillClimb, inceptionLike(seed, 4), at),
      ];
      expect(ours.best!.outcome.cost).toBeLessThanOrEqual(1.05 * climbed.best!.outcome.cost);
    }
  });

  test("ends by itself where its window holds every group: nothing first come, first served is better", async () => {
    for (const seed of [1, 2, 3]) {
      const scenario = randomScenario(seed, { ops: 6, devices: ["A", "B"] });
      const { meter, best } = await runPlanner(lns, scenario, { evaluations: 5_000, seed });
      expect(meter.refused).toBeNull();
      expect(best!.outcome.value).toBe(bruteForce(scenario));
    }
  });
});

describe.each([
  ["annealing", annealing],
  ["tabu", tabu],
  ["lns", lns],
] as const)("%s", (_, module) => {
  test("makes the same decisions where all times are multiplied by 1,024", async () => {
    const found = async (scale: number) => {
      const { meter } = await runPlanner(module, lanes(scale), { evaluations: 300, seed: 4 });
      return meter.curve.map(({ evaluations }) => evaluations);
    };
    expect(await found(1_024)).toEqual(await found(1));
  });
});

describe("mcmc", () => {
  test("with proposals=uniform draws the present device now and then, as FlexFlow does", async () => {
    const scenario = lanes();
    const score = evaluator(scenario);
    let idle = 0;
    const watched = watchedEvaluator(score, {
      onMove(plan, group, device) {
        if (
          asPlacement(plan).device[scenario.grouping.members[scenario.grouping.memberStart[group]]] === device
        )
          idle++;
      },
    });
    for (const [proposals, least, most] of [
      ["uniform", 240, 360],
      ["other", 0, 0],
    ] as const) {
      idle = 0;
      const options = mcmc.options.parse({ proposals });
      const meter = metered(watched, { evaluations: 900 });
      await runMethod({ module: mcmc, options, scenario, meter, rng: createRng(2) });
      expect(idle).toBeGreaterThanOrEqual(least);
      expect(idle).toBeLessThanOrEqual(most);
    }
  });

  test("makes the same decisions where all times are multiplied by 1,000", async () => {
    const run = async (scale: number) => {
      const { meter, best } = await runPlanner(mcmc, lanes(scale), { evaluations: 500, seed: 4 });
      return {
        found: meter.curve.map(({ evaluations }) => evaluations),
        plan: Array.from(asPlacement(best!.plan).device),
      };
    };
    expect(await run(1_000)).toEqual(await run(1));
  });

  test.each([
    [2, 1.22],
    [4, 1.3],
  ])("on %d devices comes within %d x the bound in 3,000 evaluations", async (devices, limit) => {
    let sum = 0;
    for (const seed of [1, 2, 3]) {
      const { best, meter } = await runPlanner(mcmc, inceptionLike(seed, devices), {
        evaluations: 3_000,
        seed,
      });
      sum += best!.outcome.value! / meter.bound().value;
    }
    expect(sum / 3).toBeLessThan(limit);
  });

  test.each([
    [true, 0],
    [false, 50],
  ])(
    "with resets=%s stands on its best plan after each hundredth of the budget, else rarely",
    async (resets, atLeast) => {
      const scenario = lanes();
      const score = evaluator(scenario);
      const presentCosts: number[] = [];
      const watched = watchedEvaluator(score, {
        onMove: (plan) => presentCosts.push(score.evaluate(plan).cost),
      });
      const options = mcmc.options.parse({ resets, restarts: false, beta: 0 });
      const meter = metered(watched, { evaluations: 1_000 });
      await runMethod({ module: mcmc, options, scenario, meter, rng: createRng(2) });
      let best = Number.POSITIVE_INFINITY;
      const astray = presentCosts.filter((cost, step) => {
        best = Math.min(best, cost);
        return step % 10 === 0 && cost > best;
      });
      if (resets) expect(astray).toEqual([]);
      else expect(astray.length).toBeGreaterThan(atLeast);
    },
  );

  test("finds the optimum of tiny spaces at its defaults, of each of four by every seed", async () => {
    for (const [graphSeed, ops, devices] of [
      [1, 5, ["A", "B"]],
      [2, 6, ["A", "B"]],
      [3, 5, ["A", "A", "B"]],
      [4, 4, ["A", "A", "B", "B"]],
    ] as const) {
      const scenario = randomScenario(graphSeed, { ops, devices: [...devices] });
      const optimum = bruteForce(scenario);
      let found = 0;
      for (let seed = 1; seed <= drawn(50); seed++) {
        const { best } = await runPlanner(mcmc, scenario, { evaluations: 1_000, seed });
        if (best!.outcome.value === optimum) found++;
      }
      expect(found).toBe(drawn(50));
    }
  });

  test("starts a new chain where the present one is frozen, and without restarts stays in it", async () => {
    const optimum = bruteForce(lanes());
    const found = async (restarts: boolean) => {
      let count = 0;
      for (let seed = 1; seed <= drawn(80); seed++) {
        const { best } = await runPlanner(mcmc, lanes(), { options: { restarts }, evaluations: 1_000, seed });
        if (best!.outcome.value === optimum) count++;
      }
      return count;
    };
    expect(await found(true)).toBeGreaterThanOrEqual(drawn(72));
    expect(await found(false)).toBeLessThan(drawn(40));
  });

  test("accepts in milliseconds where asked to, as FlexFlow's code does", async () => {
    const bound = evaluator(lanes()).bound().value;
    const run = async (options: object) => {
      const { meter } = await runPlanner(mcmc, lanes(), { options, evaluations: 300, seed: 4 });
      return meter.curve.map(({ cost }) => cost);
    };
    expect(await run({ unit: "ms", beta: 30 })).toEqual(await run({ beta: (30 * bound) / 1_000 }));
  });
});
