import { describe, expect, test } from "vitest";
import { torchgpipeBlocks } from "../../../../agents/planners/pipeline/gpipe/torchgpipe-blocks.ts";
import { pipedreamInterval } from "../../../../agents/planners/pipeline/pipedream/pipedream-interval.ts";
import { asPlacement, testScenario } from "../../../../env/index.ts";
import { runPlanner } from "../run-planner.ts";

const chainOf = (costs: readonly number[], bytes = 0) =>
  costs.map((us, v) => `op${v} ${us} ${bytes}B${v === 0 ? "" : ` <- op${v - 1}`}`).join("\n");
const lengthsOf = (device: Int32Array, devices: number) =>
  Array.from({ length: devices }, (_, d) => device.filter((of) => of === d).length);

describe("torchgpipe's blocks as a planner", () => {
  test("cuts a chain as the published program does, one block for each accelerator", async () => {
    const scenario = testScenario({ graph: chainOf([1, 2, 3, 4, 5, 6]), objective: "max-load" });
    const { best, report } = await runPlanner(torchgpipeBlocks, scenario);
    expect(lengthsOf(asPlacement(best!.plan).device, 2)).toEqual([4, 2]);
    expect(report.facts).toContainEqual({ name: "layers of each block", value: "4, 2" });
  });

  test("keeps the lop-sided split of equal costs, unless it is asked for the exact one", async () => {
    const scenario = testScenario({
      graph: chainOf(new Array(10).fill(1)),
      devices: 4,
      objective: "max-load",
    });
    const published = await runPlanner(torchgpipeBlocks, scenario);
    expect(lengthsOf(asPlacement(published.best!.plan).device, 4)).toEqual([2, 2, 2, 4]);
    const fixed = await runPlanner(torchgpipeBlocks, scenario, { options: { fixed: true } });
    expect(fixed.best!.outcome.value).toBe(3);
    const five = testScenario({ graph: chainOf(new Array(5).fill(3)), devices: 4, objective: "max-load" });
    const { best, report } = await runPlanner(torchgpipeBlocks, five, { options: { fixed: true } });
    expect(best!.outcome.value).toBe(6);
    expect(report.facts).toContainEqual({ name: "accelerators used", value: "4 of 4" });
    const two = await runPlanner(torchgpipeBlocks, scenario, { options: { partitions: 2 } });
    expect(lengthsOf(asPlacement(two.best!.plan).device, 4)).toEqual([5, 5, 0, 0]);
  });

  test("says which accelerators stay empty, and where the published program has no answer", async () => {
    const empty = testScenario({
      graph: chainOf([9, 10, 10, 10, 9, 9, 10, 10, 9]),
      devices: 6,
      objective: "max-load",
    });
    const published = await runPlanner(torchgpipeBlocks, empty);
    expect(published.report.facts).toContainEqual({ name: "accelerators used", value: "5 of 6" });
    const endless = testScenario({
      graph: chainOf([1, 10, 1, 1, 1, 1, 10, 10]),
      devices: 7,
      objective: "max-load",
    });
    const { best, report } = await runPlanner(torchgpipeBlocks, endless);
    expect(best).not.toBeNull();
    expect(report.facts).toContainEqual({
      name: "published program",
      value: "no answer; cut by the rule of its article",
    });
    const fixed = await runPlanner(torchgpipeBlocks, endless, { options: { fixed: true } });
    expect(fixed.report.facts).toContainEqual({ name: "accelerators used", value: "7 of 7" });
  });
});

describe("PipeDream's interval program as a planner", () => {
  test("is the exact min-max partition of a chain where transfers are free", async () => {
    const scenario = testScenario({
      graph: chainOf([5, 1, 1, 1, 1, 5, 2]),
      devices: 3,
      objective: "max-load",
    });
    const { best, report } = await runPlanner(pipedreamInterval, scenario, {
      options: { transfers: "free" },
    });
    expect(best!.outcome.value).toBe(7);
    expect(report.estimate!.value).toBe(7);
  });

  test("cuts where little is sent, and not at all where sending costs more than it saves", async () => {
    const graph = "a 10 90B\nb 10 1B <- a\nc 10 90B <- b\nd 10 <- c";
    const scenario = testScenario({ graph, bytesPerUs: 1, objective: "max-load" });
    const { best } = await runPlanner(pipedreamInterval, scenario);
    expect([...asPlacement(best!.plan).device]).toEqual([0, 0, 1, 1]);
    const wide = testScenario({ graph: "a 10 90B\nb 10 90B <- a", bytesPerUs: 1, objective: "max-load" });
    expect((await runPlanner(pipedreamInterval, wide)).report.estimate!.value).toBe(20);
  });

  test("says where a graph has too many states", async () => {
    const graph = `in 1 1B\n${Array.from({ length: 12 }, (_, v) => `op${v} 1 <- in`).join("\n")}`;
    const { report } = await runPlanner(pipedreamInterval, testScenario({ graph }), {
      options: { states: 100 },
    });
    expect(report.failure).toMatch(/more than 100 states/);
  });
});
