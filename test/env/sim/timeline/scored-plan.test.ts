import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createScorer, evaluator, objectivesFor, placement, testScenario } from "../../../../env/index.ts";

const small = testScenario({
  graph: `
    a 10 40B params=60 transfer=7
    b 20 40B params=50 transfer=5 <- a
    c 30 40B params=40 transfer=3 <- a
    d 40 40B params=30 transfer=2 <- b c
    e 50 params=20 <- d`,
  devices: ["GPU", "GPU", "cpu"],
  memoryBytes: 120,
});
const scenario = { ...small, graph: { ...small.graph, batch: 4 } };
const device = fc.array(fc.nat(2), { minLength: 5, maxLength: 5 });

describe.each(objectivesFor("placement").map((objective) => [objective]))("a plan under %s", (objective) => {
  const own = { ...scenario, objective };
  const devices = scenario.cluster.devices.map((each) => ({
    ...each,
    memoryBytes: Number.POSITIVE_INFINITY,
  }));
  const roomy = { ...own, cluster: { ...scenario.cluster, devices } };

  test("has the evaluator's outcome, and without limits the value of a cluster without limits", () => {
    const score = createScorer(own);
    const [exact, unlimited] = [evaluator(own), evaluator(roomy)];
    fc.assert(
      fc.property(device, (of) => {
        const scored = score(placement(of));
        const outcome = exact.evaluate(placement(of));
        expect(scored.outcome.value).toBe(outcome.value);
        expect(scored.outcome.violation).toEqual(outcome.violation);
        expect(scored.unlimitedValue).toBe(unlimited.evaluate(placement(of)).value);
        expect(scored.gap).toBe(outcome.value === null ? null : outcome.value / scored.bound.value - 1);
      }),
    );
  });

  test("holds by the objective's own rule: a violation is a peak above the limit that is told", () => {
    const score = createScorer(own);
    fc.assert(
      fc.property(device, (of) => {
        const { outcome, limitBytes } = score(placement(of));
        const isOver = outcome.peakBytes.some((bytes, d) => bytes > limitBytes[d]);
        expect(isOver).toBe(outcome.violation !== null);
      }),
    );
  });
});

test("only max-load has loads in place of a timeline", () => {
  const kinds = objectivesFor("placement").map((objective) => {
    const { timeline, loads } = createScorer({ ...scenario, objective })(placement([0, 0, 1, 1, 2]));
    expect((timeline === null) !== (loads === null)).toBe(true);
    return loads === null ? "timeline" : "loads";
  });
  expect(kinds).toEqual(
    objectivesFor("placement").map((objective) => (objective === "max-load" ? "loads" : "timeline")),
  );
});
