import { describe, expect, test } from "vitest";
import { createStageCosts, timeIndex } from "../../../../../env/sim/lower/costs/stage-costs.ts";
import { unitOf, Work } from "../../../../../env/sim/lower/costs/work.ts";
import { chainScenario, pipelineOf } from "../../../model/plan/chain.ts";

const layers = [
  { forwardUs: 4, backwardUs: 6, weightsUs: 2, updateUs: 1, weightBytes: 10, keptBytes: 5, outputBytes: 8 },
  { forwardUs: 3, backwardUs: 5, weightsUs: 0.5, weightBytes: 20, keptBytes: 7, workspaceBytes: 9 },
];

describe("costs of stages", () => {
  const scenario = chainScenario({ layers, launchUs: 1, fidelity: { opGapUs: 0.25 } });
  const plan = pipelineOf(scenario, "0,1@1 again x1 gpipe");

  test("add up times, the parts that do not shrink, and gaps between ops", () => {
    const costs = createStageCosts(scenario)(plan, false);
    const us = (work: (typeof Work)[keyof typeof Work]) => {
      const at = timeIndex(costs, [work, 0], 1);
      return [costs.runUs[at], costs.fixedUs[at]];
    };
    expect(us(Work.forward)).toEqual([7.25, 2.25]);
    expect(us(Work.recompute)).toEqual([7.25, 2.25]);
    // A launch is not longer than its op.
    expect(us(Work.backward)).toEqual([13.5 + 0.75, 3.5 + 0.75]);
    expect(us(Work.update)).toEqual([1, 1]);
    expect([
      costs.runUs[timeIndex(costs, [Work.forward, 0], 0)],
      [...costs.recomputes],
      [...costs.updates],
    ]).toEqual([0, [1], [1]]);
  });

  test("have weight gradients as a phase of their own where the schedule splits them", () => {
    const costs = createStageCosts(scenario)(plan, true);
    expect(costs.runUs[timeIndex(costs, [Work.weights, 0], 1)]).toBe(2.75);
    expect([...costs.weightBytes, ...costs.gradientBytes]).toEqual([30, 30]);
  });
});

describe("scratch memory", () => {
  const scratch = (text: string, work: 0 | 1 | 3) => {
    const scenario = chainScenario({ layers });
    const costs = createStageCosts(scenario)(pipelineOf(scenario, text), false);
    return costs.scratchBytes[unitOf(costs.stageCount, work, 0)];
  };

  test("is what the worst moment exceeds the holds by", () => {
    // Kept 5 + 7. Worst while layer 1 runs: output 8, kept 5 + 7, workspace 9.
    expect(scratch("0,1@0 x1 gpipe", 0)).toBe(8 + 5 + 7 + 9 - 12);
    // The gradient between the layers.
    expect(scratch("0,1@0 x1 gpipe", 1)).toBe(8);
  });

  test("of recomputation holds its results for the backward pass", () => {
    // The first run holds nothing, and has freed 5 at its worst moment.
    expect(scratch("0,1@0 again x1 gpipe", 3)).toBe(8 + 5 + 7 + 9 - 12);
    expect(scratch("0,1@0 again x1 gpipe", 0)).toBe(8 + 7 + 9);
  });
});
