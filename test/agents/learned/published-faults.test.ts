/**
 * Faults of published code that must never be ours. Each law holds for our env or agent, and a twin
 * with the fault put in breaks it.
 */
import { describe, expect, test } from "vitest";
import type { Agent, AgentModule, TrainStep } from "../../../agents/contract.ts";
import { placeto } from "../../../agents/learned/placeto.ts";
import { Relation, relations } from "../../../agents/nets/relations.ts";
import { runAgent } from "../../../agents/run/agent.ts";
import { oneTask } from "../../../agents/run/tasks.ts";
import {
  asPlacement,
  createRefineEnv,
  createRng,
  type Env,
  envIds,
  evaluator,
  groupColumns,
  makeEnv,
  metered,
  type PlacementObservation,
  placement,
  testScenario,
} from "../../../env/index.ts";
import { checks } from "../../bench/systems/learned/placeto.ts";
import { drawnFrom } from "../../law-runs.ts";
import { testBackend } from "../tensors/test-backend.ts";
import { smallAgents } from "./small-agents.ts";

const scenario = testScenario({
  graph: "a 10 40B\nb 20 80B <- a\nc 30 80B <- a\nd 30 40B <- b c\ne 10 <- d\nf 20",
  devices: 2,
});
const GROUPS = 6;
type RefineEnv = Env<PlacementObservation, number>;

/** Plays the actions to the end of the episode; answers what each step paid and visited. */
function played(env: RefineEnv, actions: readonly number[]) {
  const { observation, info } = env.reset();
  const visited: number[] = [];
  const rewards: number[] = [];
  let current = observation.current;
  let last = info.outcome!;
  for (const action of actions) {
    visited.push(current);
    const step = env.step(action);
    rewards.push(step.reward);
    current = step.observation.current;
    last = step.info.outcome!;
    if (step.terminated) break;
  }
  return { visited, rewards, first: info.outcome!.cost, last: last.cost };
}

const zigzag = [1, 0, 1, 1, 0, 1];

describe("fault 1, a reward of the wrong sign", () => {
  const law = (env: RefineEnv) => {
    const { rewards, first, last } = played(env, zigzag);
    expect(first).not.toBe(last);
    expect(rewards.reduce((a, b) => a + b, 0)).toBeCloseTo(first - last, 9);
  };
  const refine = () => createRefineEnv({ scenario, start: [0, 0, 0, 0, 0, 0] });

  test("is not that of Placement/Refine-v1", () => law(refine()));

  test("would be seen", () => {
    const inverted = changed(refine(), (step) => ({ ...step, reward: -step.reward }));
    expect(() => law(inverted)).toThrow();
  });

  const fastGpu = testScenario({
    graph: "a GPU:100|CPU:300 4B\nb GPU:100|CPU:300 4B <- a\nc GPU:100|CPU:300 <- b",
    devices: ["GPU", "CPU"],
  });

  test.each(drawnFrom(["tuned", "paper"], "Placeto's reward"))(
    "is not what Placeto learns by in mode=%s",
    async (mode) => {
      const meter = metered(evaluator(fastGpu), { evaluations: 400 });
      const options = placeto.options.parse({
        mode,
        answer: "last",
        time: "cost",
        learningRate: 0.01,
        entropy: 0,
      });
      const task = { name: "fast", scenario: fastGpu, evaluator: meter };
      const { greedy } = await runAgent({
        backend: testBackend,
        module: placeto as AgentModule,
        options,
        tasks: oneTask(task),
        rng: createRng(1),
      });
      expect([...(greedy.get("fast")!.plan as { device: Int32Array }).device]).toEqual([0, 0, 0]);
    },
  );
});

describe("fault 2, a last op that is never acted on", () => {
  const law = (env: RefineEnv) => {
    const { visited } = played(env, Array(GROUPS).fill(1));
    expect(visited).toEqual([...Array(GROUPS).keys()]);
    expect([...(env.plan() as { device: Int32Array }).device]).toEqual(Array(GROUPS).fill(1));
  };
  const refine = () => createRefineEnv({ scenario, start: [0, 0, 0, 0, 0, 0] });

  test("is not in Placement/Refine-v1", () => law(refine()));

  test("would be seen", () => {
    const short = changed(refine(), (step) => ({
      ...step,
      terminated: step.observation.current === GROUPS - 1,
    }));
    expect(() => law(short)).toThrow();
  });
});

