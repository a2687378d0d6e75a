import { describe, expect, test } from "vitest";
import { type PiperStage, planCost } from "../../../../../agents/exact/stages/piper/plan-cost.ts";
import { type PiperChoice, piperProblem } from "../../../../../agents/exact/stages/piper/problem.ts";

const choice = (rest: Partial<PiperChoice>): PiperChoice => ({
  time: 12,
  weightBytes: 60,
  bytesInFlight: 10,
  bytesFixed: 5,
  recomputes: false,
  ...rest,
});

/** a -> b -> c with 30 and 15 bytes; b costs 3 bytes more on the edge into it. */
const chain = {
  layers: [
    new Map([[1, [choice({})]]]),
    new Map([[1, [choice({ enteringExtra: new Map([[0, 3]]) }), choice({ time: 20, recomputes: true })]]]),
    new Map([[1, [choice({})]]]),
  ],
  edges: [
    { from: 0, to: 1, bytes: 30 },
    { from: 1, to: 2, bytes: 15 },
  ],
  devices: 5,
  microBatches: 6,
  memoryBytes: 60,
  bytesPerTime: 2,
};
const problem = piperProblem(chain);
const stage = (layers: number[], replicas: number, choices = layers.map(() => 0)): PiperStage => ({
  layers,
  replicas,
  degree: 1,
  choices,
});

describe("the cost of a plan of Piper", () => {
  test("is work, what crosses both ways, and weights four times: by hand", () => {
    const { stages, time, devices, fits } = planCost(problem, [stage([0], 1), stage([1], 3), stage([2], 1)]);
    // The sum of replicas from each stage on is 5, 4 and 1.
    expect(stages.map(({ inFlight }) => inFlight)).toEqual([5, 2, 1]);
    expect(stages.map(({ bytes }) => bytes)).toEqual([55, 25, 15]);
    expect(stages[0]).toMatchObject({ work: 12, crossing: 30, sync: 0, time: 42 });
    // 2 x (30 + 3) + 2 x 15 bytes by 3 replicas and 2 bytes for a unit of time.
    expect(stages[1].crossing).toBeCloseTo(16, 12);
    // 4 x 2 x 60 bytes by 3 replicas, 6 micro-batches and 2.
    expect(stages[1].sync).toBeCloseTo(480 / 36, 12);
    expect({ time, devices, fits }).toEqual({ time: 42, devices: 5, fits: true });
  });

  test("says where the memory is exceeded by one byte", () => {
    const plan = [stage([0], 1), stage([1], 3), stage([2], 1)];
    expect(planCost(piperProblem({ ...chain, memoryBytes: 55 }), plan).fits).toBe(true);
    expect(planCost(piperProblem({ ...chain, memoryBytes: 54 }), plan).fits).toBe(false);
  });

  test.each([
    [[stage([0, 1], 1)], /Layer 2 is in no stage/],
    [[stage([0, 1], 1), stage([1, 2], 1)], /Layer 1 .* in two stages/],
    [[stage([1], 1), stage([0, 2], 1)], /Layer 0 is in a later stage than layer 1/],
    [[stage([0, 1, 2], 4)], /4 replicas, expected one of 1, 2, 3/],
    [[stage([0], 3), stage([1, 2], 3)], /6 devices, expected at most 5/],
    [[stage([0, 1, 2], 1, [0, 2, 0])], /Layer 1 has no choice 2/],
  ])("refuses what is no plan", (stages, sentence) => {
    expect(() => planCost(problem, stages)).toThrow(sentence);
  });
});

describe("a case of Piper", () => {
  test.each([
    [{ devices: 0 }, /devices: 0 given/],
    [{ memoryBytes: Number.NaN }, /memoryBytes: NaN given/],
    [{ edges: [{ from: 0, to: 7, bytes: 1 }] }, /0 -> 7 leads to no layer; there are 3/],
    [{ edges: [...chain.edges, chain.edges[0]] }, /0 -> 1 is given twice/],
    [{ edges: [...chain.edges, { from: 2, to: 0, bytes: 1 }] }, /form a cycle/],
    [{ edges: [{ from: 0, to: 1, bytes: -1 }] }, /-1 bytes, expected 0 or more/],
    [{ layers: [] }, /none given/],
    [{ layers: [new Map([[1, [choice({ time: -1 })]]])], edges: [] }, /amount below 0/],
    [{ layers: [new Map([[1.5, [choice({})]]])], edges: [] }, /degree 1.5/],
  ])("is refused in one sentence where it is none: %o", (change, sentence) => {
    expect(() => piperProblem({ ...chain, ...change })).toThrow(sentence);
  });

  test("has the divisors of the micro-batches as replicas, or one of each stage", () => {
    expect(problem.replicas).toEqual([1, 2, 3]);
    expect(piperProblem(chain, { dataParallel: false }).replicas).toEqual([1]);
    expect(() =>
      planCost(piperProblem(chain, { recompute: false }), [stage([0, 1, 2], 1, [0, 1, 0])]),
    ).toThrow(/no choice 1/);
  });
});
