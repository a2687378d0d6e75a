import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { AgentModule } from "../../../agents/contract.ts";
import { placement, type RngState, restoreRng, testScenario } from "../../../env/index.ts";
import { readLog } from "../../../results/files/append-log.ts";
import { resumeParts, type TrainRequest, trainParts } from "../../../results/training/train.ts";

/**
 * Walks at random and keeps its place, its count and its random stream: enough state for a resume
 * to get wrong.
 */
const walker: AgentModule = {
  kind: "agent",
  card: {
    id: "walker",
    name: "Random walker",
    summary: "Moves one op at a time.",
    searchSpace: "device per op",
  },
  options: z.object({}),
  actEvaluations: () => 1,
  async create({ scenario, evaluator, rng: given }) {
    let rng = given;
    let update = 0;
    const device = new Int32Array(scenario.graph.opCount);
    return {
      backend: null,
      async *train() {
        for (;;) {
          let cost = 0;
          for (let i = 0; i < 4; i++) {
            device[rng.int(device.length)] = rng.int(scenario.cluster.devices.length);
            cost += evaluator.evaluate(placement(device)).cost;
          }
          yield {
            update: ++update,
            evaluations: evaluator.spent,
            metrics: { meanCost: cost / 4, draw: rng.next() },
          };
        }
      },
      async act() {
        const plan = placement(device);
        evaluator.evaluate(plan);
        return plan;
      },
      save: async () => ({ update, device: Array.from(device), rng: rng.state() }),
      async load(saved) {
        const state = saved as { update: number; device: number[]; rng: RngState };
        update = state.update;
        device.set(state.device);
        rng = restoreRng(state.rng);
      },
      dispose() {},
    };
  },
};

const scenario = testScenario({
  graph: `
    a 10 40B
    b 20 40B <- a
    c 30 40B <- a
    d 40 40B <- a
    e 50 <- b c d`,
  devices: 3,
});
const parts = { scenario, module: walker, options: {} };
const request: TrainRequest = {
  scenario: "tiny",
  agent: "walker",
  seed: 3,
  budget: { evaluations: 81 },
  checkpointEvery: 5,
};

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let ticks = 0;
const clock = () => ++ticks;
const textOf = (run: string, name: string) => readFileSync(join(folder, run, name), "utf8");

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

describe("training", () => {
  test("spends its budget, logs every update and leaves a result", async () => {
    const path = join(folder, "run");
    const seen: number[] = [];
    const result = await trainParts(path, request, parts, {
      clock,
      cpuClock: clock,
      onStep: ({ update }) => seen.push(update),
    });
    expect(result).toMatchObject({ finished: true, updates: 20, evaluations: 81, feasible: true });
    expect(seen).toHaveLength(20);
    expect(readLog(join(path, "metrics.jsonl"))).toHaveLength(20);
    expect(JSON.parse(textOf("run", "result.json"))).toEqual(result);
    const plans = readLog(join(path, "plans.jsonl")) as { value: number; device: number[] }[];
    expect(plans.at(-1)?.value).toBe(result.value);
    expect(plans.at(-1)?.device).toEqual(result.plan);
    expect(readdirSync(path).sort()).toEqual([
      "checkpoint",
      "metrics.jsonl",
      "plans.jsonl",
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
      for (const name of ["run.json", "metrics.jsonl", "plans.jsonl", "result.json", "checkpoint/state.json"])
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
    for (const name of ["metrics.jsonl", "plans.jsonl", "result.json"])
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
    const other = { ...parts, scenario: testScenario({ graph: "a 10", devices: 3 }) };
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
