import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type IntervalStage, intervalPlan } from "../../../../agents/exact/intervals/interval-program.ts";
import { intervalStates, type Layers } from "../../../../agents/exact/intervals/interval-states.ts";
import { bestPrice, everyDivision, type PricedStage, priceOf, publishedPrice } from "./interval-price.ts";

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
  compression: fc.constantFrom(undefined, 2),
  mode: fc.constantFrom("paper", "code"),
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

const priced = ({ from, to, replicas, inside }: IntervalStage): PricedStage => ({
  after: from - 1,
  upTo: to - 1,
  replicas,
  inside: inside.map(priced),
});

describe("PipeDream's interval program", () => {
  const expectClose = (timeUs: number, least: number) =>
    least === Number.POSITIVE_INFINITY ? expect(timeUs).toBe(least) : expect(timeUs).toBeCloseTo(least, 9);

  test("finds what trying every division of every level finds, with the paper's costs", () => {
    fc.assert(
      fc.property(randomLayers, options, (layers, given) => {
        const states = intervalStates(layers, 1_000)!;
        const wanted = { ...given, mode: "paper" as const };
        expectClose(intervalPlan(states, wanted)?.timeUs ?? Infinity, bestPrice(states, wanted));
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test("finds what trying every division of one level finds, with the code's costs", () => {
    fc.assert(
      fc.property(randomLayers, options, (layers, given) => {
        const states = intervalStates(layers, 1_000)!;
        const wanted = { ...given, mode: "code" as const, levels: given.levels.slice(0, 1) };
        expectClose(intervalPlan(states, wanted)?.timeUs ?? Infinity, bestPrice(states, wanted));
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  test("finds what the loops of the published program find on up to three levels", () => {
    fc.assert(
      fc.property(randomLayers, options, level, (layers, given, third) => {
        const states = intervalStates(layers, 1_000)!;
        const wanted = { ...given, mode: "code" as const, levels: [...given.levels, third] };
        expectClose(intervalPlan(states, wanted)?.timeUs ?? Infinity, publishedPrice(states, wanted));
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  test("its stages cost what the plan says, and the slowest of them is the plan's time", () => {
    fc.assert(
      fc.property(randomLayers, options, (layers, given) => {
        const states = intervalStates(layers, 1_000)!;
        const wanted = { ...given, mode: "paper" as const };
        const plan = intervalPlan(states, wanted);
        fc.pre(plan !== null);
        expect(priceOf(states, wanted, plan!.stages.map(priced))).toBeCloseTo(plan!.timeUs, 9);
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  test("takes the most even division of those of one price, with the paper's costs", () => {
    fc.assert(
      fc.property(randomLayers, options, (layers, given) => {
        const states = intervalStates(layers, 1_000)!;
        const wanted = { ...given, mode: "paper" as const, levels: given.levels.slice(0, 1) };
        const plan = intervalPlan(states, wanted);
        fc.pre(plan !== null);
        const unevenness = (stages: readonly PricedStage[]) =>
          stages.reduce((sum, stage) => {
            const us = priceOf(states, { ...wanted, transfers: "free" }, [stage]);
            return sum + stage.replicas * us * us;
          }, 0);
        const all = everyDivision(states, wanted, 0, -1, states.count - 1);
        const best = all.filter((stages) => priceOf(states, wanted, stages) <= plan!.timeUs + 1e-9);
        const least = Math.min(...best.map(unevenness));
        expect(unevenness(plan!.stages.map(priced))).toBeCloseTo(least, 6);
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  test("takes the preferred cut among those of one price, else the first", () => {
    const states = intervalStates(chainOf([4, 0, 0, 4]), 100)!;
    const levels = [{ machines: 2, bytesPerUs: 1 }];
    const wanted = { levels, mode: "code", transfers: "free", replicas: "one" } as const;
    const cutOf = (preferred: readonly number[]) =>
      intervalPlan(states, { ...wanted, preferredCuts: [new Set(preferred)] })!.stages[0].to;
    expect(cutOf([])).toBe(1);
    expect(cutOf([1])).toBe(2);
    expect(cutOf([0, 2])).toBe(3);
    const uneven = intervalStates(chainOf([4, 1, 1, 1, 1]), 100)!;
    const best = intervalPlan(uneven, { ...wanted, preferredCuts: [new Set([2])] })!;
    expect(best.stages[0].to).toBe(1);
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
    const plan = intervalPlan(states, { levels, mode: "paper", transfers: "free", replicas: "one" })!;
    expect(plan.timeUs).toBe(5);
    expect(plan.stages.map(({ inside }) => inside.map(({ layers }) => layers))).toEqual([
      [[0], [1]],
      [[2, 3, 4], [5]],
    ]);
  });

  test("has no plan where machines must stay without a stage", () => {
    const states = intervalStates(chainOf([1, 1, 1]), 100)!;
    const two = { machines: 2, bytesPerUs: 1 };
    const wanted = { levels: [two, two], mode: "paper", transfers: "free" } as const;
    expect(intervalPlan(states, { ...wanted, replicas: "one" })).toBeNull();
    expect(intervalPlan(states, { ...wanted, replicas: "any" })).not.toBeNull();
  });
});
