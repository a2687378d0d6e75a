import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Reset } from "../../../env/contract.ts";
import { createRefineEnv, groupColumns, type PlacementObservation } from "../../../env/index.ts";
import { groupDevices } from "../../../env/model/coarsen/grouping.ts";
import { createRng } from "../../../env/model/rng.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { testScenario } from "../../../env/model/test-scenario.ts";
import { play } from "../envs/play.ts";
import { anyScenario, diamondScenario, supportScenario } from "../envs/scenarios.ts";

/** Feature rows of the start observation by op name; one op per group. */
function rowsByName(scenario: Scenario, deviceOf: (name: string) => number, current: string) {
  const { groupOf, groupCount } = scenario.grouping;
  const names = Array.from({ length: groupCount }, (_, g) => scenario.graph.names[groupOf.indexOf(g)]);
  const env = createRefineEnv({ scenario, start: names.map(deviceOf) });
  let { observation } = env.reset();
  while (names[observation.current] !== current)
    observation = env.step(observation.placement[observation.current]).observation;
  const width = groupColumns.length;
  // Visits depend on the order of the visits, which is no property of the graph alone.
  const rows = names.map((_, g) => [
    ...[...observation.groups.subarray(g * width, (g + 1) * width)].toSpliced(3, 1),
    observation.placement[g],
  ]);
  return Object.fromEntries(names.map((name, g) => [name, rows[g]]));
}

describe("the placement observation", () => {
  test("names every column once", () => {
    const { groups, groupColumns: names } = createRefineEnv({ scenario: supportScenario }).reset()
      .observation;
    expect(names).toBe(groupColumns);
    expect(groups).toHaveLength(4 * names.length);
    expect(names).toEqual([
      "compute",
      "outputBytes",
      "parameterBytes",
      "visits",
      "isCurrent",
      "relativeStart",
    ]);
    expect(new Set(names).size).toBe(names.length);
  });

  test("scales times and bytes by their maximum and averages times over the devices that can run a group", () => {
    const { groups } = createRefineEnv({ scenario: supportScenario }).reset().observation;
    const row = (g: number) => [...groups.subarray(g * 6, g * 6 + 3)];
    expect(row(0)).toEqual([1, 1, 0]);
    expect(row(1)).toEqual([Math.fround(0.3), Math.fround(0.2), 1]);
    expect(row(2)).toEqual([Math.fround(0.7), Math.fround(0.2), 0]);
  });

  test("lists sources, then destinations of the edges between groups", () => {
    const { edges } = createRefineEnv({ scenario: diamondScenario }).reset().observation;
    expect([...edges]).toEqual([0, 0, 1, 2, 1, 2, 3, 3]);
  });

  test("does not depend on the order in which ops are declared", () => {
    const forwards = ["a 10 40B", "b 20 80B <- a", "c 30 10B params=8 <- a", "d 5 <- b c"];
    const backwards = [...forwards].reverse();
    const deviceOf = (name: string) => (name < "c" ? 0 : 1);
    for (const current of ["a", "b", "c", "d"])
      expect(rowsByName(testScenario({ graph: forwards.join("\n") }), deviceOf, current)).toEqual(
        rowsByName(testScenario({ graph: backwards.join("\n") }), deviceOf, current),
      );
  });

  test("has exactly one current group, and one device for each placed group", () => {
    fc.assert(
      fc.property(anyScenario, fc.nat(), (scenario, seed) => {
        const env = createRefineEnv({ scenario, start: "random" });
        const width = groupColumns.length;
        const { groupCount } = scenario.grouping;
        const reset = env.reset({ seed });
        const device = groupDevices(scenario.grouping, env.plan().device);
        const rng = createRng(seed);
        for (let last: Reset<PlacementObservation> = reset; ; ) {
          const { observation, info } = last;
          expect(env.observationSpace.contains(observation)).toBe(true);
          const rows = Array.from({ length: groupCount }, (_, g) =>
            observation.groups.subarray(g * width, (g + 1) * width),
          );
          expect(rows.flatMap((row, g) => (row[4] === 1 ? [g] : []))).toEqual(
            observation.current === -1 ? [] : [observation.current],
          );
          expect(observation.placement).toEqual(device);
          if (observation.current === -1) break;
          const action = env.actionSpace.sample(rng, info.actionMask);
          device[observation.current] = action;
          last = env.step(action);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("can be replaced", () => {
    const env = createRefineEnv({
      scenario: diamondScenario,
      observation: () => ({
        space: {
          kind: "Any",
          sample: () => 0,
          contains: (v): v is number => typeof v === "number",
          describe: () => "Any",
        },
        needsStartTimes: false,
        observe: ({ current }) => current,
      }),
    });
    const reset = env.reset();
    expect([reset, ...play(env, reset, createRng(0).int(5))].map((answer) => answer.observation)).toEqual([
      0, 1, 2, 3, -1,
    ]);
  });
});
