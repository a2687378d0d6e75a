import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { AgentModule } from "../../../agents/contract.ts";
import {
  evaluator,
  type PlanJson,
  placement,
  planFromJson,
  type RngState,
  restoreRng,
  testScenario,
} from "../../../env/index.ts";
import { readLog } from "../../../results/files/append-log.ts";
import { EVENTS } from "../../../results/training/copies/event-file.ts";
import { readPolicy } from "../../../results/training/policy-file.ts";
import { resumeParts, trainParts } from "../../../results/training/train.ts";
import { orders, request, scenario, scenarios, walkerWith } from "./walker.ts";

/** Moves one op at random in each update, on the task it draws; its policy counts the updates. */
const wanderer: AgentModule = {
  kind: "agent",
  card: { id: "wanderer", name: "Wanderer", summary: "Wanders.", searchSpace: "device per op" },
  options: z.object({}),
  actEvaluations: () => 1,
  async create({ tasks, rng: given }) {
    let rng = given;
    let update = 0;
    let steps = 0;
    const random = (opCount: number) => placement(Int32Array.from({ length: opCount }, () => rng.int(3)));
    return {
      backend: null,
      async *train() {
        for (;;) {
          const { name, scenario, evaluator } = await tasks.draw(rng);
          for (let i = 0; i < 4; i++) evaluator.evaluate(random(scenario.graph.opCount));
          steps++;
          yield { update: ++update, task: name, metrics: { draw: rng.next() } };
        }
      },
      async act({ scenario, evaluator }) {
        const plan = placement(new Int32Array(scenario.graph.opCount).fill(steps % 3));
        evaluator.evaluate(plan);
        return plan;
      },
      savePolicy: async () => ({ steps }),
      async loadPolicy(saved) {
        ({ steps } = saved as { steps: number });
      },
      saveRun: async () => ({ update, steps, rng: rng.state() }),
      async loadRun(saved) {
        const state = saved as { update: number; steps: number; rng: RngState };
        ({ update, steps } = state);
        rng = restoreRng(state.rng);
      },
      dispose() {},
    };
  },
};

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let ticks = 0;
const clock = () => ++ticks;
/** Event files hold bytes that are no text, so bytes are compared as such. */
const textOf = (run: string, name: string) => readFileSync(join(folder, run, name), "latin1");

/** Breaks off with an error out of the blue, as a kill would: nothing is tidied up. */
async function killedAt(
  update: number,
  go: (onStep: (step: { update: number }) => void) => Promise<unknown>,
) {
  await expect(
    go((step) => {
      if (step.update === update) throw new Error("killed");
    }),
  ).rejects.toThrow("killed");
}

