import { beforeAll, describe, expect, test } from "vitest";
import { gdp } from "../../../../agents/learned/gdp.ts";
import { featureCount } from "../../../../agents/nets/gdp/node-features.ts";
import { createPlacer } from "../../../../agents/nets/gdp/placer.ts";
import { placerPolicy } from "../../../../agents/nets/gdp/placer-policy.ts";
import { createWeights } from "../../../../agents/nets/weights.ts";
import { oneTask } from "../../../../agents/run/tasks.ts";
import { type LoadedTf, loadTf } from "../../../../agents/tensors/tf.ts";
import { GREEDY, SAMPLE } from "../../../../agents/training/contract.ts";
import { type OneShotRules, oneShotLesson } from "../../../../agents/training/lessons/one-shot-lesson.ts";
import { constant } from "../../../../agents/training/schedule.ts";
import { overBound } from "../../../../agents/training/scoring.ts";
import { createRng, evaluator, metered, testScenario } from "../../../../env/index.ts";

let loaded: LoadedTf;
beforeAll(async () => {
  loaded = await loadTf();
});

const scenario = testScenario({
  graph: "a 10 1B\nb 20 1B <- a\nc 30 1B <- a\nd 30 1B <- a\ne 10 1B <- b c d",
  devices: 2,
});
const size = {
  columns: featureCount("wide"),
  width: 8,
  rounds: 1,
  layers: 1,
  heads: 2,
  segment: 8,
  devices: 4,
  superposition: true,
  nodeNorm: true,
};

function lessonOf(expert?: number, more: Partial<OneShotRules> = {}) {
  const { tf } = loaded;
  const meter = metered(evaluator(scenario), {});
  const placer = createPlacer(tf, createWeights(tf), size, createRng("weights"));
  const policy = placerPolicy(tf, placer, scenario, { features: "wide", start: null, groupBias: 0 });
  const task = { name: "t", scenario, evaluator: meter };
  const rules = { rewardOn: (e: typeof meter) => overBound(e, "sqrt"), tilt: constant(0), expert, ...more };
  return { lesson: oneShotLesson(tf, task, policy, rules), meter };
}

describe("imitation", () => {
  test("learns what a search makes of the policy's own plan, and charges the search", () => {
    const { lesson, meter } = lessonOf(40);
    const [own] = lesson.rollOut(1, GREEDY, 0, createRng(1));
    const before = meter.simulations;
    const [label] = lesson.demonstrate!(1, createRng(1));
    expect(meter.simulations - before).toBe(41);
    expect(label.outcome.cost).toBeLessThan(own.outcome.cost);
    const { taken } = lesson.replay([label]).decisions[0];
    expect([...taken]).toEqual([...label.groupDevice]);
  });

  test("is not offered without an expert", () => {
    expect(lessonOf().lesson.demonstrate).toBeUndefined();
  });

  test("of gdp makes its greedy plan better", async () => {
    const own = async (imitation: number) => {
      const meter = metered(evaluator(scenario), {});
      const task = { name: "t", scenario, evaluator: meter };
      const options = gdp.options.parse({ imitation: 30, expert: 20, width: 8, heads: 2 });
      const agent = await gdp.create({ tasks: oneTask(task), rng: createRng(1), options });
      const updates = agent.train();
      for (let i = 0; i < imitation; i++) await updates.next();
      const { cost } = evaluator(scenario).evaluate(await agent.act(task));
      agent.dispose();
      return cost;
    };
    expect(await own(30)).toBeLessThan(await own(0));
  });
});

test("improvement charges one evaluation for each plan and begins with the greedy one", () => {
  const { lesson, meter } = lessonOf();
  const [own] = lesson.rollOut(1, GREEDY, 0, createRng(1));
  const before = meter.simulations;
  const met = lesson.improve!({ plans: 25, temperatures: [1] }, createRng(2));
  expect(meter.simulations - before).toBe(25);
  expect(met.map(({ groupDevice }) => [...groupDevice])[0]).toEqual([...own.groupDevice]);
  expect(Math.min(...met.map(({ outcome }) => outcome.cost))).toBeLessThan(own.outcome.cost);
});

describe("learning again from the best placement", () => {
  test("adds the best of earlier updates to an update, and simulates it once", () => {
    const { lesson, meter } = lessonOf(undefined, { replaysBest: true });
    const first = lesson.rollOut(3, SAMPLE, 0, createRng(1));
    expect(first.length).toBe(3);
    const second = lesson.rollOut(3, SAMPLE, 1, createRng(2));
    expect(meter.evaluations).toBe(6);
    const best = first.reduce((a, b) => (b.outcome.cost < a.outcome.cost ? b : a));
    expect(second.length).toBe(4);
    expect([...second[3].groupDevice]).toEqual([...best.groupDevice]);
    expect(lesson.replay(second).decisions[0].taken.length).toBe(4 * best.groupDevice.length);
  });

  test("goes on after a stop with the same placement and reward", () => {
    const { lesson } = lessonOf(undefined, { replaysBest: true });
    lesson.rollOut(3, SAMPLE, 0, createRng(1));
    const saved = JSON.parse(JSON.stringify(lesson.save?.()));
    const { lesson: resumed } = lessonOf(undefined, { replaysBest: true });
    resumed.load?.(saved);
    const [kept, again] = [lesson, resumed].map((each) => each.rollOut(1, SAMPLE, 1, createRng(2))[1]);
    expect(again.groupDevice).toEqual(kept.groupDevice);
    expect(again.rewards).toEqual(kept.rewards);
    expect(again.plan).toEqual(kept.plan);
  });
});

test("an opening takes the place of the first draw of its update, and of no other", () => {
  const groups = scenario.grouping.groupCount;
  const openings = [new Int32Array(groups).fill(1), new Int32Array(groups).fill(0)];
  const { lesson, meter } = lessonOf(undefined, { openings });
  const { lesson: plain } = lessonOf();
  for (const update of [0, 1, 2]) {
    const [opened, drawn] = [lesson, plain].map((each) =>
      each.rollOut(3, SAMPLE, update, createRng(update)).map(({ groupDevice }) => groupDevice),
    );
    expect(opened).toEqual([openings[update] ?? drawn[0], ...drawn.slice(1)]);
  }
  expect(meter.evaluations).toBe(9);
});
