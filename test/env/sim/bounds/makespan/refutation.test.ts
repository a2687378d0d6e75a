/**
 * Bounds by refutation: what they find that simpler ones do not, and the one-machine schedule that
 * they use.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compile,
  type Evaluator,
  evaluator,
  placement,
  refutationBound,
  testScenario,
} from "../../../../../env/index.ts";
import { jacksonUs } from "../../../../../env/sim/bounds/jackson.ts";
import { everyPlacement } from "../../every-placement.ts";

describe("Jackson's preemptive schedule", () => {
  const schedule = (ops: readonly (readonly [number, number, number])[]) => {
    const [heads, runs, tails] = [0, 1, 2].map((part) => Float64Array.from(ops, (op) => op[part]));
    return jacksonUs([...ops.keys()], heads, runs, tails);
  };

  test("runs what has the longest tail, and interrupts it for a longer one", () => {
    expect(schedule([[0, 5, 0]])).toBe(5);
    expect(
      schedule([
        [0, 5, 1],
        [2, 2, 10],
      ]),
    ).toBe(2 + 2 + 10);
  });

  test("equals the largest of least head, work and least tail over all sets of ops", () => {
    const op = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9));
    fc.assert(
      fc.property(fc.array(op, { minLength: 1, maxLength: 7 }), (ops) => {
        let largest = 0;
        for (let set = 1; set < 1 << ops.length; set++) {
          const chosen = ops.filter((_, i) => (set >> i) & 1);
          const least = (part: number) => Math.min(...chosen.map((each) => each[part]));
          const work = chosen.reduce((sum, [, us]) => sum + us, 0);
          largest = Math.max(largest, least(0) + work + least(2));
        }
        expect(schedule(ops)).toBe(largest);
      }),
      { numRuns: 300 },
    );
  });
});

const boundBut = (score: Evaluator, name: string): number =>
  Math.max(...score.bounds().map(({ argument, value }) => (argument === name ? 0 : value)));

describe("the bound by refutation", () => {
  test("sees that two branches either take turns on one device or one of them waits for what both read", () => {
    // Two branches of 60 us behind a: they run one after the other, or one waits 20 us for a's
    // output.
    const graph = "a 10 200B\nx 20 300B <- a\ny 30 400B <- a\nz 30 300B <- a\nq 10 <- x z\nr 30 <- y";
    const scenario = testScenario({ graph, bytesPerUs: 10 });
    const score = evaluator(scenario);
    const plans = Array.from({ length: 64 }, (_, code) => [0, 1, 2, 3, 4, 5].map((v) => (code >> v) & 1));
    const optimum = Math.min(...plans.map((plan) => score.evaluate(placement(plan)).value!));
    const { value, argument } = refutationBound(compile(scenario));
    expect(argument).toBe("refutation");
    expect(optimum).toBe(90);
    expect(boundBut(score, "quick refutation")).toBe(70);
    expect(score.bound().argument).toBe("quick refutation");
    expect(value).toBeGreaterThan(0.99 * optimum);
    expect(value).toBeLessThanOrEqual(optimum);
  });

  test("is never below the cheap bounds, and the same again", () => {
    const graph = "a 7 90B\nb 9 40B <- a\nc 8 60B <- a\nd 6 20B <- b\ne 5 10B <- c\nf 3 <- d e";
    const compiled = compile(testScenario({ graph, devices: 3, bytesPerUs: 10 }));
    const { value } = refutationBound(compiled);
    expect(value).toBeGreaterThanOrEqual(evaluator(compiled.scenario).bound().value);
    expect(refutationBound(compiled).value).toBe(value);
  });

  test("stays with the cheap bounds where no plan fits", () => {
    const scenario = testScenario({ graph: "a 5 params=90\nb 5 params=10", memoryBytes: 50 });
    expect(refutationBound(compile(scenario)).value).toBe(evaluator(scenario).bound().value);
  });

  // Not-a-number heads once made these searches endless.
  test.each([
    [
      "an op of one kind feeds an update",
      "o0 0 16B\no1 10 16B,16B kinds=CPU\no2 3 8B <- o0\no3 4 role=update <- o1:1 o2",
    ],
    [
      "an embedding on the host is updated",
      "e CPU:900 400B params=4000 kinds=CPU\nm 50 40B <- e\nb 60 400B role=backward <- m\nu 30 role=update group=t <- b ^e",
    ],
    [
      "updates alone, some tied to the host",
      "u 5 8B role=update kinds=CPU group=a\nv 6 8B role=update <- u\nw 7 role=update group=a <- v",
    ],
    [
      "a backward op in the unit of a host op",
      "f 5 80B kinds=CPU group=a\ng 6 80B <- f\nh 7 80B role=backward <- g\nk 8 role=backward group=a <- h ^f",
    ],
  ])("ends where %s", (_, graph) => {
    const scenario = testScenario({ graph, devices: ["GPU", "CPU"], bytesPerUs: 8 });
    const score = evaluator(scenario);
    const { value } = refutationBound(compile(scenario));
    const values = [...everyPlacement(scenario)].map((plan) => score.evaluate(plan).value!);
    expect(value).toBeGreaterThanOrEqual(score.bound().value);
    expect(value).toBeLessThanOrEqual(Math.min(...values));
  });
});
