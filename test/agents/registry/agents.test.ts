import { describe, expect, test } from "vitest";
import { type AgentModule, type TrainStep, traitsOf } from "../../../agents/contract.ts";
import { methods } from "../../../agents/registry/registry.ts";
import { runMethod } from "../../../agents/run/run.ts";
import {
  createRng,
  evaluator,
  metered,
  planToJson,
  type Scenario,
  validatePlan,
} from "../../../env/index.ts";
import { rented } from "../../env/envs/scenarios.ts";
import { machines } from "../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../env/sim/lower/sharding/sharded.ts";
import { transformerBlock } from "../../env/sim/lower/sharding/transformer-block.ts";
import { drawnFrom } from "../../law-runs.ts";
import { smallAgents } from "../learned/small-agents.ts";
import { bruteForce, nothingFits, tinyScenarios } from "./tiny-scenarios.ts";

const agents = methods.filter((method): method is AgentModule => method.kind === "agent");
const EVALUATIONS = 45;
/** Enough for several updates of small networks. */
const FEW_EVALUATIONS = 24;
/** Options of agents whose default update takes more than that; others have their defaults. */
const given: Readonly<Record<string, object>> = {
  regal: { budget: 5, population: 4, elite: 0.25, batch: 1, graphs: 1 },
  "auto-map": { hidden: 8, plans: 2, episodes: 4, learnEvery: 64 },
  "auto-map-pipeline": { hidden: 8, plans: 2, episodes: 4, learnEvery: 64 },
};

/**
 * The scenario as the agent can take it: with prices for one that rents devices. One that divides
 * ops takes a block of a Transformer in place of the graph.
 */
function takenFor(module: AgentModule, scenario: Scenario): Scenario {
  const { objectives, answers } = traitsOf(module);
  if (answers === "sharding") return sharded(scenario);
  if (rents(module)) return rented(scenario);
  return objectives === "any" ? scenario : { ...scenario, objective: objectives[0] };
}
/** On as many devices, with as much memory. */
function sharded({ name, cluster }: Scenario): Scenario {
  const block = transformerBlock({ b: 6, s: 12, h: 12, a: 6, d: 2, f: 24 });
  const own = machines([cluster.devices.length]);
  const devices = own.devices.map((device) => ({ ...device, memoryBytes: cluster.devices[0].memoryBytes }));
  return { ...shardedScenario(block, { ...own, devices }), name };
}

const rents = (module: AgentModule) => traitsOf(module).objectives.includes("cost");
/** Of all plans, or a bound where there are too many. */
const optimumOf = (module: AgentModule, scenario: Scenario): number =>
  traitsOf(module).answers === "placement" ? bruteForce(scenario)! : evaluator(scenario).bound().value;

async function run(
  module: AgentModule,
  scenario: Scenario,
  { seed = 1, evaluations = EVALUATIONS, changes = given[module.card.id] ?? {} } = {},
) {
  const meter = metered(evaluator(scenario), { evaluations });
  const steps: TrainStep[] = [];
  const options = module.options.parse(changes);
  const sink = { step: (step: TrainStep) => steps.push(step) };
  const result = await runMethod({ module, options, scenario, meter, rng: createRng(seed), sink });
  return { ...result, meter, steps };
}

const tooSlow = {
  ...rented(tinyScenarios[1]),
  demand: { samples: 1, samplesPerSecond: 1e12 },
};
const tiny = (wanted: string) => tinyScenarios.find(({ name }) => name === wanted)!;

const difficulties = ["one op", "two branches", "host and two accelerators", "no work at all", "max load"];

describe.each(agents.map((module) => [module.card.id, module] as const))("%s", (id, module) => {
  const [, , options] = smallAgents.find(([name]) => name === id)!;
  const small = { changes: { ...options, ...given[id] }, evaluations: FEW_EVALUATIONS };
  const smallRun = (seed: number) => run(module, takenFor(module, tiny("two branches")), { ...small, seed });
  let first: ReturnType<typeof run> | undefined;
  /** One run for the tests that look at it. */
  const firstRun = () => {
    first ??= smallRun(1);
    return first;
  };

  test.each(drawnFrom(difficulties, `agents ${id}`))(
    "on %s: a valid plan within the budget, never below the optimum",
    async (name) => {
      const scenario = takenFor(module, tiny(name));
      const { best, last, meter, backend } = await run(module, scenario);
      expect(meter.spent).toBeLessThanOrEqual(EVALUATIONS);
      validatePlan(scenario, best!.plan);
      validatePlan(scenario, last!);
      expect(evaluator(scenario).evaluate(best!.plan)).toEqual(best!.outcome);
      expect(best!.outcome.value).toBeGreaterThanOrEqual(optimumOf(module, scenario));
      expect(backend).toBe("wasm");
    },
  );

  test("claims no value where nothing fits", async () => {
    const { best } = await run(module, rents(module) ? tooSlow : takenFor(module, nothingFits), small);
    expect(best!.outcome.value).toBeNull();
    expect(best!.outcome.violation ?? best!.outcome.shortfall ?? null).not.toBeNull();
  });

  test("logs finite numbers for every update, and evaluations that only grow", async () => {
    const { steps } = await firstRun();
    expect(steps.length).toBeGreaterThan(0);
    steps.forEach(({ update, evaluations, metrics }, i) => {
      expect(update).toBe(i + 1);
      expect(evaluations).toBeGreaterThan(i === 0 ? 0 : steps[i - 1].evaluations);
      for (const value of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
    });
  });

  test("gives the same run for the same seed and another for another", async () => {
    const traceOf = ({ meter, last, steps }: Awaited<ReturnType<typeof run>>) =>
      JSON.stringify([meter.curve, planToJson(last!), steps]);
    const trace = traceOf(await firstRun());
    expect(traceOf(await smallRun(1))).toBe(trace);
    expect(traceOf(await smallRun(2))).not.toBe(trace);
  });

  test("ends cleanly where the budget is one evaluation", async () => {
    const { meter } = await run(module, takenFor(module, tiny("chain")), { evaluations: 1 });
    expect(meter.spent).toBeLessThanOrEqual(1);
  });
});
