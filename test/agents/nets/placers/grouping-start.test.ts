import { expect, test } from "vitest";
import { unitsOf } from "../../../../agents/nets/placers/grouper-features.ts";
import { coarsenedStart } from "../../../../agents/nets/placers/grouping-start.ts";
import { testScenario } from "../../../../env/index.ts";

/** Two chains between a source and a sink. */
const scenario = testScenario({
  graph: `
    a 100 10B
    b 100 10B <- a
    c 100 10B <- b
    d 100 10B <- a
    e 100 10B <- d
    f 100 <- c e`,
  devices: 2,
});

test("a start has a group below the limit for each unit, and neighbours together", () => {
  const units = unitsOf(scenario);
  const start = coarsenedStart(scenario.graph, units, 3);
  expect(start).toHaveLength(units.count);
  expect(Math.max(...start)).toBeLessThan(3);
  const inside = units.edgeSource.filter((from, e) => start[from] === start[units.edgeDestination[e]]);
  expect(inside.length).toBeGreaterThanOrEqual(2);
});

test("a start with as many groups as units parts what a merge would put one after the other", () => {
  const units = unitsOf(scenario);
  const start = coarsenedStart(scenario.graph, units, units.count);
  // The branches may run at once, so they are apart.
  expect(start[1]).not.toBe(start[3]);
});