describe.each([
  ["without an order of ops", walkerWith([])],
  ["with an order of ops", walkerWith(orders)],
])("training an agent whose plans are %s", (name, module) => {
  const parts = { scenarios, module, options: {} };

  test("spends its budget, logs every update and leaves a result", async () => {
    const path = join(folder, "run");
    const seen: number[] = [];
    const result = await trainParts(path, request, parts, {
      clock,
      cpuClock: clock,
      onStep: ({ update }) => seen.push(update),
    });
    expect(result).toMatchObject({ finished: true, updates: 20, evaluations: 81 });
    const [trained] = result.scenarios;
    expect(result.scenarios).toHaveLength(1);
    expect(trained).toMatchObject({ scenario: "tiny", evaluations: 81, feasible: true });
    expect(seen).toHaveLength(20);
    expect(readLog(join(path, "metrics.jsonl"))).toHaveLength(20);
    expect(JSON.parse(textOf("run", "result.json"))).toEqual(result);
    const plans = readLog(join(path, "plans.jsonl")) as { value: number; plan: PlanJson }[];
    expect(plans.at(-1)?.value).toBe(trained.value);
    expect(plans.at(-1)?.plan).toEqual(trained.plan);
    for (const { plan, value } of plans) {
      expect("opPriority" in plan).toBe(name === "with an order of ops");
      const again = planFromJson(scenario, plan, "The plan");
      expect(evaluator(scenario).evaluate(again).value).toBe(value);
    }
    expect(readdirSync(path).sort()).toEqual([
      "checkpoint",
      EVENTS,
      "metrics.csv",
      "metrics.jsonl",
      "plans.jsonl",
      "policy.json",
      "result.json",
      "run.json",
      "times.json",
    ]);
  });

  test.each([3, 5, 7, 12, 20])(
    "killed after update %i and resumed, it leaves the same bytes, times apart",
    async (update) => {
      await trainParts(join(folder, "whole"), request, parts, { clock, cpuClock: clock });
      const path = join(folder, "broken");
      await killedAt(update, (onStep) =>
        trainParts(path, request, parts, { clock, cpuClock: clock, onStep }),
      );
      await resumeParts(path, parts, { clock, cpuClock: clock });
      for (const name of [
        "run.json",
        "metrics.jsonl",
        "metrics.csv",
        EVENTS,
        "plans.jsonl",
        "policy.json",
        "result.json",
        "checkpoint/state.json",
      ])
        expect(textOf("broken", name), name).toBe(textOf("whole", name));
    },
  );

  test("survives being killed again and again", async () => {
    await trainParts(join(folder, "whole"), request, parts, { clock, cpuClock: clock });
    const path = join(folder, "broken");
    await killedAt(6, (onStep) => trainParts(path, request, parts, { clock, cpuClock: clock, onStep }));
    await killedAt(8, (onStep) => resumeParts(path, parts, { clock, cpuClock: clock, onStep }));
    await killedAt(16, (onStep) => resumeParts(path, parts, { clock, cpuClock: clock, onStep }));
    await resumeParts(path, parts, { clock, cpuClock: clock });
    for (const name of ["metrics.jsonl", "metrics.csv", EVENTS, "plans.jsonl", "result.json"])
      expect(textOf("broken", name), name).toBe(textOf("whole", name));
  });

  test("stopped by a signal it says so, keeps no result, and can go on to the same end", async () => {
    const whole = await trainParts(join(folder, "whole"), request, parts, { clock, cpuClock: clock });
    const path = join(folder, "stopped");
    const abort = new AbortController();
    const onStep = ({ update }: { update: number }) => update === 7 && abort.abort();
    const stopped = await trainParts(path, request, parts, {
      clock,
      cpuClock: clock,
      signal: abort.signal,
      onStep,
    });
    expect(stopped).toMatchObject({ finished: false, updates: 7 });
    expect(readdirSync(path)).not.toContain("result.json");
    expect(await resumeParts(path, parts, { clock, cpuClock: clock })).toEqual(whole);
  });

  test("cannot be resumed or begun a second time while it lives, and leaves no lock", async () => {
    const path = join(folder, "run");
    const refusals: Promise<unknown>[] = [];
    const refusalOf = (running: Promise<unknown>) =>
      running.then(
        () => null,
        (error: unknown) => error,
      );
    const onStep = ({ update }: { update: number }) => {
      if (update === 6) refusals.push(refusalOf(resumeParts(path, parts, { clock, cpuClock: clock })));
    };
    await trainParts(path, request, parts, { clock, cpuClock: clock, onStep });
    expect(refusals).toHaveLength(1);
    expect(String(await refusals[0])).toMatch(/is in use by this process already/);
    expect(readdirSync(path)).not.toContain("run.lock");
    await trainParts(join(folder, "whole"), request, parts, { clock, cpuClock: clock });
    expect(textOf("run", "metrics.jsonl")).toBe(textOf("whole", "metrics.jsonl"));
  });

  test("reports the policy's own plan apart from the best one, with its value and what it cost", async () => {
    const { scenarios: results } = await trainParts(join(folder, "run"), request, parts, {
      clock,
      cpuClock: clock,
    });
    const { greedyPlan, greedyValue, greedyGap, greedyEvaluations, greedySimulations, value, bound } =
      results[0];
    const own = planFromJson(scenario, greedyPlan, "The plan");
    expect(evaluator(scenario).evaluate(own).value).toBe(greedyValue);
    expect({ greedyEvaluations, greedySimulations }).toEqual({ greedyEvaluations: 1, greedySimulations: 1 });
    expect(greedyValue).toBeGreaterThan(value!);
    expect(greedyGap).toBe(greedyValue! / bound - 1);
  });

  test("another seed gives another curve", async () => {
    await trainParts(join(folder, "one"), request, parts, { clock, cpuClock: clock });
    await trainParts(join(folder, "two"), { ...request, seed: 4 }, parts, { clock, cpuClock: clock });
    expect(textOf("two", "metrics.jsonl")).not.toBe(textOf("one", "metrics.jsonl"));
  });

  test("refuses a directory in use, a finished run and a changed scenario, each in a sentence", async () => {
    const path = join(folder, "run");
    await killedAt(6, (onStep) => trainParts(path, request, parts, { clock, cpuClock: clock, onStep }));
    await expect(trainParts(path, request, parts, { clock, cpuClock: clock })).rejects.toThrow(
      /already holds a run/,
    );
    const changed = testScenario({ graph: "a 10", devices: 3 });
    const other = { ...parts, scenarios: new Map([["tiny", changed]]) };
    await expect(resumeParts(path, other, { clock, cpuClock: clock })).rejects.toThrow(
      /content hash differs/,
    );
    await resumeParts(path, parts, { clock, cpuClock: clock });
    await expect(resumeParts(path, parts, { clock, cpuClock: clock })).rejects.toThrow(/is finished/);
    await expect(resumeParts(join(folder, "none"), parts, { clock, cpuClock: clock })).rejects.toThrow(
      /run.json is missing/,
    );
    const never = { ...request, checkpointEvery: 0 };
    await expect(trainParts(join(folder, "new"), never, parts, { clock, cpuClock: clock })).rejects.toThrow(
      /every 0 updates/,
    );
  });
});

