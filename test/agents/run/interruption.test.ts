import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { PlannerModule } from "../../../agents/contract.ts";
import { methods } from "../../../agents/registry/registry.ts";
import { runMethod } from "../../../agents/run/run.ts";
import { createRng, evaluator, metered, placement, testScenario } from "../../../env/index.ts";
import { drawn } from "../../law-runs.ts";
import { nothingFits, tinyScenarios } from "../registry/tiny-scenarios.ts";
import { interruptAtRandom, interruptionRng, scenariosFor } from "./interruption.ts";

const planners = methods.filter((method): method is PlannerModule => method.kind === "planner");

describe("a run that is stopped before it has scored a plan", () => {
  const THOUGHTS = 5;

  /** Works without end, as an exact solver may; the interrupt comes while it does. */
  const thinker = (interrupt: AbortController): PlannerModule => ({
    kind: "planner",
    card: { id: "thinker", name: "Thinker", summary: "Thinks.", searchSpace: "none" },
    options: z.strictObject({}),
    create: () => ({
      async *plan(_scenario, evaluator) {
        for (let thoughts = 0; !evaluator.exhausted; thoughts++) {
          if (thoughts === THOUGHTS) interrupt.abort();
          await new Promise((resolve) => setImmediate(resolve));
        }
        return { failure: "It had no thought." };
      },
    }),
  });
  const stopped = async (scenario: typeof nothingFits) => {
    const interrupt = new AbortController();
    const meter = metered(evaluator(scenario), {}, { signal: interrupt.signal });
    const module = thinker(interrupt);
    const result = await runMethod({ module, options: {}, scenario, meter, rng: createRng(1) });
    return { ...result, meter };
  };

  test("answers with a plain plan, charged and marked, not with nothing", async () => {
    const { best, report, meter } = await stopped(tinyScenarios.find(({ name }) => name === "chain")!);
    expect(best!.outcome.feasible).toBe(true);
    expect(meter.spent).toBe(1);
    expect(report).toMatchObject({
      ended: "clock",
      failure: undefined,
      facts: [{ name: "plan", value: expect.stringMatching(/without search/) }],
    });
  });

  test("packs by memory where one device does not hold all weights", async () => {
    const scenario = testScenario({
      graph: "a 10 params=60\nb 10 params=60\nc 10 params=60\nd 10 params=10",
      memoryBytes: 130,
    });
    expect((await stopped(scenario)).best!.outcome.feasible).toBe(true);
    expect(evaluator(scenario).evaluate(placement([0, 0, 0, 0])).feasible).toBe(false);
  });

  test("claims no value where nothing fits", async () => {
    expect((await stopped(nothingFits)).best!.outcome.value).toBeNull();
  });
});

describe.each(planners.map((module) => [module.card.id, module] as const))("%s", (_, module) => {
  test("cancelled at random moments answers with a valid plan and its bound", async () => {
    const rng = interruptionRng(module);
    const scenarios = scenariosFor(module);
    for (let i = 0; i < drawn(6); i++)
      await interruptAtRandom(module, scenarios[rng.int(scenarios.length)], rng.child(String(i)));
  });
});
