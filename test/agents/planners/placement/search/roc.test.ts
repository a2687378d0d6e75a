import { describe, expect, test } from "vitest";
import { vertexRanges } from "../../../../../agents/planners/placement/baselines/vertex-ranges.ts";
import { roc } from "../../../../../agents/planners/placement/search/roc.ts";
import { blockLine } from "../../../../../agents/problems/block-line.ts";
import { asPlacement, groupDevices, type Scenario, testScenario } from "../../../../../env/index.ts";
import { graphBuilder } from "../../../../../env/model/graph/builder.ts";
import { resolveScenario } from "../../../../../scenarios/index.ts";
import { type PlannerRun, runPlanner } from "../../run-planner.ts";

const small = "vertices=512&degree=48&communities=4&blocks=16";
const open = (options = small) => resolveScenario(`gcn-graphs/test/3/4xV100-pcie?${options}`);
const factOf = ({ report }: PlannerRun, name: string) =>
  report.facts?.find((fact) => fact.name === name)?.value;
const MOVED = "bytes between host and accelerator";

/** Part of each block, in the order of the line. */
function partsOf(scenario: Scenario, { best }: PlannerRun): number[] {
  const line = blockLine(scenario);
  if (typeof line === "string") throw new Error(line);
  const devices = groupDevices(scenario.grouping, asPlacement(best!.plan).device);
  return Array.from(line.groups, (group) => devices[group]);
}

describe("Roc", () => {
  test("gives each accelerator one range of blocks, never worse than equal neighbours", async () => {
    const scenario = await open();
    const run = await runPlanner(roc, scenario);
    const parts = partsOf(scenario, run);
    expect(parts).toEqual([...parts].sort((a, b) => a - b));
    expect(new Set(parts).size).toBe(4);
    const first = await runPlanner(vertexRanges, scenario);
    expect(run.best!.outcome.cost).toBeLessThanOrEqual(first.best!.outcome.cost);
    expect(factOf(run, "largest relative error of a predicted time")).toBeLessThan(0.1);
    expect(run.report.estimate!.value).toBeLessThanOrEqual(run.best!.outcome.cost);
  });

  test("costs one evaluation a round, and stops at cuts that it has tried", async () => {
    const scenario = await open();
    const run = await runPlanner(roc, scenario, { options: { rounds: 50 } });
    expect(factOf(run, "rounds")).toBe(run.meter.evaluations);
    expect(run.meter.evaluations).toBeLessThan(20);
    expect((await runPlanner(roc, scenario, { options: { rounds: 1 } })).meter.evaluations).toBe(1);
  });

  test("tells the fewest bytes between host and accelerator, or that no memory program will do", async () => {
    const movedUnder = async (memory: string) =>
      factOf(await runPlanner(roc, await open(`${small}${memory}`), { options: { rounds: 1 } }), MOVED);
    expect(await movedUnder("")).toBeGreaterThan(0);
    expect(await movedUnder("&memory=3MB")).toBe("none will do: one step exceeds the memory");
    expect(await movedUnder("&layers=6")).toMatch(/^not known: \d+ tensors, at most 30$/);
  });
});

describe("static ranges", () => {
  test("have equal vertices or blocks in turn", async () => {
    const scenario = await open();
    const parts = async (by: string) =>
      partsOf(scenario, await runPlanner(vertexRanges, scenario, { options: { by } }));
    expect(await parts("vertices")).toEqual(Array.from({ length: 16 }, (_, b) => Math.floor(b / 4)));
    expect(await parts("turns")).toEqual(Array.from({ length: 16 }, (_, b) => b % 4));
  });
});

describe("both refuse in one sentence", () => {
  test.each([
    [
      "gcn-reddit/4xP100",
      "No op of the graph has features of its data, so there is no data graph to divide.",
    ],
    [
      "gcn-graphs/test/3/8xV100-nvlink?vertices=64&degree=4&blocks=4",
      "There are 4 blocks for 8 accelerators, expected one each or more.",
    ],
  ])("%s", async (uri, sentence) => {
    const scenario = await resolveScenario(uri);
    expect(roc.refuses?.(scenario, { rounds: 10 })).toBe(sentence);
    expect(vertexRanges.refuses?.(scenario, { by: "turns" })).toBe(sentence);
  });

  test("blocks without neighbours, which the first cuts need", () => {
    const builder = graphBuilder();
    for (const name of ["a", "b"]) builder.op({ name, flops: 1, dataFeatures: { vertices: 3 } });
    const scenario = testScenario({ graph: builder.build() });
    const sentence = 'The blocks have no feature "neighbours"; they have vertices.';
    expect(roc.refuses?.(scenario, { rounds: 10 })).toBe(sentence);
    expect(vertexRanges.refuses?.(scenario, { by: "neighbours" })).toBe(sentence);
    expect(vertexRanges.refuses?.(scenario, { by: "vertices" })).toBeNull();
  });

  test("blocks of unequal layers, and features that some blocks lack", () => {
    const refusal = (...features: (Record<string, number> | undefined)[]) => {
      const builder = graphBuilder();
      features.forEach((dataFeatures, v) => {
        builder.op({ name: `op${v}`, flops: 1, dataFeatures, colocation: v === 2 ? "c0" : `c${v}` });
      });
      return vertexRanges.refuses?.(testScenario({ graph: builder.build() }), { by: "turns" });
    };
    expect(refusal({ x: 1 }, { x: 1 }, { x: 1 })).toBe(
      "Group 1 has 1 ops with features of their data, and group 0 has 2; blocks need equal layers.",
    );
    expect(refusal({ x: 1 }, { y: 1 })).toBe('Op "op1" lacks one of the features x of its data.');
  });
});
