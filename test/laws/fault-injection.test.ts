/**
 * Damaged files, placements, actions and saved states through every public entry. Each call gives a
 * whole answer of finite numbers or one sentence (`InputError`). It never gives another exception,
 * a NaN or a hang.
 */
import { afterEach, describe, expect, test } from "vitest";
import {
  allowedDevices,
  colocationGrouping,
  createRng,
  createScenario,
  createSimulator,
  type Evaluator,
  envIds,
  evaluator,
  fromGraphology,
  groupDevices,
  groupGraph,
  groupingOf,
  InputError,
  liftToOps,
  makeEnv,
  metered,
  type Outcome,
  objectivesFor,
  type Placement,
  placement,
  type Rng,
  readScenario,
  type Scenario,
  scenarioHash,
  testScenario,
  toGraphology,
  writeScenario,
} from "../../env/index.ts";
import { importFile } from "../../scenarios/index.ts";
import { takenBy } from "../env/envs/scenarios.ts";
import { drawn } from "../law-runs.ts";
import { countYardsticks } from "../yardstick.ts";
import { mutated, pick } from "./mutate.ts";

const MOST_YARDSTICKS = 200;

const whole = testScenario({
  name: "whole",
  batch: 8,
  graph: `
    in 5 400B params=8 touched=100 flops=1000
    left GPU:50|CPU:900 80B,16B params=40 group=g <- in
    right 70 80B params=16 transfer=4 <- in
    back 20 8B role=backward twin=left group=g <- left:1 right ^in
    out 10 kinds=GPU <- back`,
  devices: ["GPU", "GPU", "CPU"],
  memoryBytes: 600,
  latencyUs: 2,
});

const inference = testScenario({
  graph: "in 5 400B touched=100 flops=1000\nleft 50 80B <- in\nright 70 80B <- in\nout 10 <- left right",
});

const dnnPartitioning = {
  maxFPGAs: 2,
  maxCPUs: 1,
  maxSizePerFPGA: 100,
  nodes: [
    { id: 1, supportedOnFpga: 1, cpuLatency: 10, fpgaLatency: 1, size: 40, isBackwardNode: 0, colorClass: 1 },
    { id: 2, supportedOnFpga: 1, cpuLatency: 20, fpgaLatency: 2, size: 50, isBackwardNode: 0, colorClass: 2 },
    { id: 4, supportedOnFpga: 0, cpuLatency: 5, fpgaLatency: 0, size: 0, isBackwardNode: 1, colorClass: 2 },
  ],
  edges: [
    { sourceId: 1, destId: 2, cost: 0.5 },
    { sourceId: 2, destId: 4, cost: 0.25 },
  ],
};

const placetoSim = {
  schema: "placeto-sim/1",
  params: { delta1: 5.7, delta2: 25, initOffset: 0, transferSpeed: 1500 },
  devices: ["0", "1"],
  ops: ["a", "b", "c"],
  cost: [10, 20, 30],
  outputs: [[100], [200, 50], []],
  inputs: [
    [],
    [[0, 0]],
    [
      [1, 1],
      [0, -1],
    ],
  ],
  runs: [{ kind: "given", place: [0, 1, 0] }],
};

describe("damaged files", () => {
  test.each([
    ["scenario", writeScenario(whole), drawn(600)],
    ["dnn-partitioning", dnnPartitioning, drawn(200)],
    ["placeto-sim", placetoSim, drawn(200)],
  ] as const)("%s: a sentence or a scenario that works", (_, file, count) => {
    let accepted = 0;
    for (let seed = 0; seed < count; seed++) {
      const text = JSON.stringify(mutated(file, seed)) ?? "";
      check(`file ${seed}: ${text}`, () => {
        const { scenario } = importFile(text, "damaged.json");
        accepted++;
        exercise(scenario, createRng(`exercise ${seed}`));
      });
    }
    expect(accepted).toBeGreaterThan(0.02 * count);
    expect(accepted).toBeLessThan(0.8 * count);
  });

  test("text that is cut short or no JSON at all", () => {
    const text = JSON.stringify(writeScenario(whole));
    for (let length = 0; length < text.length; length += 37)
      expect(() => importFile(text.slice(0, length), "cut.json")).toThrow(InputError);
  });
});