describe("faults 1 and 2 in every environment", () => {
  const scenario = testScenario({ graph: "a 10 8B\nb 20 8B <- a\nc 30 8B <- a\nd 40 <- b c", devices: 2 });
  const GROUPS = 4;
  type Step = ReturnType<Env<PlacementObservation, unknown>["step"]>;
  type Change = (step: Step) => Step;
  const same: Change = (step) => step;

  /** Sum of rewards and final plan of an episode whose groups are all placed on these devices. */
  const played = (id: string, options: object, devices: readonly number[], change: Change) => {
    const env = makeEnv(id, { scenario, ...options }) as Env<PlacementObservation, unknown>;
    env.reset();
    if (id === "Placement/OneShot-v1") {
      const { reward } = change(env.step(Int32Array.from(devices)));
      return { total: reward, device: [...asPlacement(env.plan()!).device] };
    }
    let total = 0;
    for (const device of devices) {
      const step = change(env.step(device));
      total += step.reward;
      if (step.terminated) break;
    }
    return { total, device: [...asPlacement(env.plan()!).device] };
  };
  const cases: [string, object][] = [
    ["Placement/OneShot-v1", {}],
    ["Placement/Progressive-v1", { reward: "terminal" }],
    ["Placement/Progressive-v1", { reward: "dense" }],
    ["Placement/Refine-v1", { start: [0, 0, 0, 0] }],
  ];
  const costOf = (devices: readonly number[]) => evaluator(scenario).evaluate(placement(devices)).cost;
  const [short, long] = [
    [0, 0, 1, 1],
    [0, 0, 0, 0],
  ];

  /** What a plan pays more than another is what its step is shorter. */
  const signLaw = (id: string, options: object, change = same) => {
    const paid = (devices: readonly number[]) => played(id, options, devices, change).total;
    expect(costOf(short)).toBeLessThan(costOf(long));
    expect(paid(short) - paid(long)).toBeCloseTo(costOf(long) - costOf(short), 9);
  };
  const lastLaw = (id: string, options: object, change = same) => {
    const last = Array.from({ length: GROUPS }, (_, g) => (g === GROUPS - 1 ? 1 : 0));
    expect(played(id, options, last, change).device).toEqual(last);
  };

  test("are tried on every environment", () =>
    expect([...new Set(cases.map(([id]) => id))]).toEqual(
      envIds().filter((id) => id.startsWith("Placement/")),
    ));
  test.each(cases)("are not in %s with %o", (id, options) => {
    signLaw(id, options);
    lastLaw(id, options);
  });
  test.each(cases)("would be seen in %s with %o", (id, options) => {
    expect(() => signLaw(id, options, (step) => ({ ...step, reward: -step.reward }))).toThrow();
    if (id === "Placement/OneShot-v1") return;
    let steps = 0;
    const early: Change = (step) => ({ ...step, terminated: ++steps === GROUPS - 1 });
    expect(() => lastLaw(id, options, early)).toThrow();
  });
});

describe("fault 3, features that are lost or overlap", () => {
  const parentsOf = (relation: Uint8Array, group: number) =>
    [...Array(GROUPS).keys()].filter((u) => relation[group * GROUPS + u] === Relation.parent);
  const observed = () => createRefineEnv({ scenario }).reset().observation;
  const edgesOf = ({ edges }: PlacementObservation) => ({
    from: edges.subarray(0, edges.length / 2),
    to: edges.subarray(edges.length / 2),
  });
  const law = (edges: { readonly from: Int32Array; readonly to: Int32Array }) =>
    expect(parentsOf(relations(GROUPS, edges), 3)).toEqual([1, 2]);

  test("is not in our adjacency: a group with two parents keeps both", () => law(edgesOf(observed())));

  test("would be seen where each incoming edge resets the ones before", () => {
    const { from, to } = edgesOf(observed());
    const isKept = [...to].map((group, e) => to.lastIndexOf(group) === e);
    expect(() =>
      law({ from: from.filter((_, e) => isKept[e]), to: to.filter((_, e) => isKept[e]) }),
    ).toThrow();
  });

  test("is not in our columns: each has one name and a place of its own", () => {
    const { groups, groupColumns: names } = observed();
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(groupColumns);
    expect(groups).toHaveLength(GROUPS * names.length);
  });
});

