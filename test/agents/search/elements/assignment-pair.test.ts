import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deviceTimes } from "../../../../agents/problems/split/element-times.ts";
import { coverOrder } from "../../../../agents/problems/split/forward-order.ts";
import { splitProblem } from "../../../../agents/problems/split/split-problem.ts";
import { splitPair } from "../../../../agents/search/elements/assignment-pair.ts";
import { polishPairs } from "../../../../agents/search/elements/assignment-polish.ts";
import { createMaxLoadState, type MaxLoadState } from "../../../../agents/search/elements/max-load-state.ts";
import { packedByMemory } from "../../../../agents/search/elements/packed-start.ts";
import { type Scenario, uncounted } from "../../../../env/index.ts";
import { colocated } from "../../../../env/model/layers/elements.ts";
import { randomSplit } from "../../exact/random-split.ts";

const scenarios = randomSplit({ maxOps: 12, maxClasses: 8, maxAccelerators: 3 });
const limits = { nodes: 1e5, buckets: 4_000 };
const polish = { ...limits, tries: 1_000 };

/** A state that fits, of two devices at least. */
function startOf(scenario: Scenario): { state: MaxLoadState; order: Int32Array } | null {
  const problem = splitProblem(scenario, colocated(scenario));
  const start = packedByMemory(problem);
  if (start === null || scenario.cluster.devices.length < 2) return null;
  const state = createMaxLoadState(problem, uncounted);
  state.reset(start);
  return { state, order: coverOrder(scenario, problem.elements) };
}

/** The least that the larger load of two devices can be, by trying everything. */
function leastOfPair({ problem, deviceOf }: MaxLoadState, pair: readonly [number, number]): number {
  const state = createMaxLoadState(problem, uncounted);
  const { deviceCount, timeUs } = deviceTimes(problem);
  const elements = [...deviceOf.keys()].filter((v) => pair.includes(deviceOf[v]));
  let least = Number.POSITIVE_INFINITY;
  for (let code = 0; code < 2 ** elements.length; code++) {
    const dealt = deviceOf.slice();
    elements.forEach((v, i) => {
      dealt[v] = pair[(code >> i) & 1];
    });
    if (elements.some((v) => timeUs[v * deviceCount + dealt[v]] === Number.POSITIVE_INFINITY)) continue;
    state.reset(dealt);
    least = Math.min(least, Math.max(state.loadUs[pair[0]], state.loadUs[pair[1]]));
  }
  return least;
}

describe("dealing out two devices anew", () => {
  test("finds the least larger load of all ways, whatever the other devices hold", () => {
    let better = 0;
    fc.assert(
      fc.property(scenarios, fc.integer({ min: 0, max: 5 }), (scenario, draw) => {
        const started = startOf(scenario);
        if (started === null) return;
        const { state, order } = started;
        const first = draw % state.deviceCount;
        const second = (first + 1 + (draw % (state.deviceCount - 1))) % state.deviceCount;
        const presentUs = Math.max(state.loadUs[first], state.loadUs[second]);
        const times = deviceTimes(state.problem);
        const least = leastOfPair(state, [first, second]);
        const pair = {
          devices: [first, second],
          order,
          assigned: state.deviceOf,
          upperUs: presentUs,
        } as const;
        const found = splitPair(state.problem, times, pair, limits);
        if (least >= presentUs) {
          expect(found).toBeNull();
          return;
        }
        better++;
        expect(found!.us).toBeCloseTo(least, 9);
        found!.elements.forEach((v, i) => {
          state.move(v, found!.deviceOf[i]);
        });
        expect(Math.max(state.loadUs[first], state.loadUs[second])).toBeCloseTo(least, 9);
      }),
      { numRuns: 200, seed: 6 },
    );
    expect(better).toBeGreaterThan(30);
  });

  test("is never wrong where few loads are told apart, and gives up beyond its nodes", () => {
    let compared = 0;
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const started = startOf(scenario);
        if (started === null) return;
        const { state, order } = started;
        const upperUs = Math.max(state.loadUs[0], state.loadUs[1]);
        const times = deviceTimes(state.problem);
        const rough = { nodes: 1e5, buckets: 2 };
        const pair = { devices: [0, 1], order, assigned: state.deviceOf, upperUs } as const;
        const found = splitPair(state.problem, times, pair, rough);
        if (found === null) return;
        compared++;
        found.elements.forEach((v, i) => {
          state.move(v, found.deviceOf[i]);
        });
        expect(Math.max(state.loadUs[0], state.loadUs[1])).toBeCloseTo(found.us, 9);
        expect(found.us).toBeLessThan(upperUs);
        const given = { nodes: 1, buckets: 4_000 };
        expect(splitPair(state.problem, times, pair, given)).toBeNull();
      }),
      { numRuns: 60, seed: 7 },
    );
    expect(compared).toBeGreaterThan(12);
  });
});

describe("the polish by pairs", () => {
  test("ends within the memory where no pair helps any more, and never above its start", () => {
    let compared = 0;
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const started = startOf(scenario);
        if (started === null) return;
        compared++;
        const { state, order } = started;
        state.energy();
        const startUs = state.valueUs;
        for (const _ of polishPairs(state, order, polish));
        state.energy();
        expect(state.valueUs).toBeLessThanOrEqual(startUs * (1 + 1e-9));
        const held = new Float64Array(state.deviceCount);
        state.deviceOf.forEach((d, v) => {
          held[d] += state.problem.memoryBytes[v];
        });
        const { limitBytes } = deviceTimes(state.problem);
        expect(held.every((bytes, d) => bytes <= limitBytes[d])).toBe(true);
        const again = [...state.deviceOf];
        for (const _ of polishPairs(state, order, polish));
        expect([...state.deviceOf]).toEqual(again);
      }),
      { numRuns: 60, seed: 8 },
    );
    expect(compared).toBeGreaterThan(30);
  });

  test("ends where it is told to", () => {
    let compared = 0;
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const started = startOf(scenario);
        if (started === null) return;
        compared++;
        const before = [...started.state.deviceOf];
        const polishing = polishPairs(started.state, started.order, polish);
        polishing.next();
        expect(polishing.next(true).done).toBe(true);
        expect([...started.state.deviceOf]).toEqual(before);
      }),
      { numRuns: 20, seed: 9 },
    );
    expect(compared).toBeGreaterThan(10);
  });
});
