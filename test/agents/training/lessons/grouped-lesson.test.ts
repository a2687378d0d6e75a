import { beforeAll, describe, expect, test } from "vitest";
import type { Task } from "../../../../agents/contract.ts";
import { hdp } from "../../../../agents/learned/hdp.ts";
import type { HeadStart } from "../../../../agents/nets/placers/group-head.ts";
import { grouper } from "../../../../agents/nets/placers/grouper.ts";
import { sampledGroupFeatures, unitsOf } from "../../../../agents/nets/placers/grouper-features.ts";
import { sequenceWeights } from "../../../../agents/nets/placers/sequence-weights.ts";
import { sequencePolicy } from "../../../../agents/nets/sequence-network.ts";
import { createWeights } from "../../../../agents/nets/weights.ts";
import { oneTask } from "../../../../agents/run/tasks.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tf } from "../../../../agents/tensors/types.ts";
import { GREEDY, SAMPLE } from "../../../../agents/training/contract.ts";
import { GroupedLesson, type GroupedRules } from "../../../../agents/training/lessons/grouped-lesson.ts";
import { groupedOps } from "../../../../agents/training/lessons/grouped-ops.ts";
import { constant } from "../../../../agents/training/schedule.ts";
import { overBound } from "../../../../agents/training/scoring.ts";
import {
  createRng,
  evaluator,
  metered,
  type Scenario,
  testScenario,
  validatePlan,
} from "../../../../env/index.ts";
import { testBackend } from "../../tensors/test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const scenario = testScenario({
  graph: `
    a 100 400B
    b 300 400B kinds=GPU <- a
    c 300 400B <- a
    d 100 kinds=CPU <- b c`,
  devices: ["GPU", "GPU", "CPU"],
});
const GROUPS = 3;
const SIZE = {
  hidden: 4,
  attention: 3,
  embedding: 3,
  temperature: 1,
  clip: 2,
  bidirectional: true,
  groupInput: false,
  inputFeeding: false,
  projected: false,
  typeEmbedding: 0,
  groupBias: 0,
};

function lessonWith(changes: Partial<GroupedRules> = {}, given: Scenario = scenario, start?: HeadStart) {
  const task: Task = {
    name: given.name,
    scenario: given,
    evaluator: metered(evaluator(given), { evaluations: 1000 }),
  };
  const weights = createWeights(tf);
  const units = unitsOf(given);
  const rng = createRng(4);
  const sorter = grouper(
    tf,
    weights,
    units,
    { variant: "paper", hidden: 5, groups: GROUPS, typeEmbedding: 2 },
    rng,
  );
  const seen = sampledGroupFeatures(units, new Int32Array(units.count), GROUPS, "paper");
  const declared = sequenceWeights(weights, seen, given.cluster.devices.length, SIZE, rng);
  const rules: GroupedRules = {
    rewardOn: (meter) => overBound(meter, "sqrt"),
    tilt: constant(0),
    groups: GROUPS,
    grouping: "learned",
    freezePlacer: null,
    ...changes,
  };
  const placerOn = (input: Parameters<typeof sequencePolicy>[3]) => sequencePolicy(tf, declared, SIZE, input);
  const world = groupedOps(given, units, { groups: GROUPS, variant: "paper" });
  const parts = { world, grouper: sorter.on(units, start), placerOn };
  return new GroupedLesson(tf, task, parts, rules, createRng(9));
}

describe("a hierarchical rollout", () => {
  test("is a valid plan whatever the groups' devices, ops bound to their kinds", () => {
    for (const { plan } of lessonWith().rollOut(20, SAMPLE, 0, createRng(1))) validatePlan(scenario, plan);
  });

  test("is replayed with one row for each unit and each group, credited to its rollout", () => {
    const lesson = lessonWith();
    const rollouts = lesson.rollOut(3, SAMPLE, 0, createRng(1));
    const { decisions } = lesson.replay(rollouts);
    const rows = decisions.map(({ logProbabilities, taken, rollout }) => {
      expect(logProbabilities.shape[0]).toBe(taken.length);
      return [logProbabilities.shape[1], [...new Set(rollout)]];
    });
    expect(rows).toEqual([
      [GROUPS, [0, 1, 2]],
      [3, [0]],
      [3, [1]],
      [3, [2]],
    ]);
    const probability = decisions[0].logProbabilities.exp().sum(1).dataSync();
    for (const sum of probability) expect(sum).toBeCloseTo(1, 5);
  });

  test("by the greedy decoding is one and the same", () => {
    const lesson = lessonWith();
    const [first] = lesson.rollOut(1, GREEDY, 0, createRng(1));
    const [second] = lesson.rollOut(1, GREEDY, 5, createRng(2));
    expect(first.plan).toEqual(second.plan);
  });

  test("begins with the groups of the head start where it is large", () => {
    const group = Int32Array.from({ length: unitsOf(scenario).count }, (_, u) => (2 * u) % GROUPS);
    const lesson = lessonWith({}, scenario, { group, logits: 50 });
    for (const { unitGroup } of lesson.rollOut(3, SAMPLE, 0, createRng(1))) expect(unitGroup).toEqual(group);
    const { logProbabilities, taken } = lesson.replay(lesson.rollOut(1, SAMPLE, 0, createRng(1)))
      .decisions[0];
    const rows = logProbabilities.arraySync();
    taken.forEach((choice, row) => {
      expect(rows[row][choice]).toBeCloseTo(0, 5);
    });
  });

  test("under a random grouping draws the groups once and learns the placer alone", () => {
    const lesson = lessonWith({ grouping: "random" });
    const rollouts = lesson.rollOut(4, SAMPLE, 0, createRng(1));
    for (const { unitGroup } of rollouts) expect(unitGroup).toEqual(rollouts[0].unitGroup);
    expect(
      lesson.replay(rollouts).decisions.map(({ logProbabilities }) => logProbabilities.shape[0]),
    ).toEqual([GROUPS, GROUPS, GROUPS, GROUPS]);
  });
});

// Published code freezes its placer after a number of steps while the log goes on.
describe("a placer", () => {
  test("that freezes says so in the metrics, and its decisions are learned from no more", () => {
    const lesson = lessonWith({ freezePlacer: 2 });
    const rng = createRng(1);
    const early = lesson.rollOut(5, SAMPLE, 1, rng);
    const late = lesson.rollOut(5, SAMPLE, 2, rng);
    expect(lesson.metrics(early).placerFrozen).toBe(0);
    expect(lesson.metrics(late).placerFrozen).toBe(1);
    for (const { groupDevice } of late) expect(groupDevice).toEqual(early[4].groupDevice);
    expect(lesson.replay(late).decisions).toHaveLength(1);
  });

  // A saved run goes on late, where the published code has frozen its placer.
  test.each([
    ["paper", 0],
    ["code", 1],
  ])("of mode=%s, 501 updates on, says %i in the metrics", async (mode, frozen) => {
    const small = { mode, groups: 2, hidden: 2, attention: 1, embedding: 1, batch: 1 };
    const task = { name: "x", scenario, evaluator: metered(evaluator(scenario), { evaluations: 20 }) };
    const agent = await hdp.create({
      backend: testBackend,
      tasks: oneTask(task),
      rng: createRng(1),
      options: hdp.options.parse(small),
    });
    const first = await agent.train().next();
    expect(first.value).toMatchObject({ update: 1, metrics: { placerFrozen: 0 } });
    await agent.loadRun({ ...((await agent.saveRun()) as object), update: 501 });
    const { value } = await agent.train().next();
    expect(value).toMatchObject({ update: 502, metrics: { placerFrozen: frozen } });
    agent.dispose();
  });
});
