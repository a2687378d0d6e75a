import { describe, test } from "vitest";
import type { PlannerModule } from "../../../agents/contract.ts";
import { methods } from "../../../agents/registry/registry.ts";
import { interruptAtRandom, interruptionRng, scenariosFor } from "./interruption.ts";

const planners = methods.filter((method): method is PlannerModule => method.kind === "planner");

describe.each(planners.map((module) => [module.card.id, module] as const))("%s", (_, module) => {
  test("cancelled 100 times at random moments answers with a valid plan and its bound", async () => {
    const rng = interruptionRng(module);
    const scenarios = scenariosFor(module);
    for (let i = 0; i < 100; i++)
      await interruptAtRandom(module, scenarios[rng.int(scenarios.length)], rng.child(String(i)));
  });
});
