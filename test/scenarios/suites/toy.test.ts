/** Trying all placements of the groups finds the optimum of every toy. */
import { describe, expect, test } from "vitest";
import {
  allowedDevices,
  evaluator,
  InputError,
  liftToOps,
  placement,
  type Scenario,
  scenarioHash,
} from "../../../env/index.ts";
import { resolveScenario, suiteNamed, toys } from "../../../scenarios/index.ts";

describe.each(toys.map(({ name }) => name))("toy/%s", (name) => {
  const toy = toys.find((each) => each.name === name)!;

  test("has the optimum that it says, and no bound above it", async () => {
    const scenario = await resolveScenario(`toy/${name}`);
    const best = bruteForce(scenario);
    expect(best).toBeCloseTo(toy.optimum, 9);
    for (const { value, argument } of evaluator(scenario).bounds())
      expect(value, argument).toBeLessThanOrEqual(best * (1 + 1e-12));
  });

  test("says what it shows and why its optimum is one", () => {
    expect(toy.summary.length).toBeGreaterThan(20);
    expect(toy.why.length).toBeGreaterThan(20);
  });
});

describe("the toys", () => {
  test("are a dozen, all different, and the suite of that name", async () => {
    expect(toys.length).toBeGreaterThanOrEqual(12);
    const scenarios = await Promise.all(suiteNamed("toy").members.map((uri) => resolveScenario(uri)));
    expect(new Set(scenarios.map(scenarioHash)).size).toBe(toys.length);
  });

  test("show that one device is not always best, and is sometimes", async () => {
    const gains = await Promise.all(
      toys.map(
        async ({ name, optimum }) => singleDevice(await resolveScenario(`toy/${name}`)) > optimum + 1e-9,
      ),
    );
    expect(new Set(gains).size).toBe(2);
  });

  test("suggest a name for a mistyped one and take another objective", async () => {
    await expect(resolveScenario("toy/chian")).rejects.toThrow(InputError);
    await expect(resolveScenario("toy/chian")).rejects.toThrow('Did you mean "chain"?');
    expect((await resolveScenario("toy/chain", { objective: "max-load" })).objective).toBe("max-load");
  });
});

function bruteForce(scenario: Scenario): number {
  const { groupCount } = scenario.grouping;
  const deviceCount = scenario.cluster.devices.length;
  const allowed = allowedDevices(scenario);
  const score = evaluator(scenario);
  let best = Number.POSITIVE_INFINITY;
  const groupDevice = new Int32Array(groupCount);
  const place = (g: number): void => {
    if (g === groupCount) {
      const { value } = score.evaluate(placement(liftToOps(scenario.grouping, groupDevice)));
      best = Math.min(best, value ?? Number.POSITIVE_INFINITY);
      return;
    }
    for (let d = 0; d < deviceCount; d++) {
      if (allowed[g * deviceCount + d] === 0) continue;
      groupDevice[g] = d;
      place(g + 1);
    }
  };
  place(0);
  return best;
}

/** The best plan on one device; `Infinity` where no device can run or hold everything. */
function singleDevice(scenario: Scenario): number {
  const deviceCount = scenario.cluster.devices.length;
  const { opCount } = scenario.graph;
  const allowed = allowedDevices(scenario);
  const score = evaluator(scenario);
  const values = scenario.cluster.devices.map((_, d) => {
    const canAll = allowed.every((may, i) => i % deviceCount !== d || may === 1);
    if (!canAll) return Number.POSITIVE_INFINITY;
    return score.evaluate(placement(new Int32Array(opCount).fill(d))).value ?? Number.POSITIVE_INFINITY;
  });
  return Math.min(...values);
}
