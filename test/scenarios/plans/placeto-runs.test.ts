import { expect, test } from "vitest";
import { asPlacement } from "../../../env/index.ts";
import { checkedRuns, importFile, readPlanFile } from "../../../scenarios/index.ts";

const file = (...makespans: number[]) =>
  JSON.stringify({
    schema: "placeto-sim/1",
    params: { delta1: 0, delta2: 0, initOffset: 0, transferSpeed: 1 },
    devices: ["x", "y"],
    ops: ["a", "b"],
    cost: [10, 20],
    outputs: [[5], []],
    inputs: [[], [[0, 0]]],
    runs: makespans.map((makespan, i) => ({ place: [0, i % 2], makespan })),
  });
const read = (content: string, run?: number) => {
  const { scenario } = importFile(file(30), "case.json");
  const options = new Map(run === undefined ? [] : [["run", String(run)]]);
  return asPlacement(readPlanFile(scenario, { content, name: "case.json", options }).plan);
};

test("the one placement of a case file is a plan, of several the option run chooses", () => {
  expect(Array.from(read(file(30)).device)).toEqual([0, 0]);
  expect(Array.from(read(file(30, 35), 1).device)).toEqual([0, 1]);
  expect(() => read(file(30, 35))).toThrow(/holds 2 placements; the option run=N chooses one of 0..1/);
});

test("a result that the simulator does not give is refused, with the number of the run", () => {
  expect(() => read(file(15))).toThrow(/claims a makespan of 15 us, and the simulator gives 30 us/);
  const { scenario, runs } = importFile(file(30, 36), "case.json");
  expect(() => checkedRuns(scenario, runs!)).toThrow(
    /^Scenario file "case.json": run 1: it claims a makespan of 36 us, and the simulator gives 35 us\.$/,
  );
});
