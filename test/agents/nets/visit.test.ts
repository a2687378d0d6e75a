import { describe, expect, test } from "vitest";
import { visitColumns, visitOf } from "../../../agents/nets/visit.ts";
import { createProgressiveEnv, createRefineEnv, groupColumns, testScenario } from "../../../env/index.ts";

const scenario = testScenario({ graph: "a 10 40B\nb 20 80B params=8 <- a\nc 30 <- b" });

describe("visitOf", () => {
  test("hands on the group columns, the current group and the placement of an observation", () => {
    const { observation } = createRefineEnv({ scenario, start: [0, 1, 0] }).reset();
    const { features, current, placement } = visitOf(observation);
    expect(visitColumns).toEqual(groupColumns);
    expect(features).toEqual(observation.groups);
    expect(current).toBe(0);
    expect([...placement]).toEqual([0, 1, 0]);
  });

  test("finds its columns by name among others and in another order", () => {
    const { observation } = createRefineEnv({ scenario }).reset();
    const groups = Float32Array.from({ length: 3 * 8 }, (_, i) => {
      const [row, column] = [Math.floor(i / 8), i % 8];
      return column === 0 || column === 7 ? 9 : observation.groups[row * 6 + 6 - column];
    });
    const names = ["first", ...[...groupColumns].reverse(), "last"];
    expect(visitOf({ ...observation, groups, groupColumns: names })).toEqual(visitOf(observation));
  });

  test("refuses an observation without its columns, current group or complete placement", () => {
    const { observation } = createRefineEnv({ scenario }).reset();
    expect(() => visitOf({ ...observation, groupColumns: ["compute", "visits"] })).toThrow(
      'The observation has no column "outputBytes" for its groups; it has compute, visits.',
    );
    expect(() => visitOf({ ...observation, current: -1 })).toThrow("has no current group");
    expect(() => visitOf(createProgressiveEnv({ scenario }).reset().observation)).toThrow(
      "Group 0 of the observation is not placed",
    );
  });
});
