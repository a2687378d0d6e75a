/**
 * PipeDream's published optimizer on its profiles, one and two levels of machines; torchgpipe's
 * balancing of the same profiles.
 */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import type { IntervalOptions } from "../../agents/exact/intervals/interval-costs.ts";
import { intervalPlan } from "../../agents/exact/intervals/interval-program.ts";
import type { IntervalStates } from "../../agents/exact/intervals/interval-states.ts";
import { blockPartition } from "../../agents/search/lines/block-partition.ts";
import { sumsOf } from "../agents/exact/cuts/sums.ts";
import { sharedPath } from "../shared-folder.ts";
import {
  type PipedreamRow,
  pipedream,
  profileStates,
  rowOptions,
  stagesByLevel,
} from "./checks/pipedream.ts";
import { summaryOf } from "./checks/summary.ts";
import { profileCosts } from "./pipedream-profile.ts";

const data = sharedPath("data", "pipedream");
const golden = sharedPath("golden", "pipedream.json");
const absent = data === null || golden === null;
const rows: PipedreamRow[] = absent ? [] : JSON.parse(readFileSync(golden, "utf8")).results;
const US_PER_S = 1e6;

const cache = new Map<string, IntervalStates>();
function statesOf(profile: string): IntervalStates {
  const states = cache.get(profile) ?? profileStates(profile, dirname(golden!));
  cache.set(profile, states);
  return states;
}
const planOf = (profile: string, options: IntervalOptions) => intervalPlan(statesOf(profile), options)!;
const summaryOfRows = (results: readonly PipedreamRow[]) =>
  summaryOf(pipedream, { results }, dirname(golden!));

describe.skipIf(absent)("PipeDream's optimizer", () => {
  test("has 27 published rows of one level, 9 of them straight pipelines, and 11 of two levels", () => {
    const oneLevel = rows.filter(({ machines }) => machines.length === 1);
    expect(oneLevel).toHaveLength(27);
    expect(oneLevel.filter(({ straightPipeline }) => straightPipeline)).toHaveLength(9);
    expect(rows).toHaveLength(27 + 11);
  });

  test("has the states, times and stages of every published row, cuts of one price as published", () => {
    const summary = summaryOfRows(rows);
    expect(summary.first).toBeNull();
    expect(summary.equal).toBe(rows.length);
  });

  test("has the published stages of 16 rows without being told which of one price was published", () => {
    const published = ({ levels }: PipedreamRow) =>
      levels.map(({ stages }) => stages.flatMap(({ start, end, replicas }) => [start, end, replicas]));
    const same = rows.filter((row) => {
      const plan = planOf(row.profile, rowOptions(row));
      return JSON.stringify(stagesByLevel(plan.stages)) === JSON.stringify(published(row));
    });
    expect(same).toHaveLength(16);
  });

  test("does not follow stages of a higher price, and sees other times and states", () => {
    const row = rows.find(({ profile, straightPipeline }) => profile === "vgg16" && straightPipeline)!;
    const [{ stages }] = row.levels;
    const [first, second, ...others] = stages;
    const shifted = [{ ...first, end: first.end + 1 }, { ...second, start: second.start + 1 }, ...others];
    for (const wrong of [
      { ...row, levels: [{ stages: shifted }] },
      { ...row, levels: [{ stages: stages.map((stage) => ({ ...stage, replicas: 2 })) }] },
      { ...row, timePerSample: row.timePerSample * (1 + 1e-6) },
      { ...row, dataParallelTime: row.dataParallelTime * (1 + 1e-6) },
      { ...row, states: row.states + 1 },
    ])
      expect(summaryOfRows([wrong]).equal).toBe(0);
  });

  test("contradicts itself on gnmt: two runs broke one tie in two ways", () => {
    const cutsOf = (isStraight: boolean) =>
      rows
        .find(
          (row) =>
            row.profile === "gnmt" &&
            row.machines.length === 1 &&
            row.activationCompressionRatio === 1 &&
            row.straightPipeline === isStraight,
        )!
        .levels[0].stages.map(({ start }) => start);
    expect(cutsOf(false)).toEqual([0, 5, 70, 78]);
    expect(cutsOf(true)).toEqual([0, 4, 20, 78]);
    // Both cuts before state 78 have one price, and the sets of states before it are the same.
    const levels = [{ machines: 4, bytesPerUs: 1_000 }];
    for (const cuts of [cutsOf(false), cutsOf(true)])
      for (const replicas of ["one", "any"] as const) {
        const preferredCuts = [new Set(cuts.map((start) => start - 1))];
        const plan = planOf("gnmt", { levels, mode: "code", transfers: "charged", replicas, preferredCuts });
        expect(plan.stages.map(({ from }) => from)).toEqual(cuts);
      }
  });

  test("cuts vgg16 in four straight stages of one price: published, first and most even", () => {
    const levels = [{ machines: 4, bytesPerUs: 1_250 }];
    const wanted = { levels, transfers: "free", replicas: "one" } as const;
    const lengths = (options: Pick<IntervalOptions, "mode" | "preferredCuts">) => {
      const plan = planOf("vgg16", { ...wanted, ...options });
      expect(plan.timeUs).toBeCloseTo(216_450, 6);
      return plan.stages.map(({ from, to }) => to - from);
    };
    expect(lengths({ mode: "code", preferredCuts: [new Set([2, 10, 21])] })).toEqual([3, 8, 11, 18]);
    expect(lengths({ mode: "code" })).toEqual([3, 3, 7, 27]);
    expect(lengths({ mode: "paper" })).toEqual([3, 5, 9, 23]);
  });
});