describe("damaged calls", () => {
  test("placements: a sentence or a score", () => {
    let accepted = 0;
    for (const objective of objectivesFor("placement")) {
      const score = evaluator({ ...whole, objective });
      const simulator = createSimulator(whole);
      for (let seed = 0; seed < drawn(100); seed++) {
        const plan = damagedPlan(seed);
        const entries = [
          () => checkOutcome(score.evaluate(plan), score),
          () => checkOutcome(score.batch([placement([0, 0, 0, 0, 0]), plan])[1], score),
          () => checkOutcome(metered(score, { evaluations: 5 }).evaluate(plan), score),
          () => checkFinite("makespanUs", simulator(plan).makespanUs),
        ];
        for (const entry of entries)
          check(`placement ${seed}: ${JSON.stringify(plan)}`, () => {
            entry();
            accepted++;
          });
      }
    }
    expect(accepted).toBeGreaterThan(drawn(50));
  });

  test("moves, groupings and lifted placements", () => {
    const score = evaluator(whole);
    const plan = placement([0, 0, 0, 0, 0]);
    const numbers = [-1, 0, 1, 2, 3, 4, 0.5, 1e9, Number.NaN, Number.POSITIVE_INFINITY];
    for (const group of numbers)
      for (const device of numbers)
        check(`move ${group} to ${device}`, () =>
          checkOutcome(score.around(plan)!.move(group, device), score),
        );
    for (let seed = 0; seed < drawn(100); seed++) {
      const damaged = mutated([0, 1, 0, 2], seed) as number[];
      check(`grouping ${JSON.stringify(damaged)}`, () => groupingOf(whole.graph, damaged));
      check(`lifted ${JSON.stringify(damaged)}`, () => {
        const device = liftToOps(whole.grouping, damaged);
        checkOutcome(score.evaluate(placement(device)), score);
      });
      check(`group devices ${JSON.stringify(damaged)}`, () => groupDevices(whole.grouping, damaged));
    }
  });

  test("budgets", () => {
    const score = evaluator(whole);
    for (const evaluations of [-1, 0, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e300])
      check(`budget of ${evaluations}`, () => metered(score, { evaluations }));
    for (const seconds of [-1, 0, Number.NaN])
      check(`budget of ${seconds} seconds`, () => metered(score, { seconds }, { clock: () => 0 }));
  });

  test("graphology graphs", () => {
    for (let seed = 0; seed < drawn(100); seed++) {
      const graph = toGraphology(whole.graph);
      const node = pick(graph.nodes(), createRng(seed));
      const damaged = mutated(graph.getNodeAttributes(node), seed) as object;
      check(`node ${node} with ${JSON.stringify(damaged)}`, () => {
        graph.replaceNodeAttributes(node, damaged);
        const frozen = fromGraphology(graph);
        const scenario = createScenario({ ...whole, graph: frozen, grouping: colocationGrouping(frozen) });
        exercise(scenario, createRng(seed));
      });
    }
  });

  test.each(envIds())("actions and saved states of %s", (id) => {
    const scenario = takenBy(id, id.startsWith("Rewrite/") ? inference : whole);
    for (let seed = 0; seed < drawn(100); seed++) {
      const rng = createRng(`${id} ${seed}`);
      const env = makeEnv(id, { scenario });
      const { info } = env.reset({ seed });
      const action = env.actionSpace.sample(rng, info.actionMask);
      const damaged = mutated(ArrayBuffer.isView(action) ? [...(action as Int32Array)] : action, seed);
      check(`action ${JSON.stringify(damaged)}`, () => checkFinite("reward", env.step(damaged).reward));
      const state = JSON.parse(JSON.stringify(env.state()));
      check(`state ${JSON.stringify(mutated(state, seed))}`, () => {
        env.restore(mutated(state, seed));
        env.clone();
        env.plan();
        env.state();
        const { info: fresh } = env.reset();
        checkFinite("reward", env.step(env.actionSpace.sample(rng, fresh.actionMask)).reward);
      });
      check("options", () => makeEnv(id, { scenario, ...(mutated({ episodes: 1 }, seed) as object) }));
      env.close();
    }
  });
});

