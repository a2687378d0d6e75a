import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitProblem } from "../../../../agents/problems/split/split-problem.ts";
import { cutForLatency, randomOrder } from "../../../../agents/search/elements/latency-chain.ts";
import { createRng, evaluator, placement, type Scenario, testScenario } from "../../../../env/index.ts";
import { contract } from "../../../../env/model/layers/elements.ts";
import { randomSplit } from "../../exact/random-split.ts";

const problemOf = (scenario: Scenario) => splitProblem(scenario, contract(scenario));
const inOrder = (count: number) => Int32Array.from({ length: count }, (_, v) => v);

const chain = (memoryBytes: number, devices = 3) =>
  testScenario({
    graph:
      "a 10 1B transfer=4 params=60\nb 10 1B transfer=1 params=30 <- a\nc 10 1B transfer=7 params=30 <- b\nd 10 params=60 <- c",
    devices,
    memoryBytes,
    objective: "latency",
  });

describe("the cut of an order for latency", () => {
  test("is made where the transfers are least of those that fit", () => {
    expect([...cutForLatency(problemOf(chain(100)), inOrder(4))!]).toEqual([0, 0, 1, 1]);
    const apart = cutForLatency(problemOf(chain(60)), inOrder(4))!;
    expect(new Set(apart).size).toBe(3);
    expect(apart[1]).toBe(apart[2]);
  });

  test("is null where the accelerators cannot hold the order", () => {
    expect(cutForLatency(problemOf(chain(60, 2)), inOrder(4))).toBeNull();
    expect(cutForLatency(problemOf(chain(50)), inOrder(4))).toBeNull();
  });

  test("fits the memory whatever the order", () => {
    let compared = 0;
    fc.assert(
      fc.property(
        randomSplit({ maxOps: 12, maxClasses: 7, maxAccelerators: 3 }),
        fc.integer(),
        (drawn, seed) => {
          const scenario = { ...drawn, objective: "latency" } as const;
          const problem = problemOf(scenario);
          const cut = cutForLatency(problem, randomOrder(problem, createRng(seed)));
          if (cut === null) return;
          compared++;
          const device = problem.elements.of.map((element) => cut[element]);
          expect(evaluator(scenario).evaluate(placement(device)).feasible).toBe(true);
        },
      ),
      { numRuns: 60, seed: 8 },
    );
    expect(compared).toBeGreaterThan(40);
  });
});

describe("a random order", () => {
  test("puts every element after those before it", () => {
    fc.assert(
      fc.property(
        randomSplit({ maxOps: 12, maxClasses: 9, maxAccelerators: 1 }),
        fc.integer(),
        (scenario, seed) => {
          const problem = problemOf(scenario);
          const order = randomOrder(problem, createRng(seed));
          const position = new Map([...order].map((v, i) => [v, i]));
          expect(position.size).toBe(problem.elements.count);
          for (const [v, list] of problem.elements.successors.entries())
            for (const w of list) expect(position.get(v)!).toBeLessThan(position.get(w)!);
        },
      ),
      { numRuns: 40, seed: 9 },
    );
  });
});