/**
 * Runs of the published optimizer that are not in the file of rows: transfers free, slower links,
 * more machines.
 */
describe.skipIf(absent)("PipeDream's optimizer with 1.25 GB/s between machines", () => {
  test.each([
    ["vgg16", 4, 0.1744984992, 3],
    ["vgg16", 16, 0.0465874887, 9],
    ["alexnet", 4, 0.0229012016, 2],
    ["alexnet", 16, 0.0070595952, 5],
    ["resnet50", 4, 0.111497, 1],
    ["resnet50", 16, 0.029212, 3],
    ["resnet18", 16, 0.0179791845, 9],
    ["squeezenet1_0", 16, 0.0184484572, 7],
    ["gnmt", 16, 0.017125, 1],
  ] as const)(
    "%s on %d machines of one level: %d s, %d replicas of the first stage",
    (profile, machines, seconds, first) => {
      const levels = [{ machines, bytesPerUs: 1_250 }];
      const plan = planOf(profile, { levels, mode: "code", transfers: "free", replicas: "any" });
      expect(Math.abs(plan.timeUs / US_PER_S / seconds - 1)).toBeLessThan(1e-8);
      expect(plan.stages[0].replicas).toBe(first);
    },
  );

  test.each([
    [4, 12_000, 4, 1_250, 0.0440084155, [3, 1]],
    [8, 30_000, 2, 3_125, 0.046381551, [1, 1]],
  ] as const)(
    "vgg16 on machines of %d at %d bytes per us, %d of them at %d: %d s",
    (inside, insideBytesPerUs, machines, bytesPerUs, seconds, replicas) => {
      const levels = [
        { machines: inside, bytesPerUs: insideBytesPerUs },
        { machines, bytesPerUs },
      ];
      const plan = planOf("vgg16", { levels, mode: "code", transfers: "free", replicas: "any" });
      expect(Math.abs(plan.timeUs / US_PER_S / seconds - 1)).toBeLessThan(1e-8);
      expect(plan.stages.map((stage) => stage.replicas)).toEqual(replicas);
    },
  );
});

describe.skipIf(absent)("torchgpipe's balancing of profiles", () => {
  test.each([
    ["vgg16", [12, 28], 412_969],
    ["vgg16", [5, 7, 7, 21], 235_590],
    ["alexnet", [8, 14], 54_252],
    ["alexnet", [4, 4, 2, 12], 40_911],
    ["resnet50", [68, 108], 224_935],
    ["resnet50", [30, 38, 52, 56], 119_082],
    ["resnet50", [15, 17, 13, 26, 16, 33, 26, 30], 64_204],
  ] as const)("cuts %s into %j, the slowest of %d us", (profile, published, largest) => {
    const costs = profileCosts(`${data}/${profile}.graph.txt`);
    const { lengths } = blockPartition(costs, published.length);
    expect(lengths).toEqual(published);
    expect(Math.max(...sumsOf(costs, lengths))).toBe(largest);
  });

  test.each([
    ["vgg16", 178_671],
    ["alexnet", 30_267],
  ])("cuts %s into eight blocks, the slowest of %d us", (profile, largest) => {
    const costs = profileCosts(`${data}/${profile}.graph.txt`);
    expect(Math.max(...sumsOf(costs, blockPartition(costs, 8).lengths))).toBe(largest);
  });
});
