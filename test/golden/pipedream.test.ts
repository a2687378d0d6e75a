/** PipeDream's published optimizer on its profiles, one level of machines; torchgpipe's balancing of the same profiles. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { intervalPlan } from "../../agents/exact/interval-program.ts";
import { type IntervalStates, intervalStates, type Layers } from "../../agents/exact/interval-states.ts";
import { blockPartition } from "../../agents/search/block-partition.ts";
import { importFile } from "../../scenarios/index.ts";
import { sharedPath } from "../shared-folder.ts";

interface Golden {
  readonly profile: string;
  readonly machines: readonly number[];
  readonly bandwidths: readonly number[];
  readonly activationCompressionRatio: number | null;
  readonly straightPipeline: boolean;
  readonly states: number;
  readonly timePerSample: number;
  readonly levels: readonly {
    readonly stages: readonly { readonly replicas: number; readonly time: number }[];
  }[];
}

const data = sharedPath("data", "pipedream");
const golden = sharedPath("golden", "pipedream.json");
const absent = data === null || golden === null;
const rows: Golden[] = absent ? [] : JSON.parse(readFileSync(golden, "utf8")).results;
const oneLevel = rows.filter(({ machines }) => machines.length === 1);
const US_PER_S = 1e6;

/** As the optimizer does, without inputs and without pieces of outputs that nobody uses. */
function layersOf(profile: string): Layers {
  const bytes = readFileSync(`${data}/${profile}.graph.txt`);
  const { graph } = importFile(bytes, `${profile}.graph.txt`, new Map([["inputs", "drop"]])).scenario;
  const users = new Set(graph.edgeSource);
  const kept = [...graph.topologicalOrder].filter((v) => graph.types[v] !== "__getitem__" || users.has(v));
  const numberOf = new Map(kept.map((v, number) => [v, number]));
  const successors = kept.map((): number[] => []);
  for (let e = 0; e < graph.edgeCount; e++) {
    const to = numberOf.get(graph.edgeDestination[e]);
    if (to !== undefined) successors[numberOf.get(graph.edgeSource[e])!].push(to);
  }
  const [times] = graph.measuredUs.values();
  return {
    count: kept.length,
    successors,
    timeUs: Float64Array.from(kept, (v) => times[v]),
    weightBytes: Float64Array.from(kept, (v) => graph.parameterBytes[v]),
    activationBytes: Float64Array.from(kept, (v) => graph.outputBytes[graph.outputStart[v]]),
  };
}

const cache = new Map<string, IntervalStates>();
function statesOf(profile: string): IntervalStates {
  if (!cache.has(profile)) cache.set(profile, intervalStates(layersOf(profile), 2_000)!);
  return cache.get(profile)!;
}

describe.skipIf(absent)("PipeDream's optimizer on one level of machines", () => {
  it("has 27 published rows, 9 of them straight pipelines", () => {
    expect(oneLevel).toHaveLength(27);
    expect(oneLevel.filter(({ straightPipeline }) => straightPipeline)).toHaveLength(9);
  });

  it.each(
    oneLevel.map(
      (row) =>
        [
          row.profile,
          row.straightPipeline ? "straight" : "replicated",
          row.activationCompressionRatio === null ? "free" : "charged",
          row,
        ] as const,
    ),
  )("%s, %s, transfers %s: the same states, time and replicas", (profile, _shape, transfers, row) => {
    const states = statesOf(profile);
    expect(states.count).toBe(row.states);
    const plan = intervalPlan(states, {
      machines: row.machines[0],
      bytesPerUs: row.bandwidths[0] / US_PER_S,
      transfers,
      replicas: row.straightPipeline ? "one" : "any",
    })!;
    expect(Math.abs(plan.timeUs / US_PER_S / row.timePerSample - 1)).toBeLessThan(1e-9);
    const published = row.levels[0].stages.map(({ replicas }) => replicas);
    expect(plan.stages.map(({ replicas }) => replicas)).toEqual(published);
  });
});

describe.skipIf(absent)("torchgpipe's balancing of profiles", () => {
  const costsOf = (profile: string) => [...layersOf(profile).timeUs].map((us) => Math.round(us));
  const blocksOf = (profile: string, blocks: number) => {
    const costs = costsOf(profile);
    const lengths = blockPartition(costs, blocks);
    let at = 0;
    const sums = lengths.map((length) => {
      at += length;
      return costs.slice(at - length, at).reduce((sum, cost) => sum + cost, 0);
    });
    return { lengths, largest: Math.max(...sums) };
  };

  it.each([
    ["vgg16", [12, 28], 412_969],
    ["vgg16", [5, 7, 7, 21], 235_590],
    ["alexnet", [8, 14], 54_252],
    ["alexnet", [4, 4, 2, 12], 40_911],
    ["resnet50", [68, 108], 224_935],
    ["resnet50", [30, 38, 52, 56], 119_082],
  ] as const)("cuts %s into %j", (profile, lengths, largest) => {
    expect(blocksOf(profile, lengths.length)).toEqual({ lengths, largest });
  });

  // Orders of layers differ in the branches of ResNet, and with them two of its eight blocks.
  it.each([
    ["vgg16", 178_671],
    ["alexnet", 30_267],
    ["resnet50", 64_204],
  ])("cuts %s into eight blocks, the slowest of %d us", (profile, largest) => {
    expect(blocksOf(profile, 8).largest).toBe(largest);
  });
});