describe("training on several scenarios", () => {
  const parts = {
    scenarios: new Map([
      ["tiny", scenario],
      ["chain", testScenario({ graph: "a 10 9B\nb 20 9B <- a\nc 30 9B <- b\nd 5\ne 5", devices: 3 })],
    ]),
    module: wanderer,
    options: {},
  };
  const several = { ...request, scenarios: ["tiny", "chain"], budget: { evaluations: 82 } };
  const hooks = { clock, cpuClock: clock };

  test("keeps the best plan of each on one budget, and says which an update was on", async () => {
    const path = join(folder, "run");
    const result = await trainParts(path, several, parts, hooks);
    expect(result).toMatchObject({ finished: true, updates: 20, evaluations: 82 });
    expect(result.scenarios.map((one) => one.scenario)).toEqual(["tiny", "chain"]);
    const [tiny, chain] = result.scenarios;
    expect(tiny.evaluations + chain.evaluations).toBe(82);
    for (const { scenario: name, plan, value, greedyValue } of result.scenarios) {
      const score = evaluator(parts.scenarios.get(name)!);
      const best = planFromJson(score.scenario, plan, "The plan");
      expect(score.evaluate(best).value).toBe(value);
      expect(greedyValue).toBeGreaterThanOrEqual(value!);
    }
    const updates = readLog(join(path, "metrics.jsonl")) as { scenario: string; evaluations: number }[];
    expect(new Set(updates.map((update) => update.scenario))).toEqual(new Set(["tiny", "chain"]));
    expect(updates.map(({ evaluations }) => evaluations)).toEqual(updates.map((_, i) => 4 * (i + 1)));
  });

  test.each([3, 5, 7, 12, 20])(
    "killed after update %i and resumed, it leaves the same bytes, times apart",
    async (update) => {
      await trainParts(join(folder, "whole"), several, parts, hooks);
      const path = join(folder, "broken");
      await killedAt(update, (onStep) => trainParts(path, several, parts, { ...hooks, onStep }));
      await resumeParts(path, parts, hooks);
      const names = ["run.json", "metrics.jsonl", "metrics.csv", EVENTS, "plans.jsonl", "policy.json"];
      for (const name of [...names, "result.json"])
        expect(textOf("broken", name), name).toBe(textOf("whole", name));
      expect(textOf("broken", "checkpoint/state.json")).toBe(textOf("whole", "checkpoint/state.json"));
    },
  );

  test("begins with the policy of a finished run, and counts what that had cost", async () => {
    await trainParts(join(folder, "first"), several, parts, hooks);
    const init = readPolicy(join(folder, "first"));
    expect(init).toMatchObject({ agent: "wanderer", pretraining: { simulations: 82, evaluations: 82 } });
    const second = join(folder, "second");
    const again = { ...request, budget: { evaluations: 9 } };
    const result = await trainParts(second, again, { ...parts, scenarios, init }, hooks);
    expect(result.pretraining).toEqual({ run: join(folder, "first"), simulations: 82, evaluations: 82 });
    const learned = readPolicy(second);
    expect(learned.pretraining).toMatchObject({ simulations: 91, evaluations: 91 });
    expect(learned.policy).toEqual({ steps: 20 + 2 });
    expect(() => readPolicy(folder)).toThrow(/holds no policy: policy.json is missing/);
  });
});

test("an order of ops changes what a plan scores, so that losing it would show", () => {
  const score = evaluator(scenario);
  const apart = [0, 1, 1, 1, 0];
  const values = [undefined, ...orders].map((order) => score.evaluate(placement(apart, order)).value);
  expect(new Set(values).size).toBeGreaterThan(1);
});

test("a checkpoint of version 0.1.0, whose plans were lists of devices, can be resumed", async () => {
  const parts = { scenarios, module: walkerWith([]), options: {} };
  await trainParts(join(folder, "whole"), request, parts, { clock, cpuClock: clock });
  const path = join(folder, "old");
  await killedAt(7, (onStep) => trainParts(path, request, parts, { clock, cpuClock: clock, onStep }));
  const file = join(path, "checkpoint/state.json");
  const stored = JSON.parse(readFileSync(file, "utf8"));
  const { meters, format: _, sha256: __, metricsSha256: ___, plansSha256: ____, ...checkpoint } = stored;
  const meter = meters.tiny;
  const { plan, evaluation, cost } = meter.best;
  const old = {
    spent: meter.evaluations,
    best: { device: plan.device, evaluation, cost },
    curve: meter.curve.map(({ simulations: _, ...point }: { simulations: number }) => point),
  };
  writeFileSync(file, JSON.stringify({ ...checkpoint, meter: old }));
  await resumeParts(path, parts, { clock, cpuClock: clock });
  expect(textOf("old", "result.json")).toBe(textOf("whole", "result.json"));
});
