import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quickSplit } from "../../../../agents/exact/ideals/contiguous-optimum.ts";
import { elementDevices } from "../../../../agents/problems/split/split-plan.ts";
import { splitProblem } from "../../../../agents/problems/split/split-problem.ts";
import { lineOf } from "../../../../agents/search/elements/device-line.ts";
import { createLineMoves } from "../../../../agents/search/elements/line-moves.ts";
import { createMaxLoadState, type MaxLoadState } from "../../../../agents/search/elements/max-load-state.ts";
import { createRng, evaluator, placement, type Scenario, uncounted } from "../../../../env/index.ts";
import { contractExactly } from "../../../../env/model/layers/elements.ts";
import { randomSplit, standInLine } from "../../exact/random-split.ts";

const scenarios = randomSplit({ maxOps: 14, maxClasses: 14, maxAccelerators: 4, mostLessBytes: 4 });

/** A state at a contiguous split that fits, of two devices at least. */
function startOf(scenario: Scenario): MaxLoadState | null {
  const split = quickSplit(scenario);
  if (split === null || scenario.cluster.devices.length < 2) return null;
  const problem = splitProblem(scenario, contractExactly(scenario));
  const state = createMaxLoadState(problem, uncounted);
  state.reset(elementDevices(problem.elements, split.plan));
  return state;
}

const planOf = ({ problem, deviceOf }: MaxLoadState) => problem.elements.of.map((v) => deviceOf[v]);

/** The plan as devices of groups, for the definition in random-split.ts. */
function devicesOfGroups({ grouping }: Scenario, device: Int32Array): Int32Array {
  const ofGroup = new Int32Array(grouping.groupCount);
  device.forEach((d, op) => {
    ofGroup[grouping.groupOf[op]] = d;
  });
  return ofGroup;
}

describe("moves along the line", () => {
  test("keep the split contiguous, within memory, and its loads those of the evaluator", () => {
    let changed = 0;
    fc.assert(
      fc.property(scenarios, fc.integer(), (scenario, seed) => {
        const state = startOf(scenario);
        if (state === null) return;
        const score = evaluator(scenario);
        const isContiguous = standInLine(scenario);
        const rng = createRng(seed);
        const moves = createLineMoves(state, rng);
        for (let i = 0; i < 25; i++) {
          const before = [...state.deviceOf].join();
          if (!moves.make() || rng.next() < 0.2) moves.undo();
          if ([...state.deviceOf].join() !== before) changed++;
          state.energy();
          const device = planOf(state);
          const outcome = score.evaluate(placement(device));
          expect(isContiguous(devicesOfGroups(scenario, device))).toBe(true);
          expect(outcome.feasible).toBe(true);
          expect(state.valueUs).toBeCloseTo(outcome.value!, 9);
        }
      }),
      { numRuns: 40, seed: 2 },
    );
    expect(changed).toBeGreaterThan(200);
  });

  test("leave no trace when they are taken back", () => {
    fc.assert(
      fc.property(scenarios, fc.integer(), (scenario, seed) => {
        const state = startOf(scenario);
        if (state === null) return;
        const twin = startOf(scenario)!;
        const [moves, others] = [
          createLineMoves(state, createRng(seed)),
          createLineMoves(twin, createRng(seed)),
        ];
        for (let i = 0; i < 10; i++) if (!moves.make()) moves.undo();
        for (let i = 0; i < 10; i++) if (!others.make()) others.undo();
        const before = { energy: state.energy(), deviceOf: [...state.deviceOf] };
        moves.make();
        moves.undo();
        expect({ energy: state.energy(), deviceOf: [...state.deviceOf] }).toEqual(before);
        expect([...twin.deviceOf]).toEqual(before.deviceOf);
      }),
      { numRuns: 30, seed: 3 },
    );
  });

  test("reach every contiguous split of a small graph", () => {
    const scenario = fc.sample(
      randomSplit({ maxOps: 5, maxClasses: 5, maxAccelerators: 2 }).filter(
        (drawn) =>
          contractExactly(drawn).count === 4 && drawn.cluster.devices.length === 3 && startOf(drawn) !== null,
      ),
      { numRuns: 1, seed: 1 },
    )[0];
    const state = startOf(scenario)!;
    const moves = createLineMoves(state, createRng(1));
    const seen = new Set<string>();
    for (let i = 0; i < 3_000; i++) {
      if (!moves.make()) moves.undo();
      seen.add(state.deviceOf.join());
    }
    expect(seen.size).toBe(splitsWithinMemory(state));
  });

  test("need a contiguous start", () => {
    expect(() => lineOf({ successors: [[1], [2], []] }, [0, 1, 0], 2)).toThrow(/not contiguous/);
    expect([...lineOf({ successors: [[1], [2], []] }, [1, 0, 0], 2)]).toEqual([1, 0]);
  });
});

/** Contiguous assignments that every device can run and hold, by trying all. */
function splitsWithinMemory({ problem, deviceCount }: MaxLoadState): number {
  const { elements, scenario } = problem;
  const score = evaluator(scenario);
  let found = 0;
  for (let code = 0; code < deviceCount ** elements.count; code++) {
    const deviceOf = Int32Array.from(
      { length: elements.count },
      (_, v) => Math.floor(code / deviceCount ** v) % deviceCount,
    );
    try {
      lineOf(elements, deviceOf, deviceCount);
    } catch {
      continue;
    }
    if (score.evaluate(placement(elements.of.map((v) => deviceOf[v]))).feasible) found++;
  }
  return found;
}
