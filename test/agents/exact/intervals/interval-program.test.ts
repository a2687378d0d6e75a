import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { intervalPlan } from "../../../../agents/exact/intervals/interval-program.ts";
import { intervalStates, type Layers } from "../../../../agents/exact/intervals/interval-states.ts";
import { bestPrice } from "./interval-price.ts";

const amount = fc.integer({ min: 0, max: 20 });

/** Layers that each take something from one or two earlier ones, so that there is one input. */
const randomLayers = fc
  .array(
    fc.record({ us: amount, weights: amount, activations: amount, from: fc.tuple(fc.nat(), fc.nat()) }),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((list): Layers => {
    const successors = list.map(() => new Set<number>());
    list.forEach(({ from }, v) => {
      if (v > 0) for (const u of from) successors[u % v].add(v);
    });
    return {
      count: list.length,
      successors: successors.map((of) => [...of].sort((a, b) => a - b)),
      timeUs: Float64Array.from(list, ({ us }) => us),
      weightBytes: Float64Array.from(list, ({ weights }) => weights),
      activationBytes: Float64Array.from(list, ({ activations }) => activations),
    };
  });

const level = fc.record({ machines: fc.integer({ min: 1, max: 3 }), bytesPerUs: fc.constantFrom(1, 2, 8) });
const options = fc.record({
  levels: fc.array(level, { minLength: 1, maxLength: 2 }),
  transfers: fc.constantFrom("charged", "free"),
  replicas: fc.constantFrom("one", "any"),
});

function chainOf(timeUs: readonly number[]): Layers {
  return {
    count: timeUs.length,
    successors: timeUs.map((_, v) => (v + 1 < timeUs.length ? [v + 1] : [])),
    timeUs: Float64Array.from(timeUs),
    weightBytes: new Float64Array(timeUs.length),
    activationBytes: new Float64Array(timeUs.length),
  };
}

describe("PipeDream's interval program", () => {
  test("finds what trying every division of every level finds", () => {
    fc.assert(
      fc.property(randomLayers, options, (layers, given) => {
        const states = intervalStates(layers, 1_000)!;
        const least = bestPrice(states, given);
        const plan = intervalPlan(states, given);
        const timeUs = plan?.timeUs ?? Number.POSITIVE_INFINITY;
        if (least === Number.POSITIVE_INFINITY) expect(timeUs).toBe(least);
        else expect(timeUs).toBeCloseTo(least, 9);
      }),
      { numRuns: 300 },
    );
  });

  test("divides the layers of each stage among the machines inside, all of them used", () => {
    fc.assert(
      fc.property(randomLayers, options, (layers, given) => {
        const plan = intervalPlan(intervalStates(layers, 1_000)!, given);
        fc.pre(plan !== null);
        const levels = [...given.levels].reverse();
        const check = (
          stages: NonNullable<typeof plan>["stages"],
          whole: readonly number[],
          depth: number,
        ) => {
          if (depth === levels.length) {
            expect(stages).toEqual([]);
            return;
          }
          const sum = stages.reduce((machines, { replicas }) => machines + replicas, 0);
          expect(sum).toBe(levels[depth].machines);
          expect(stages.flatMap((stage) => stage.layers).sort((a, b) => a - b)).toEqual(whole);
          for (const stage of stages) check(stage.inside, stage.layers, depth + 1);
        };
        check(plan!.stages, [...layers.successors.keys()], 0);
      }),
    );
  });

  test("cuts a straight chain between machines first, then within each", () => {
    const states = intervalStates(chainOf([4, 4, 1, 1, 1, 5]), 100)!;
    const levels = [
      { machines: 2, bytesPerUs: 10 },
      { machines: 2, bytesPerUs: 1 },
    ];
    const plan = intervalPlan(states, { levels, transfers: "free", replicas: "one" })!;
    expect(plan.timeUs).toBe(5);
    expect(plan.stages.map(({ inside }) => inside.map(({ layers }) => layers))).toEqual([
      [[0], [1]],
      [[2, 3, 4], [5]],
    ]);
  });

  test("has no plan where machines must stay without a stage", () => {
    const states = intervalStates(chainOf([1, 1, 1]), 100)!;
    const two = { machines: 2, bytesPerUs: 1 };
    expect(intervalPlan(states, { levels: [two, two], transfers: "free", replicas: "one" })).toBeNull();
    expect(intervalPlan(states, { levels: [two, two], transfers: "free", replicas: "any" })).not.toBeNull();
  });
});
