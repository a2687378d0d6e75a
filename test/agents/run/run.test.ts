import { describe, expect, test } from "vitest";
import { z } from "zod";
import type {
  Agent,
  AgentContext,
  AgentModule,
  PlannerModule,
  PlannerReport,
  Task,
  TrainStep,
} from "../../../agents/contract.ts";
import { runMethod } from "../../../agents/run/run.ts";
import { createRng, evaluator, InputError, metered, placement, testScenario } from "../../../env/index.ts";
import { PLACEMENTS } from "../../../env/sim/bounds/best.ts";

const scenario = testScenario({ graph: "a 10 8B\nb 20 <- a\nc 30 <- a" });
const allOn = (device: number) => placement(new Int32Array(3).fill(device));
const card = { id: "fake", name: "Fake", summary: "For tests.", searchSpace: "none" };

function planner(plan: ReturnType<PlannerModule["create"]>["plan"]): PlannerModule {
  return { kind: "planner", card, options: z.object({}), create: () => ({ plan }) };
}

/** An agent that evaluates two plans per update, forever, and logs what happens to it. */
function agent(log: string[], parts: Partial<Agent> = {}): AgentModule {
  const create = async ({ tasks, rng }: AgentContext): Promise<Agent> => ({
    backend: "cpu",
    async *train() {
      for (let update = 1; ; update++) {
        const { name, evaluator: meter } = await tasks.draw(rng);
        meter.batch([allOn(0), allOn(1)]);
        yield { update, task: name, metrics: { loss: 1 / update } };
      }
    },
    async act({ evaluator: meter }) {
      log.push(`act with ${meter.remaining} left`);
      const plan = placement([0, 0, 1]);
      meter.evaluate(plan);
      return plan;
    },
    savePolicy: async () => null,
    loadPolicy: async (saved) => {
      log.push(`began with ${saved}`);
    },
    saveRun: async () => null,
    loadRun: async () => {},
    dispose: () => log.push("disposed"),
    ...parts,
  });
  return { kind: "agent", card, options: z.object({}), actEvaluations: () => 1, create };
}

const run = (module: PlannerModule | AgentModule, evaluations: number, rest = {}) =>
  runMethod({
    module,
    options: {},
    scenario,
    meter: metered(evaluator(scenario), { evaluations }),
    rng: createRng(1),
    ...rest,
  });

describe("running a planner", () => {
  test("keeps the best plan where the budget ends it", async () => {
    const { best, report } = await run(
      planner(async function* (_, meter) {
        for (;;) {
          meter.evaluate(allOn(0));
          yield allOn(0);
        }
      }),
      3,
    );
    expect(best!.outcome.value).toBe(60);
    expect(report).toEqual({ ended: "budget", failure: undefined });
  });

  test("passes on what it reports and its last plan", async () => {
    const bound = { value: 5, argument: "made up", covers: PLACEMENTS };
    const estimate = { value: 7, unit: "us", model: "made up" } as const;
    const result = await run(
      planner(async function* (_, meter) {
        meter.evaluate(allOn(1));
        yield allOn(1);
        return { bound, estimate };
      }),
      3,
    );
    expect(result.report).toMatchObject({ bound, estimate });
    expect(result.last).toEqual(allOn(1));
  });

  test("says why there is no plan", async () => {
    const without = (report: PlannerReport | undefined) =>
      planner(async function* () {
        yield* [];
        return report;
      });
    const silent = await run(without(undefined), 3);
    expect(silent.report.failure).toBe("Fake ended before it had scored a plan.");
    const honest = await run(without({ failure: "The graph is too large." }), 3);
    expect(honest.report.failure).toBe("The graph is too large.");
  });

  test("refuses a plan that was never scored", async () => {
    const careless = planner(async function* () {
      yield allOn(0);
      return undefined;
    });
    await expect(run(careless, 3)).rejects.toThrow(InputError);
  });

  test("lets its faults through and closes it", async () => {
    let closed = false;
    const faulty = planner(async function* (_, meter) {
      try {
        meter.evaluate(allOn(0));
        yield allOn(0);
        throw new Error("a fault");
      } finally {
        closed = true;
      }
    });
    await expect(run(faulty, 3)).rejects.toThrow("a fault");
    expect(closed).toBe(true);
  });

  test("marks a run that a clock ended", async () => {
    let now = 0;
    const meter = metered(evaluator(scenario), { seconds: 5 }, { clock: () => now++ });
    const endless = planner(async function* (_, m) {
      for (;;) {
        m.evaluate(allOn(0));
        yield allOn(0);
      }
    });
    expect((await run(endless, 1, { meter })).report.ended).toBe("clock");
  });
});

