import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkEnv, createCutsEnv, evaluator, metered, negativeRootCost } from "../../../../env/index.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { drawn } from "../../../law-runs.ts";
import { play, sumOf } from "../play.ts";
import { memoryScenario, supportScenario } from "../scenarios.ts";
import { chainScenario, hostedScenario, pipelineScenario, trainingChain } from "./chains.ts";

const stagesOf = (env: ReturnType<typeof createCutsEnv>) => env.plan().stages;
const devicesOf = (env: ReturnType<typeof createCutsEnv>) => stagesOf(env).map(({ devices }) => devices);

function playing(
  actions: readonly number[],
  options: Record<string, unknown> = {},
  scenario = chainScenario,
) {
  const env = createCutsEnv({ scenario });
  let last = env.reset({ options });
  const masks = [[...last.info.actionMask]];
  const rewards: number[] = [];
  for (const action of actions) {
    const step = env.step(action);
    rewards.push(step.reward);
    masks.push([...step.info.actionMask]);
    last = step;
  }
  return { env, last, masks, rewards };
}

describe("Cuts", () => {
  test("makes the stages of the actions, on the next devices of the order", () => {
    const { env, last } = playing([0, 2, 0, 0, 1, 1]);
    expect(devicesOf(env)).toEqual([[0, 1], [2], [3]]);
    expect([...last.observation.stage]).toEqual([0, 0, 1, 1, 1, 2]);
    expect([...env.plan().stageOf.subarray(0, 6)]).toEqual([0, 0, 1, 1, 1, 2]);
    const other = playing([0, 2, 0, 0, 1, 1], { devices: [3, 1, 0, 2] });
    expect(devicesOf(other.env)).toEqual([[3, 1], [0], [2]]);
  });

  test("pays the utility in the last step alone, for one evaluation", () => {
    const meter = metered(evaluator(chainScenario), { evaluations: 5 });
    const env = createCutsEnv({ scenario: chainScenario, evaluator: meter, utility: negativeRootCost });
    const steps = play(env, env.reset(), 3);
    const { cost } = evaluator(chainScenario).evaluate(env.plan());
    expect(steps.map(({ reward }) => reward)).toEqual([0, 0, 0, 0, 0, -Math.sqrt(cost)]);
    expect(meter.spent).toBe(1);
  });

  test("leaves a device for the layers that are left, and ends with the last layer", () => {
    const { masks } = playing([1, 2, 0, 0, 0, 1]);
    expect(masks).toEqual([
      [1, 1, 1, 1, 0],
      [1, 1, 1, 0, 0],
      [1, 0, 0, 0, 0],
      [1, 0, 0, 0, 0],
      [1, 0, 0, 0, 0],
      [0, 1, 0, 0, 0],
      [0, 0, 0, 0, 0],
    ]);
  });

  test("gives the last stage all devices that are left where it is told so", () => {
    const { masks, env } = playing([0, 0, 1, 0, 0], { lastStage: "rest" });
    expect(masks[5]).toEqual([0, 0, 0, 1, 0]);
    expect(devicesOf(env)).toEqual([[0], [1, 2, 3]]);
    expect(devicesOf(playing([], { lastStage: "rest" }).env)).toEqual([[0, 1, 2, 3]]);
    expect(devicesOf(playing([]).env)).toEqual([[0]]);
  });

  test("says why an action is not legal, and stays as it was", () => {
    const { env } = playing([1, 2]);
    const before = env.state();
    expect(() => env.step(1)).toThrow(
      "Pipeline/Cuts-v1: the stage may not end with layer 2 and have 1 replicas; info.actionMask says what is legal.",
    );
    expect(env.state()).toEqual(before);
    const last = playing([1, 2, 0, 0, 0]).env;
    expect(() => last.step(0)).toThrow(/the stage has to end with layer 5/);
  });

  test("keeps every episode completable, under every schedule that takes lists of stages", () => {
    const schedules = ["1f1b", "gpipe", "pipedream", "2bw", "zb-h1", "dapple-pa"];
    const options = fc.record({
      schedule: fc.constantFrom(...schedules),
      microBatches: fc.integer({ min: 1, max: 6 }),
      share: fc.constantFrom("split", "dealt"),
      lastStage: fc.constantFrom("chosen", "rest"),
      recompute: fc.boolean(),
      devices: fc.constantFrom([0, 1, 2, 3], [2, 0], [3]),
    });
    const env = createCutsEnv({ scenario: chainScenario });
    const score = evaluator(chainScenario);
    fc.assert(
      fc.property(options, fc.nat(), (given, seed) => {
        // Two weight versions are too few where all devices hold dealt replicas of the last stage.
        const lanes = given.share === "dealt" && given.lastStage === "rest" ? given.devices.length : 1;
        fc.pre(given.schedule !== "2bw" || given.microBatches >= lanes);
        const steps = play(env, env.reset({ options: given }), seed);
        expect(sumOf(steps)).toBe(-score.evaluate(env.plan()).cost);
      }),
      { numRuns: drawn(60) },
    );
  });

  test("allows no more stages than a schedule takes", () => {
    const { masks } = playing([1], { schedule: "2bw", microBatches: 2 });
    expect(masks).toEqual([
      [1, 1, 1, 1, 0],
      [1, 0, 0, 0, 0],
    ]);
  });

  test("takes fixed devices of all stages, also of schedules that share devices", () => {
    const stages = [[0], [1], [0], [1]].map((devices) => ({ devices, share: "split" }));
    const given = { stages, schedule: "interleaved-1f1b", microBatches: 4 };
    const { env, masks, last } = playing([0, 1, 1, 1, 0, 1], given);
    expect(devicesOf(env)).toEqual([[0], [1], [0], [1]]);
    expect([...last.observation.stage]).toEqual([0, 0, 1, 2, 3, 3]);
    expect(masks.map((mask) => mask.slice(0, 3))).toEqual([
      [1, 1, 0],
      [1, 1, 0],
      [1, 1, 0],
      [1, 1, 0],
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
    ]);
    expect(() => playing([], { schedule: "interleaved-1f1b", stages, microBatches: 3 })).toThrow(
      /needs a multiple of 2 micro-batches/,
    );
    expect(() => playing([], { schedule: "chimera" })).toThrow(/The option stages fixes the devices/);
  });

  test.each([
    [{ microBatches: 0 }, "microBatches is 0, expected 1..4096."],
    [{ schedule: "1f2b" }, 'Schedule "1f2b" is not known.'],
    [{ schedule: { pairs: 1 } }, "expected a name, or an object with one"],
    [{ recompute: [1, 0] }, "recompute is [1,0], expected true, false, or 0 or 1 for each of 6 layers."],
    [{ swap: true }, "swap needs a CPU"],
    [{ share: "lent" }, 'share is "lent", expected split or dealt.'],
    [{ lastStage: "all" }, 'lastStage is "all", expected chosen or rest.'],
    [{ devices: [] }, "the devices are [], expected a list of device numbers."],
    [{ devices: [4] }, "the devices hold 4, expected accelerators"],
    [{ devices: [1, 1] }, "the devices hold 1 twice."],
    [{ stages: [] }, "stages is [], expected a list of 1..6 stages"],
    [{ stages: [null] }, "the devices are undefined"],
    [{ stages: [{ devices: [0], share: "lent" }] }, 'share is "lent"'],
    [{ microBatch: 2 }, 'does not know the reset option "microBatch"'],
  ])("refuses the setting %j", (given, sentence) => {
    expect(() => playing([], given)).toThrow(sentence);
  });

  test("marks recomputed and swapped layers in the plan", () => {
    const given = { recompute: [1, 1, 0, 0, 0, 0], swap: [0, 0, 0, 1, 0, 0] };
    const { env } = playing([0, 0, 0, 0, 0, 1], given, hostedScenario);
    expect(() => playing([], { recompute: true, swap: given.swap }, hostedScenario)).toThrow(
      /layer 3 is both recomputed and swapped/,
    );
    const { recompute, swap } = env.plan();
    expect([...recompute!.subarray(0, 6)]).toEqual([1, 1, 0, 0, 0, 0]);
    expect([...swap!.subarray(0, 6)]).toEqual([0, 0, 0, 1, 0, 0]);
  });

  test("leaves hosts and devices that cannot run every layer out", () => {
    const env = createCutsEnv({ scenario: { ...supportScenario, objective: "iteration" } });
    expect(env.actionSpace.size).toBe(3);
    play(env, env.reset(), 1);
    expect(
      devicesOf(env)
        .flat()
        .every((device) => device > 0),
    ).toBe(true);
    const hosts = pipelineScenario("a 1 8B\nb 1 <- a", { devices: ["CPU"] });
    expect(() => createCutsEnv({ scenario: hosts })).toThrow(
      "Pipeline/Cuts-v1: The cluster has no accelerator to put stages on.",
    );
    const apart = pipelineScenario("a 1 8B kinds=GPU\nb 1 kinds=TPU <- a", { devices: ["GPU", "TPU"] });
    expect(() => createCutsEnv({ scenario: apart })).toThrow(/no accelerator of ".*" can run every layer/);
  });

  test("pays the penalty for what does not fit", () => {
    const scenario: Scenario = { ...memoryScenario, objective: "iteration" };
    const { last, rewards } = playing([0, 0, 1], {}, scenario);
    expect(last.info.outcome).toMatchObject({ feasible: false, value: null });
    expect(rewards[2]).toBeLessThan(-evaluator(scenario).ceiling);
  });

  test("merges neighbours where there are more layers than asked for", () => {
    const env = createCutsEnv({ scenario: chainScenario, layers: 3 });
    expect(play(env, env.reset(), 1)).toHaveLength(3);
    expect(() => createCutsEnv({ scenario: chainScenario, layers: 0.5 })).toThrow(/layers is 0.5/);
  });

  test("refuses saved states whose actions or settings are not legal", () => {
    const { env } = playing([1]);
    const state = env.state() as Record<string, unknown>;
    const restore = (change: object) => () => env.restore({ ...state, ...change });
    expect(restore({ actions: [4] })).toThrow(
      "The saved state of Pipeline/Cuts-v1 has the illegal action 4 at layer 0.",
    );
    expect(restore({ actions: [1, 1, 1, 1, 0, 0, 1] })).toThrow(/has the illegal action 1 at layer 3/);
    expect(restore({ actions: "none" })).toThrow(/damaged at "actions"/);
    expect(restore({ settings: { microBatches: -1 } })).toThrow(/microBatches is -1/);
    const decisions = { settings: state.settings, actions: [1] };
    expect(restore({ best: { decisions, cost: 1 } })).toThrow(/best decisions for some layers only/);
    expect(env.state()).toEqual(state);
  });

  test("draws devices with their stages, and simulates outside of the budget", () => {
    const { env } = playing([0, 2, 0, 0, 0, 1], { microBatches: 4 });
    const [title, summary, header, ...rows] = env.render().split("\n");
    expect(title).toMatch(/^Pipeline\/Cuts-v1, layers: a batch takes [\d.]+ us$/);
    expect(summary).toBe("2 stages, 4 micro-batches, schedule 1f1b");
    expect(header.split(/\s{2,}/)).toEqual(["device", "stages", "ops", "batch", "peak MB"]);
    expect(rows.map((row) => row.split(/\s{2,}/).slice(0, 3))).toEqual([
      ["gpu:0", "0", "4"],
      ["gpu:1", "0", "4"],
      ["gpu:2", "1", "8"],
      ["gpu:3", expect.stringMatching(/^0$/), expect.stringMatching(/^\.+$/)],
    ]);
  });

  test("keeps all laws on a training chain under both objectives", () => {
    const batched = { ...chainScenario, graph: { ...chainScenario.graph, batch: 8 } };
    for (const objective of ["iteration", "throughput"] as const) {
      const scenario = { ...batched, objective };
      const { checks } = checkEnv(() => createCutsEnv({ scenario }));
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    }
    const long = pipelineScenario(trainingChain(new Array(40).fill(3)));
    expect(checkEnv(() => createCutsEnv({ scenario: long })).ok).toBe(true);
  });
});
