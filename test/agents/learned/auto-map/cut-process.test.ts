import { describe, expect, test } from "vitest";
import { autoMapPipeline, cutWorld } from "../../../../agents/learned/auto-map/auto-map-pipeline.ts";
import { balancedPlan, CutProcess } from "../../../../agents/learned/auto-map/cut-process.ts";
import { parseGraph, testScenario, validatePlan } from "../../../../env/index.ts";
import { tinyPipelines, trainingChain } from "../../registry/tiny-pipelines.ts";

const chainOf = (times: readonly number[], devices: number) =>
  testScenario({
    name: "chain",
    graph: { ...parseGraph(trainingChain(times)), batch: 8 },
    devices,
    objective: "iteration",
  });
const processOn = (scenario: ReturnType<typeof chainOf>, given: object = {}) =>
  new CutProcess(cutWorld(scenario, autoMapPipeline.options.parse(given)));

/** Stages of all layers under every legal sequence of cuts. */
function everySplit(process: CutProcess): string[] {
  const found: string[] = [];
  const open: (readonly number[])[] = [[]];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    let end = process.reset();
    for (const action of path) end = process.step(action);
    if (end === "done") found.push([...process.plan().stageOf].join());
    else for (const [action, legal] of process.mask.entries()) if (legal === 1) open.push([...path, action]);
  }
  return found;
}

describe("decisions on cuts", () => {
  test("reach every split into contiguous stages once", () => {
    const splits = everySplit(processOn(chainOf([1, 2, 3, 4, 5], 3)));
    expect(splits.length).toBe(6); // 2 cuts in 4 places
    expect(new Set(splits).size).toBe(6);
  });

  test.each(tinyPipelines.map((scenario) => [scenario.name, scenario] as const))(
    "lead to valid plans on %s, and the balanced one is valid",
    (_, scenario) => {
      const process = processOn(scenario);
      let end = process.reset();
      while (end === "open") {
        expect(process.fails()).toBe(false);
        end = process.step(process.mask.lastIndexOf(1));
      }
      validatePlan(scenario, process.plan());
      validatePlan(scenario, balancedPlan(cutWorld(scenario, autoMapPipeline.options.parse({}))));
    },
  );

  test("are between as many merged layers as asked for, at least one for each stage", () => {
    const scenario = chainOf([5, 5, 5, 5, 5, 5, 5, 5], 3);
    expect(processOn(scenario, { candidates: 4 }).actions).toBe(3);
    expect(processOn(scenario, { candidates: 1 }).actions).toBe(2);
  });

  test("see shares of work that sum to what is in closed stages", () => {
    const process = processOn(chainOf([1, 1, 1, 1], 3));
    process.reset();
    process.step(0);
    const row = new Float32Array(process.columns);
    process.see(process.state, row);
    expect([...row.subarray(0, 3)]).toEqual([1, 0, 0]);
    expect(row[3]).toBeCloseTo(0.25, 6);
  });

  test("refuse more stages than accelerators with a sentence", () => {
    expect(() => processOn(chainOf([1, 1], 2), { stages: 3 })).toThrow(
      'Option "stages" is 3; "chain" has 2 accelerators and 2 layers.',
    );
  });
});