describe("running an agent", () => {
  test("keeps the greedy plan's evaluations back from training", async () => {
    const log: string[] = [];
    const steps: TrainStep[] = [];
    const meter = metered(evaluator(scenario), { evaluations: 8 });
    const result = await run(agent(log), 1, { meter, sink: { step: (step: TrainStep) => steps.push(step) } });
    expect(steps.map(({ evaluations }) => evaluations)).toEqual([2, 4, 6]);
    expect(log).toEqual(["act with 1 left", "disposed"]);
    expect(meter.spent).toBe(8);
    expect(result).toMatchObject({ backend: "cpu", last: placement([0, 0, 1]) });
  });

  test("stops training that never looks at the budget, and still acts", async () => {
    const log: string[] = [];
    await run(agent(log), 1);
    expect(log).toEqual(["act with 1 left", "disposed"]);
  });

  test("begins with a policy that it is given", async () => {
    const log: string[] = [];
    await run(agent(log), 4, { policy: "what was learned" });
    expect(log[0]).toBe("began with what was learned");
  });

  test("asks a policy without training it, and has it spend the rest where told to", async () => {
    const log: string[] = [];
    const drawOn = async ({ evaluator: meter }: Task) => {
      for (;;) meter.evaluate(allOn(1));
    };
    const steps: TrainStep[] = [];
    const asked = (drawsOn: boolean) => {
      const meter = metered(evaluator(scenario), { evaluations: 8 });
      const sink = { step: (step: TrainStep) => steps.push(step) };
      return run(agent(log, { drawOn }), 1, { meter, sink, trainsFor: 0, drawsOn }).then(({ last }) => {
        expect(last).toEqual(placement([0, 0, 1]));
        return meter.spent;
      });
    };
    expect([await asked(false), await asked(true)]).toEqual([1, 8]);
    expect(log.slice(0, 2)).toEqual(["act with 8 left", "disposed"]);
    expect(steps).toEqual([]);
  });

  test("trains for as long as it is told, whatever is left", async () => {
    const log: string[] = [];
    await run(agent(log), 20, { trainsFor: 5 });
    // Two updates of two plans, one plan of a third, and the greedy plan.
    expect(log[0]).toBe("act with 15 left");
  });

  test("disposes of the agent where it fails", async () => {
    const log: string[] = [];
    const act = async () => {
      throw new Error("a fault");
    };
    await expect(run(agent(log, { act }), 4)).rejects.toThrow("a fault");
    expect(log).toEqual(["disposed"]);
  });

  test("awaits the caller's step, which may save the agent", async () => {
    const seen: string[] = [];
    const onTrainStep = async ({ update }: TrainStep, trained: Agent) => {
      await trained.saveRun();
      seen.push(`saved after ${update}`);
    };
    await run(agent([]), 5, { onTrainStep });
    expect(seen).toEqual(["saved after 1", "saved after 2"]);
  });

  test("says so where creating it spends the budget", async () => {
    const greedy: AgentModule = {
      ...agent([]),
      async create({ tasks, rng }) {
        const { evaluator: meter } = await tasks.draw(rng);
        for (;;) meter.evaluate(allOn(0));
      },
    };
    const { best, last, backend } = await run(greedy, 4);
    expect(best!.outcome.value).toBe(60);
    expect([last, backend]).toEqual([null, null]);
  });
});