describe("fault 4, a policy that is frozen while the log grows", () => {
  const law = async (changes: object) => {
    const meter = metered(evaluator(scenario), { evaluations: 2000 });
    const agent = await placeto.create({
      backend: testBackend,
      tasks: oneTask({ name: "t", scenario, evaluator: meter }),
      rng: createRng(1),
      options: placeto.options.parse({ width: 2, rounds: 1, segment: 3, ...changes }),
    });
    try {
      let before = await trainedPart(agent);
      let updates = 0;
      for await (const { metrics } of agent.train()) {
        const after = await trainedPart(agent);
        if (metrics.gradientNorm > 0) expect(after).not.toBe(before);
        before = after;
        if (++updates === 40) break;
      }
      expect(updates).toBe(40);
    } finally {
      agent.dispose();
    }
  };

  test("is not Placeto: every update moves the weights", () => law({}));

  test("would be seen", async () => {
    await expect(law({ lastRate: 0, rateUpdates: 20 })).rejects.toThrow();
  });
});

describe("fault 4 in every agent", () => {
  const law = async (module: AgentModule, options: object) => {
    const task = { name: "t", scenario, evaluator: metered(evaluator(scenario), {}) };
    const made = { tasks: oneTask(task), rng: createRng(1), options: module.options.parse(options) };
    const agent = await module.create({ ...made, backend: testBackend });
    try {
      let before = await trainedPart(agent);
      for await (const { update, metrics } of agent.train()) {
        const after = await trainedPart(agent);
        if (metrics.gradientNorm > 0) expect(after, `update ${update}`).not.toBe(before);
        before = after;
        if (update === 12) break;
      }
    } finally {
      agent.dispose();
    }
  };

  /** Agents that rent devices have an objective of their own, and train by the same engine. */
  const placing = smallAgents.filter(([, { traits }]) => traits?.special !== true);

  test.each(placing)("is not %s", (_, module, options) => law(module, options));

  /** Steps so small that single precision has no number for them. */
  const frozen = { learningRate: 1e-60, lastRate: 1e-60 };

  test.each(placing)("would be seen in %s", (_, module, options) => {
    const known = Object.entries(frozen).filter(
      ([name]) => module.options.safeParse({ ...options, [name]: 1e-60 }).success,
    );
    return expect(law(module, { ...options, ...Object.fromEntries(known) })).rejects.toThrow(/update \d/);
  });
});

describe("fault 7, steps of training for simulations", () => {
  const stepsOf = async (changes: object) => {
    const meter = metered(evaluator(scenario), { evaluations: 100 });
    const steps: TrainStep[] = [];
    const spent: number[] = [];
    await runAgent({
      backend: testBackend,
      module: placeto as AgentModule,
      options: placeto.options.parse({ width: 2, rounds: 1, ...changes }),
      tasks: oneTask({ name: "t", scenario, evaluator: meter }),
      rng: createRng(1),
      sink: { step: (step) => steps.push(step) },
      onTrainStep: () => void spent.push(meter.simulations),
    });
    return { steps, spent };
  };
  const law = (steps: readonly TrainStep[], spent: readonly number[]) =>
    expect(steps.map(({ simulations }) => simulations)).toEqual(spent);

  test("is not in our log: it tells what the simulator was asked, in every mode", async () => {
    for (const changes of [
      {},
      { segment: 0, sweeps: 2 },
      { stride: 3, segment: 2, accept: "all", freeStays: false },
    ]) {
      const { steps, spent } = await stepsOf(changes);
      expect(steps.length).toBeGreaterThan(1);
      law(steps, spent);
    }
  });

  test("would be seen", async () => {
    const { steps, spent } = await stepsOf({});
    expect(() =>
      law(
        steps.map((step) => ({ ...step, simulations: step.update })),
        spent,
      ),
    ).toThrow();
  });
});

describe("fault 10, averages over one seed", () => {
  const law = (lines: readonly { readonly seeds: number }[]) =>
    expect(lines.filter(({ seeds }) => seeds < 3)).toEqual([]);

  test("is not in the lines that Placeto is held to", () => law(checks));

  test("would be seen", () => {
    expect(() => law([...checks, { seeds: 1 }])).toThrow();
  });
});

/** The policy without running norms, which move though nothing is learned. */
async function trainedPart(agent: Agent): Promise<string> {
  const { weights } = (await agent.savePolicy()) as { readonly weights: object };
  return JSON.stringify(Object.entries(weights).filter(([name]) => !name.startsWith("position ")));
}

type Step = ReturnType<RefineEnv["step"]>;

/** The env with its steps changed. */
function changed(env: RefineEnv, change: (step: Step) => Step): RefineEnv {
  return Object.assign(Object.create(env) as RefineEnv, {
    step: (action: number) => change(env.step(action)),
  });
}
