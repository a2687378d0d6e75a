import { describe, expect, test } from "vitest";
import {
  createProgressiveEnv,
  createRefineEnv,
  envIds,
  envSpec,
  InputError,
  makeEnv,
  randomPlacement,
} from "../../../env/index.ts";
import { createRng } from "../../../env/model/rng.ts";
import { play } from "./play.ts";
import { diamondScenario, maxLoadScenario, memoryScenario, supportScenario, takenBy } from "./scenarios.ts";

describe.each(envIds())("%s", (id) => {
  const scenario = takenBy(id, diamondScenario);
  const make = () => makeEnv(id, { scenario });

  test("refuses calls out of order with a sentence", () => {
    const env = make();
    const action = env.actionSpace.sample({ next: () => 0, int: () => 0 } as never);
    expect(() => env.step(action)).toThrow(`${id}: call reset before the first step.`);
    expect(() => env.render()).toThrow(`${id}: call reset before render.`);
    play(env, env.reset(), 0);
    expect(() => env.step(action)).toThrow(`${id}: the episode has ended; call reset.`);
    env.close();
    expect(() => env.step(action)).toThrow(`${id}: it is closed; make a new one.`);
    expect(() => env.reset()).toThrow(`${id} is closed; make a new one.`);
  });

  test("refuses actions outside its space and reset options that it does not know", () => {
    const env = make();
    env.reset();
    expect(() => env.step(-1)).toThrow(`${id}: the action -1 is not in ${env.actionSpace.describe()}`);
    expect(() => env.reset({ options: { strat: 1 } })).toThrow(`does not know the reset option "strat"`);
  });

  test.each([
    [42, "reset was given 42, expected { seed, options } or nothing."],
    ["7", 'reset was given "7", expected { seed, options } or nothing.'],
    [null, "reset was given null"],
    [[1], "reset was given [1]"],
    [{ sed: 1 }, 'reset does not know "sed"; expected seed, options. Did you mean "seed"?'],
    [{ options: null }, "the reset options are null, expected an object."],
    [{ options: "best" }, 'the reset options are "best", expected an object.'],
    [{ seed: Number.NaN }, "the seed is NaN, expected a finite number or a text."],
    [{ seed: 1n }, "the seed is 1n, expected a finite number or a text."],
  ])("refuses to reset with %o", (given, sentence) => {
    expect(() => make().reset(given as never)).toThrow(new InputError(`${id}: ${sentence}`).message);
  });

  test.each([0n, undefined, null, "0", {}, [0.5], () => 0, Symbol("0"), new Float64Array([0.5])])(
    "answers the action %o with a sentence",
    (action) => {
      const env = make();
      env.reset();
      expect(() => env.step(action as never)).toThrow(InputError);
    },
  );

  test("refuses the state of another scenario of the same size", () => {
    const slower = { ...scenario, fidelity: { ...scenario.fidelity, opGapUs: 1 } };
    const other = makeEnv(id, { scenario: slower, seed: 1 });
    other.reset();
    expect(() => make().restore(other.state())).toThrow(
      /is of the scenario with hash [0-9a-f]{16}, expected [0-9a-f]{16}, "diamond"/,
    );
  });

  test("refuses states of other envs, other scenarios, and damaged ones", () => {
    const env = make();
    env.reset();
    const state = env.state() as Record<string, unknown>;
    const restore = (saved: unknown) => () => env.restore(saved);
    const otherId = envIds().find((other) => other !== id);
    expect(restore({ ...state, id: otherId })).toThrow(
      `The saved state is one of ${otherId}, expected ${id}.`,
    );
    expect(restore({ ...state, rng: {} })).toThrow(/damaged at "rng"/);
    expect(restore(null)).toThrow(/damaged/);
    expect(restore({ ...state, best: { decisions: undefined, cost: 1 } })).toThrow(
      /damaged at "best\.decisions"/,
    );
    expect(env.state()).toEqual(state);
  });
});

const placementIds = envIds().filter((id) => envSpec(id).plans?.includes("placement"));

describe.each(placementIds)("%s, of placements", (id) => {
  test("refuses states of other sizes and with unknown devices", () => {
    const env = makeEnv(id, { scenario: diamondScenario });
    env.reset();
    const state = env.state() as Record<string, unknown>;
    const restore = (saved: unknown) => () => env.restore(saved);
    expect(restore({ ...state, device: [0] })).toThrow(/covers 1 groups, but scenario "diamond" has 4/);
    expect(restore({ ...state, device: [0, 0, 0, 9] })).toThrow(/uses device 9/);
    expect(restore({ ...state, current: 4 })).toThrow(/is at group 4 of 4/);
    const best = (decisions: unknown) => ({ ...state, best: { decisions, cost: 1 } });
    expect(restore(best([0, 0, -1, 0]))).toThrow(/damaged at "best\.decisions\.2"/);
    expect(restore(best([0]))).toThrow(/covers 1 groups/);
    expect(restore(best([0, 0, 0, 9]))).toThrow(/uses device 9/);
    expect(env.state()).toEqual(state);
  });
});

describe("render", () => {
  test("draws a row for each device with the bar of the simulated step", () => {
    const env = createRefineEnv({ scenario: diamondScenario, start: [0, 0, 1, 0] });
    env.reset();
    const [title, header, ...rows] = env.render().split("\n");
    expect(title).toBe("Placement/Refine-v1, diamond: one step takes 238 us");
    expect(header.split(/\s{2,}/)).toEqual(["device", "groups", "compute us", "step", "peak MB"]);
    expect(rows[0]).toMatch(/^gpu:0 {8}3 {9}170 {2}[#-]{20,}\.+[#-]+ +0\.\d+$/);
    expect(rows[1]).toMatch(/^gpu:1 {8}1 {10}70 {2}\.+[#-]+\.+ +0\.\d+$/);
  });

  test("says which device is over its memory, and draws no step for the max-load objective", () => {
    const env = createProgressiveEnv({ scenario: memoryScenario });
    env.reset();
    expect(env.render()).toMatch(/gpu:0 is 0\.0002\d* MB over its memory: the plan is infeasible/);
    const loads = createProgressiveEnv({ scenario: maxLoadScenario });
    loads.reset();
    expect(loads.render().split("\n")[0]).toBe("Placement/Progressive-v1, max load");
  });
});

describe("default devices", () => {
  test("hold a complete, valid plan before the first step", () => {
    const env = createProgressiveEnv({ scenario: supportScenario });
    expect([...env.plan().device]).toEqual([1, 1, 1, 1]);
  });
});

describe("the env's random numbers", () => {
  test("are not those of a caller who uses the same seed", () => {
    const starts = [1, 2, 3, 4, 5].map((seed) => {
      const env = createRefineEnv({ scenario: supportScenario, start: "random" });
      return String(env.reset({ seed }).observation.placement);
    });
    const own = [1, 2, 3, 4, 5].map((seed) => String(randomPlacement(supportScenario, createRng(seed))));
    expect(starts).not.toEqual(own);
  });
});
