import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runTimesUs } from "../../../../env/model/cluster/speed.ts";
import { readScenario, scenarioHash, writeScenario } from "../../../../env/model/file.ts";
import { placement } from "../../../../env/model/plan/placement.ts";
import { createRng } from "../../../../env/model/rng.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { evaluator } from "../../../../env/sim/objectives/evaluator.ts";
import {
  type Instance,
  scenarioOf,
  startOf,
  unchanged,
} from "../../../../results/evaluation/adversary/instance.ts";
import {
  changed,
  communicationOf,
  FACTORS,
  MOST_COMMUNICATION,
} from "../../../../results/evaluation/adversary/moves.ts";
import { resolveScenario } from "../../../../scenarios/resolve.ts";

const small = await resolveScenario("layered/train/0/2xK80?ops=8&width=3");
const withHost = await resolveScenario("toy/heterogeneous");

function walked(scenario: Scenario, steps: number, seed: number): Instance {
  const rng = createRng(seed);
  let instance = unchanged(startOf(scenario));
  for (let step = 0; step < steps; step++) instance = changed(instance, rng);
  return instance;
}

const valueOn = (scenario: Scenario, device: number) =>
  evaluator(scenario).evaluate(placement(new Int32Array(scenario.graph.opCount).fill(device))).cost;

describe("an instance", () => {
  test.each([
    ["of a family", small],
    ["with a host and measured times", withHost],
  ])("%s that nothing changed scores as its start, but for rounding", (_, scenario) => {
    const same = scenarioOf(unchanged(startOf(scenario)), "same");
    for (const d of scenario.cluster.devices.keys()) {
      if (!Number.isFinite(valueOn(scenario, d))) continue;
      expect(valueOn(same, d) / valueOn(scenario, d)).toBeCloseTo(1, 2);
    }
  });

  test("after any walk is a scenario file that reads back the same", () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(), (steps, seed) => {
        const scenario = scenarioOf(walked(small, steps, seed), "walked");
        const back = readScenario(JSON.parse(JSON.stringify(writeScenario(scenario))), "walked");
        expect(scenarioHash(back)).toBe(scenarioHash(scenario));
      }),
      { numRuns: 20 },
    );
  });

  test("stays within its bounds however long the walk", () => {
    const start = startOf(small);
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const instance = walked(small, 400, seed);
        const within = (numbers: readonly number[], most: number) =>
          numbers.every((number) => number <= most && number >= 1 / most);
        expect(within(instance.opTimes, FACTORS.numbers)).toBe(true);
        expect(within(instance.outputs, FACTORS.numbers)).toBe(true);
        expect(within(instance.bandwidths, FACTORS.numbers)).toBe(true);
        expect(within(instance.speeds, FACTORS.speeds)).toBe(true);
        for (const us of instance.latenciesUs) expect(us).toBeLessThanOrEqual(start.medianUs);
        expect(communicationOf(instance)).toBeLessThanOrEqual(MOST_COMMUNICATION);
        const { edgeCount } = small.graph;
        expect(instance.edges.length).toBeLessThanOrEqual(Math.ceil(1.5 * edgeCount));
        expect(instance.edges.length).toBeGreaterThanOrEqual(Math.floor(edgeCount / 2));
      }),
      { numRuns: 5 },
    );
  });

  test("is changed in every way by a walk, and never in place", () => {
    const start = unchanged(startOf(small));
    const before = JSON.stringify({ ...start, start: null });
    const rng = createRng("walk");
    const fields = ["opTimes", "outputs", "speeds", "bandwidths", "latenciesUs", "edges"] as const;
    const seen = new Set<string>();
    let [least, most] = [start.edges.length, start.edges.length];
    let instance = start;
    for (let step = 0; step < 200; step++) {
      const next = changed(instance, rng);
      for (const field of fields) if (next[field] !== instance[field]) seen.add(field);
      instance = next;
      least = Math.min(least, next.edges.length);
      most = Math.max(most, next.edges.length);
    }
    expect(seen).toEqual(new Set(fields));
    expect(least).toBeLessThan(start.edges.length);
    expect(most).toBeGreaterThan(start.edges.length);
    expect(JSON.stringify({ ...start, start: null })).toBe(before);
  });

  test("keeps which device may run which op", () => {
    const scenario = scenarioOf(walked(withHost, 100, 3), "walked");
    const finite = (each: Scenario) => Array.from(runTimesUs(each.graph, each.cluster), Number.isFinite);
    expect(finite(scenario)).toEqual(finite(withHost));
  });
});
