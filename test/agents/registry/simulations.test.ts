/**
 * Honest accounting: every pass that a method makes must equal what the meter reports. Passes are
 * those of an engine, a latency model or a list schedule. They are counted from outside, by
 * wrapping the parts that make them.
 */
import { describe, expect, test, vi } from "vitest";
import { traitsOf } from "../../../agents/contract.ts";
import { methods, resolveMethod } from "../../../agents/registry/registry.ts";
import { runMethod } from "../../../agents/run/run.ts";
import {
  createRng,
  type Evaluator,
  evaluator,
  type MeteredEvaluator,
  metered,
  type Scenario,
} from "../../../env/index.ts";
import { drawnFrom } from "../../law-runs.ts";
import { smallAgents, specOf } from "../learned/small-agents.ts";
import { randomScenario } from "../seeded-scenario.ts";
import { tinyScenarios } from "./tiny-scenarios.ts";

/** Counted from outside; passes within a call of the evaluator are that evaluation. */
const outside = vi.hoisted(() => {
  const count = { evaluations: 0, passes: 0, isEvaluating: false };
  const pass = (share = 1) => {
    if (!count.isEvaluating) count.passes += share;
  };
  /** The object with one method that counts a pass where it has done its work. */
  const counting = <T extends object>(made: T, name: keyof T, share = 1): T => {
    const work = made[name] as (...given: unknown[]) => unknown;
    return Object.create(made, {
      [name]: {
        value: (...given: unknown[]) => {
          const result = work.apply(made, given);
          // Where the budget refused the pass it was not made.
          pass(share);
          return result;
        },
      },
    });
  };
  return { count, pass, counting };
});

vi.mock("../../../env/sim/engine/engine.ts", async (original) => {
  const module = await original<typeof import("../../../env/sim/engine/engine.ts")>();
  type Create = typeof module.createEngine;
  const createEngine: Create = (compiled) => outside.counting(module.createEngine(compiled), "run");
  return { ...module, createEngine };
});
vi.mock("../../../env/sim/objectives/latency.ts", async (original) => {
  const module = await original<typeof import("../../../env/sim/objectives/latency.ts")>();
  const createLatencyModel: typeof module.createLatencyModel = (scenario) =>
    outside.counting(module.createLatencyModel(scenario), "latencyUs");
  return { ...module, createLatencyModel };
});
vi.mock("../../../agents/lists/list-order.ts", async (original) => {
  const module = await original<typeof import("../../../agents/lists/list-order.ts")>();
  const createListOrder: typeof module.createListOrder = (...given) =>
    outside.counting(module.createListOrder(...given), "of");
  return { ...module, createListOrder };
});
vi.mock("../../../agents/lists/binding-schedule.ts", async (original) => {
  const module = await original<typeof import("../../../agents/lists/binding-schedule.ts")>();
  const createBindingOrder: typeof module.createBindingOrder = (...given) =>
    outside.counting(module.createBindingOrder(...given), "decide");
  return { ...module, createBindingOrder };
});
vi.mock("../../../agents/search/keys/random-keys.ts", async (original) => {
  const module = await original<typeof import("../../../agents/search/keys/random-keys.ts")>();
  const orderedDecoder: typeof module.orderedDecoder = (...given) =>
    outside.counting(module.orderedDecoder(...given), "decode");
  return { ...module, orderedDecoder };
});
vi.mock("../../../agents/exact/pesto/replay.ts", async (original) => {
  const module = await original<typeof import("../../../agents/exact/pesto/replay.ts")>();
  const replays: typeof module.replays = (...given) => {
    const plans = module.replays(...given);
    // The list schedule within is counted where it is made.
    outside.pass();
    return plans;
  };
  const replay: typeof module.replay = (...given) => {
    const plan = module.replay(...given);
    outside.pass();
    return plan;
  };
  return { ...module, replay, replays };
});
vi.mock("../../../agents/exact/pesto/decode.ts", async (original) => {
  const module = await original<typeof import("../../../agents/exact/pesto/decode.ts")>();
  const decode: typeof module.decode = (problem, ...given) => {
    const schedule = module.decode(problem, ...given);
    outside.pass(problem.tasks.count / problem.compiled.opCount);
    return schedule;
  };
  return { ...module, decode };
});
vi.mock("../../../agents/exact/pesto/list-tasks.ts", async (original) => {
  const module = await original<typeof import("../../../agents/exact/pesto/list-tasks.ts")>();
  const listSchedule: typeof module.listSchedule = (problem, ...given) => {
    const schedule = module.listSchedule(problem, ...given);
    outside.pass(problem.tasks.count / problem.compiled.opCount);
    return schedule;
  };
  return { ...module, listSchedule };
});
vi.mock("../../../agents/lists/insertion.ts", async (original) => {
  const module = await original<typeof import("../../../agents/lists/insertion.ts")>();
  const createInsertion: typeof module.createInsertion = (problem) => {
    const made = module.createInsertion(problem);
    outside.pass(problem.passShare);
    return made;
  };
  return { ...module, createInsertion };
});
vi.mock("../../../agents/lists/ready-list.ts", async (original) => {
  const module = await original<typeof import("../../../agents/lists/ready-list.ts")>();
  const scheduleReady: typeof module.scheduleReady = (problem, rule) => {
    const made = module.scheduleReady(problem, rule);
    outside.pass(problem.passShare);
    return made;
  };
  return { ...module, scheduleReady };
});
vi.mock("../../../agents/lists/half-duplex-channels.ts", async (original) => {
  const module = await original<typeof import("../../../agents/lists/half-duplex-channels.ts")>();
  const createChannels: typeof module.createChannels = (problem) => {
    const made = module.createChannels(problem);
    outside.pass(problem.passShare);
    return made;
  };
  return { ...module, createChannels };
});
vi.mock("../../../agents/lists/fixed-order.ts", async (original) => {
  const module = await original<typeof import("../../../agents/lists/fixed-order.ts")>();
  const scheduleInOrder: typeof module.scheduleInOrder = (problem, setDevice) => {
    const made = module.scheduleInOrder(problem, setDevice);
    outside.pass(problem.passShare);
    return made;
  };
  return { ...module, scheduleInOrder };
});
vi.mock("../../../agents/learned/dual-policy/growing-assignment.ts", async (original) => {
  const module = await original<typeof import("../../../agents/learned/dual-policy/growing-assignment.ts")>();
  class Counting extends module.GrowingAssignment {
    private readonly share: number;
    constructor(...given: ConstructorParameters<typeof module.GrowingAssignment>) {
      super(...given);
      this.share = given[0].problem.passShare;
    }
    override reset(): void {
      super.reset();
      outside.pass(this.share);
    }
  }
  return { ...module, GrowingAssignment: Counting };
});
vi.mock("../../../agents/search/elements/max-load-state.ts", async (original) => {
  const module = await original<typeof import("../../../agents/search/elements/max-load-state.ts")>();
  const createMaxLoadState: typeof module.createMaxLoadState = (problem, passes) => {
    const state = module.createMaxLoadState(problem, passes);
    const { deviceOf } = state;
    return outside.counting(
      Object.create(state, {
        move: {
          value: (element: number, device: number) => {
            if (deviceOf[element] !== device) outside.pass(1 / problem.elements.count);
            state.move(element, device);
          },
        },
      }),
      "reset",
    );
  };
  return { ...module, createMaxLoadState };
});