const faults: string[] = [];

/** The call soon gives a whole answer or an `InputError` of one sentence. */
function check(what: string, call: () => void): void {
  const spent = countYardsticks();
  try {
    call();
  } catch (error) {
    const { message, stack } = error as Error;
    if (!(error instanceof InputError)) faults.push(`${what}\n${stack}`);
    else if (!/^[^\n]{10,600}[.?]$/.test(message)) faults.push(`${what}\nis no sentence: ${message}`);
  }
  const yardsticks = spent();
  if (yardsticks > MOST_YARDSTICKS) faults.push(`${what}\ntook ${yardsticks} yardsticks`);
}

afterEach(() => {
  const [first, ...others] = faults.splice(0);
  expect(first, `and ${others.length} more:\n${others.slice(0, 4).join("\n\n")}`).toBeUndefined();
});

/** Everything that a scenario is for. */
function exercise(scenario: Scenario, rng: Rng): void {
  expect(scenarioHash(readScenario(JSON.parse(JSON.stringify(writeScenario(scenario))), "again"))).toBe(
    scenarioHash(scenario),
  );
  const { computeUs } = groupGraph(scenario);
  for (const us of computeUs) expect(Number.isNaN(us)).toBe(false);
  const plan = placement(liftToOps(scenario.grouping, randomDevices(scenario, rng)));
  check("simulate", () => {
    const { makespanUs, startUs, endUs, peakBytes } = createSimulator(scenario)(plan);
    for (const value of [makespanUs, ...startUs, ...endUs, ...peakBytes]) checkFinite("timeline", value);
  });
  for (const objective of objectivesFor("placement"))
    check(objective, () => {
      const score = evaluator({ ...scenario, objective });
      checkFinite("ceiling", score.ceiling);
      for (const { value, argument } of score.bounds()) checkFinite(argument, value);
      checkOutcome(score.evaluate(plan), score);
      checkOutcome(score.around(plan)!.move(0, randomDevices(scenario, rng)[0]), score);
    });
  for (const id of envIds())
    check(id, () => {
      const env = makeEnv(id, { scenario: takenBy(id, scenario) });
      let { info } = env.reset({ seed: 1 });
      for (let step = 0; step < 3; step++) {
        const next = env.step(env.actionSpace.sample(rng, info.actionMask));
        checkFinite("reward", next.reward);
        checkNumbers(next.observation);
        if (next.terminated) break;
        info = next.info;
      }
    });
}

function randomDevices(scenario: Scenario, rng: Rng): Int32Array {
  const deviceCount = scenario.cluster.devices.length;
  const allowed = allowedDevices(scenario);
  return Int32Array.from({ length: scenario.grouping.groupCount }, (_, g) => {
    const legal = scenario.cluster.devices.flatMap((_, d) => (allowed[g * deviceCount + d] === 1 ? [d] : []));
    return pick(legal, rng);
  });
}

function damagedPlan(seed: number): Placement {
  const plan = mutated({ kind: "placement", device: [0, 1, 0, 1, 0] }, seed) as Placement;
  // Half of them are typed arrays, as from a caller who got one number wrong.
  if (seed % 2 === 0 && Array.isArray(plan?.device)) return { ...plan, device: Int32Array.from(plan.device) };
  return plan;
}

function checkOutcome({ value, cost, peakBytes, violation }: Outcome, { ceiling }: Evaluator): void {
  checkFinite("cost", cost);
  if (value !== null) checkFinite("value", value);
  if (value !== null) expect(value).toBeLessThanOrEqual(ceiling);
  expect(value === null).toBe(violation !== null);
  for (const bytes of peakBytes) checkFinite("peakBytes", bytes);
}

function checkFinite(what: string, value: number): void {
  if (!Number.isFinite(value)) throw new Error(`${what} is ${value}.`);
}

function checkNumbers(observation: unknown): void {
  if (typeof observation === "number" || ArrayBuffer.isView(observation)) {
    for (const value of ArrayBuffer.isView(observation) ? (observation as Float32Array) : [observation])
      checkFinite("observation", value as number);
    return;
  }
  if (observation === null || typeof observation !== "object") return;
  for (const part of Object.values(observation)) checkNumbers(part);
}
