import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkEnv, createAssignEnv, evaluator, metered } from "../../../../env/index.ts";
import { drawn } from "../../../law-runs.ts";
import { play, sumOf } from "../play.ts";
import { branchScenario, chainScenario } from "./chains.ts";

type Options = Record<string, unknown>;
const devicesOf = (env: ReturnType<typeof createAssignEnv>) =>
  env.plan().stages.map(({ devices }) => devices);

function playing(actions: readonly number[], options: Options = {}, scenario = chainScenario) {
  const env = createAssignEnv({ scenario });
  let last = env.reset({ options });
  const masks = [[...last.info.actionMask]];
  for (const action of actions) {
    last = env.step(action);
    masks.push([...last.info.actionMask]);
  }
  return { env, last, masks };
}

/** Layers of the branches in the order of the chain: first, b1, b2, a1, a2, last or the like. */
const layerNames = (groupOf: Int32Array, plan: { stageOf: Int32Array }) =>
  [...new Set(groupOf)].map((group) =>
    branchScenario.graph.names.filter((_, v) => plan.stageOf[v] === group).join(" "),
  );

describe("Assign", () => {
  test("makes one stage for each device, of the groups in their order", () => {
    const { env, last } = playing([2, 2, 0, 0, 0, 3], { groups: [0, 1, 2, 3, 4, 5] });
    expect(devicesOf(env)).toEqual([[2], [0], [3]]);
    expect([...last.observation.placement]).toEqual([2, 2, 0, 0, 0, 3]);
    expect([...env.plan().stageOf.subarray(0, 6)]).toEqual([0, 0, 1, 1, 1, 2]);
  });

  test("takes groups as a number or as a list, and fuses those that need each other", () => {
    expect([...playing([], { groups: 2 }).last.observation.groupOf]).toEqual([0, 0, 0, 1, 1, 1]);
    expect([...playing([], { groups: [7, 7, 3, 3, 5, 5] }).last.observation.groupOf]).toEqual([
      0, 0, 1, 1, 2, 2,
    ]);
    const fused = playing([1, 0], { groups: [7, 3, 7, 3, 5, 5] });
    expect([...fused.last.observation.groupOf]).toEqual([0, 0, 0, 0, 1, 1]);
    expect(fused.last.info.outcome!.feasible).toBe(true);
  });

  test("on a chain lets a device come again only where it may hold several stages", () => {
    const groups = [0, 1, 2, 3, 4, 5];
    expect(playing([0, 1], { groups }).masks[2]).toEqual([0, 1, 1, 1]);
    expect(playing([0, 1], { groups, contiguity: "contiguous" }).masks[2]).toEqual([0, 1, 1, 1]);
    const mixed = playing([0, 1, 0, 0, 1, 2], { groups, contiguity: "mixed" });
    expect(mixed.masks[2]).toEqual([1, 1, 1, 1]);
    expect(devicesOf(mixed.env)).toEqual([[0], [1], [0], [1], [2]]);
    expect(mixed.last.info.outcome!.feasible).toBe(true);
  });

  test("on branches lets groups of a device be apart where the stages keep an order", () => {
    const groups = [0, 1, 2, 3, 4, 5];
    const { env, masks, last } = playing([0, 1, 1, 0, 0, 2], { groups }, branchScenario);
    expect(masks[3]).toEqual([1, 1, 1, 1]);
    expect(masks[5]).toEqual([0, 1, 1, 1]);
    expect(devicesOf(env)).toEqual([[0], [1], [2]]);
    expect(last.info.outcome!.feasible).toBe(true);
    const [stage] = layerNames(Int32Array.of(0), env.plan());
    expect(stage.split(" ")).toHaveLength(3);
    const apart = playing([0, 1, 1], { groups, contiguity: "contiguous" }, branchScenario);
    expect(apart.masks[3]).toEqual([0, 1, 1, 1]);
  });

  test("takes only the devices that it is told of", () => {
    const { masks, env } = playing([], { devices: [3, 1] });
    expect(masks[0]).toEqual([0, 1, 0, 1]);
    expect(devicesOf(env)).toEqual([[3]]);
  });

  test("pays in the last step alone, for one evaluation", () => {
    const meter = metered(evaluator(chainScenario), { evaluations: 5 });
    const env = createAssignEnv({ scenario: chainScenario, evaluator: meter });
    const steps = play(env, env.reset(), 3);
    expect(steps.slice(0, -1).every(({ reward }) => reward === 0)).toBe(true);
    expect(sumOf(steps)).toBe(-evaluator(chainScenario).evaluate(env.plan()).cost);
    expect(meter.spent).toBe(1);
  });

  test("keeps every episode completable, whatever the groups", () => {
    const options = fc.record({
      groups: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 6, maxLength: 6 }),
      contiguity: fc.constantFrom("acyclic", "contiguous", "mixed"),
      schedule: fc.constantFrom("1f1b", "gpipe", "2bw", "pipedream"),
      microBatches: fc.integer({ min: 1, max: 4 }),
      devices: fc.constantFrom([0, 1, 2, 3], [2, 0], [3]),
    });
    for (const scenario of [chainScenario, branchScenario]) {
      const env = createAssignEnv({ scenario });
      const score = evaluator(scenario);
      fc.assert(
        fc.property(options, fc.nat(), (given, seed) => {
          const steps = play(env, env.reset({ options: given }), seed);
          expect(sumOf(steps)).toBe(-score.evaluate(env.plan()).cost);
        }),
        { numRuns: drawn(40) },
      );
    }
  });

  test("says why a device is not legal, and stays as it was", () => {
    const { env } = playing([0, 1]);
    const before = env.state();
    expect(() => env.step(0)).toThrow(
      'Pipeline/Assign-v1: group 2 may not be on device 0 ("gpu:0"); info.actionMask says which devices are legal.',
    );
    expect(env.state()).toEqual(before);
  });

  test.each([
    [{ groups: 0 }, "groups is 0, expected a whole number of at least 1."],
    [{ groups: [1, 2] }, "groups is [1,2], expected their number, or a whole number for each of 6 layers."],
    [{ groups: "two" }, 'groups is "two", expected their number'],
    [{ contiguity: "none" }, 'contiguity is "none", expected acyclic, contiguous or mixed.'],
    [{ devices: [9] }, "the devices hold 9, expected accelerators"],
    [{ schedule: "chimera" }, 'Schedule "chimera"'],
    [{ share: "split" }, 'does not know the reset option "share"'],
  ])("refuses the setting %j", (given, sentence) => {
    expect(() => playing([], given)).toThrow(sentence);
  });

  test("refuses saved states whose devices are not legal", () => {
    const { env } = playing([0, 1]);
    const state = env.state() as Record<string, unknown>;
    const restore = (change: object) => () => env.restore({ ...state, ...change });
    expect(restore({ placed: [0, 1, 0] })).toThrow(/group 2 on device 0, which is not legal/);
    expect(restore({ placed: [9] })).toThrow(/group 0 on device 9, which is not legal/);
    expect(restore({ settings: { groups: 0.5 } })).toThrow(/groups is 0.5/);
    const best = { decisions: { settings: state.settings, placed: [1] }, cost: 1 };
    expect(restore({ best })).toThrow(/best decisions for some groups only/);
    expect(env.state()).toEqual(state);
  });

  test.each([{}, { contiguity: "contiguous" }, { contiguity: "mixed" }])("keeps all laws with %j", (more) => {
    for (const scenario of [chainScenario, branchScenario]) {
      const { checks } = checkEnv(() => createAssignEnv({ scenario, ...(more as Options) }));
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    }
  });
});