/** Counts calls, and knows when one is under way. */
function countedEvaluator(inner: Evaluator): Evaluator {
  const during = <T>(score: () => T): T => {
    outside.count.evaluations++;
    outside.count.isEvaluating = true;
    try {
      return score();
    } finally {
      outside.count.isEvaluating = false;
    }
  };
  const counted: Evaluator = Object.create(inner, {
    evaluate: { value: (plan: Parameters<Evaluator["evaluate"]>[0]) => during(() => inner.evaluate(plan)) },
    around: {
      value: (plan: Parameters<Evaluator["around"]>[0]) => {
        const neighbours = inner.around(plan);
        if (neighbours === null) return null;
        return { move: (group: number, device: number) => during(() => neighbours.move(group, device)) };
      },
    },
  });
  return counted;
}

const tiny = (name: string) => tinyScenarios.find((scenario) => scenario.name === name)!;
const scenarios: readonly Scenario[] = [
  tiny("two branches"),
  { ...tiny("two branches"), name: "peak memory", objective: "peak-memory" },
  tiny("max load"),
  { ...tiny("two branches"), name: "latency", objective: "latency" },
  { ...randomScenario(5, { ops: 10 }), name: "a random graph" },
];

interface Counted {
  readonly meter: MeteredEvaluator;
  readonly evaluations: number;
  readonly passes: number;
}

/** Small networks count as large ones do. */
const small: Readonly<Record<string, string>> = {
  ...Object.fromEntries(smallAgents.map((agent) => [agent[0], specOf(agent)])),
  pesto: "pesto?windows=2",
  "coarse-to-fine": "coarse-to-fine?climb=20&windows=2",
};

const runs = new Map<string, Promise<Counted>>();

/** A run of the method and what is counted of it from outside; runs once for all tests. */
function counted(id: string, scenario: Scenario): Promise<Counted> {
  const key = `${id} on ${scenario.name}`;
  const run = runs.get(key) ?? countedRun(id, scenario);
  runs.set(key, run);
  return run;
}

async function countedRun(id: string, scenario: Scenario): Promise<Counted> {
  Object.assign(outside.count, { evaluations: 0, passes: 0 });
  const { module, options } = await resolveMethod(small[id] ?? id);
  const meter = metered(countedEvaluator(evaluator(scenario)), { simulations: BUDGETS[module.kind] });
  await runMethod({ module, options, scenario, meter, rng: createRng(3) });
  expect(traitsOf(module)).toBe(module.traits);
  const { evaluations, passes } = outside.count;
  return { meter, evaluations, passes };
}

/** Agents learn from several updates within theirs. */
const BUDGETS = { planner: 60, agent: 24 } as const;

/** Moves of a max-load search are counted whenever they make a whole pass. */
const UNFINISHED_PASS = 1;

describe.each(methods.map(({ card }) => card.id))("%s", (id) => {
  test.each(drawnFrom(scenarios, `passes of ${id}`).map((scenario) => [scenario.name, scenario] as const))(
    "on %s reports as many simulations as are counted from outside, within its budget",
    async (_, scenario) => {
      const { meter, evaluations, passes } = await counted(id, scenario);
      expect(meter.evaluations).toBe(evaluations);
      expect(Math.abs(meter.simulations - (evaluations + passes))).toBeLessThan(
        scenario.objective === "max-load" ? UNFINISHED_PASS : 1e-9,
      );
      const { kind } = methods.find(({ card }) => card.id === id)!;
      expect(meter.simulations).toBeLessThanOrEqual(BUDGETS[kind] + 1e-9);
    },
  );
});

test("some methods make private passes, so that the counts above mean something", async () => {
  const makers = ["best", "heft", "cpop", "etf", "m-etf", "m-sct", "m-topo", "brkga", "pesto"];
  for (const id of makers) {
    const { meter } = await counted(id, scenarios[scenarios.length - 1]);
    expect(meter.simulations, id).toBeGreaterThan(meter.evaluations);
  }
});
