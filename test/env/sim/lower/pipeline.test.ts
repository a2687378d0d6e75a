/** Closed forms of schedules on the engine itself: equal stages, free transfers. */
import { describe, expect, test } from "vitest";
import { chimeraStages } from "../../../../env/model/schedule/chimera/layout.ts";
import { type PipelineRun, runPipeline } from "../../../../env/sim/lower/run.ts";
import {
  chainScenario,
  pipelineOf,
  straightText,
  type TestLayer,
  uniformLayers,
} from "../../model/plan/chain.ts";

/** Micro-batches of one unit each: times of a layer are those of all M. */
function straightRun(
  [stages, microBatches]: readonly [number, number],
  schedule: string,
  { forwardUs, backwardUs, ...rest }: TestLayer,
  devices = stages,
): PipelineRun {
  const layer = {
    ...rest,
    forwardUs: forwardUs * microBatches,
    backwardUs: backwardUs * microBatches,
    ...(rest.weightsUs !== undefined && { weightsUs: rest.weightsUs * microBatches }),
  };
  const scenario = chainScenario({ layers: uniformLayers(stages, layer), devices });
  return runPipeline(scenario, pipelineOf(scenario, straightText(stages, microBatches, schedule, devices)));
}

const idleShare = ({ iterationUs }: PipelineRun, busyUs: number): number => 1 - busyUs / iterationUs;

const near = (found: number, expected: number): void =>
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, expected));

describe("equal stages without transfers", () => {
  // All of K 1..16 and M 1..64 are in closed-forms.slow.test.ts.
  test.each(["gpipe", "1f1b", "dapple-pa", "dapple-pb"])(
    "%s is idle for (K - 1) of M + K - 1 slots",
    (name) => {
      for (const [stages, M, f, b] of [
        [1, 4, 1, 2],
        [2, 1, 1, 1],
        [3, 7, 3, 1],
        [8, 5, 1, 2],
        [16, 64, 1, 2],
      ]) {
        const run = straightRun([stages, M], name, { forwardUs: f, backwardUs: b });
        near(idleShare(run, M * (f + b)), (stages - 1) / (M + stages - 1));
      }
    },
  );

  test("interleaved-1f1b takes (M v + S - 1)(f + b)", () => {
    for (const S of [1, 2, 4])
      for (const v of [1, 2, 3])
        for (const M of [S, 2 * S, 4 * S]) {
          const { iterationUs } = straightRun(
            [S * v, M],
            "interleaved-1f1b",
            { forwardUs: 1, backwardUs: 2 },
            S,
          );
          near(iterationUs, (M * v + S - 1) * 3);
        }
  });

  test("2bw and pipedream have no bubble in the steady state", () => {
    for (const name of ["2bw", "pipedream"])
      for (const [S, M] of [
        [1, 1],
        [2, 2],
        [4, 4],
        [4, 9],
        [8, 8],
      ])
        near(idleShare(straightRun([S, M], name, { forwardUs: 1, backwardUs: 2 }), M * 3), 0);
    near(straightRun([5, 1], "pipedream", { forwardUs: 1, backwardUs: 2 }).iterationUs, 3);
  });

  test("zb-h1 takes M (f + b + w) + (S - 1)(f + b - w) where f = b = w", () => {
    for (const S of [1, 2, 4, 6])
      for (const M of [S, S + 3, 4 * S]) {
        const layer = { forwardUs: 2, backwardUs: 2, weightsUs: 2, weightBytes: 1 };
        near(straightRun([S, M], "zb-h1", layer).iterationUs, M * 6 + (S - 1) * 2);
      }
  });

  test.each([
    [4, 4, 1, 10],
    [8, 8, 1, 22],
    [16, 16, 1, 46],
    [4, 8, 1, 18],
    [8, 8, 2, 18],
    [4, 2, 1, 8],
  ])("chimera with D = %i, N = %i, f = %i takes %i slots", (D, N, pairs, slots) => {
    const layers = uniformLayers(D, { forwardUs: N, backwardUs: N });
    const scenario = chainScenario({ layers });
    const plan = {
      ...pipelineOf(scenario, straightText(D, N, "gpipe")),
      stages: chimeraStages(
        layers.map((_, d) => d),
        pairs,
      ),
      schedule: { name: "chimera", pairs },
    };
    near(runPipeline(scenario, plan).iterationUs, slots);
  });
});

describe("recomputation", () => {
  const added = (us: readonly number[], again: number, name: string): number => {
    const layers = us.map((each) => ({ forwardUs: each * 4, backwardUs: each * 8, keptBytes: 4 }));
    const scenario = chainScenario({ layers });
    const usOf = (words: string): number => {
      const text = straightText(us.length, 4, name).replace(
        `${again}@${again}`,
        `${again}@${again} ${words}`,
      );
      return runPipeline(scenario, pipelineOf(scenario, text)).iterationUs;
    };
    return usOf("again") - usOf("");
  };

  test("adds a forward for each micro-batch on the bottleneck stage", () => {
    for (const name of ["gpipe", "1f1b"]) expect(added([1, 1, 9], 2, name)).toBeCloseTo(4 * 9, 9);
  });

  test("is hidden as far as a stage waits for its first gradient", () => {
    expect(added([1, 9, 1], 1, "gpipe")).toBeCloseTo(4 * 9 - (1 + 2), 9);
    expect(added([1, 9, 1], 1, "1f1b")).toBeCloseTo(4 * 9, 9);
  });
});

describe("what passes between stages", () => {
  const layer = { forwardUs: 1, backwardUs: 1, outputBytes: 8, keptBytes: 1 };

  test("a long skip is one transfer from its producer's stage to its consumer's", () => {
    const bytesFrom0 = (skips: readonly (readonly [number, number])[]) => {
      const scenario = chainScenario({ layers: uniformLayers(8, layer), skips });
      const { compiled, tasks } = runPipeline(scenario, pipelineOf(scenario, straightText(8, 1, "1f1b")));
      const sent = [...compiled.slotProducer.keys()].filter((slot) => {
        const task = compiled.slotProducer[slot];
        return tasks.stage[task] === 0 && tasks.work[task] === 0 && isRemote(compiled, slot, tasks);
      });
      return sent.map((slot) => compiled.slotBytes[slot]);
    };
    expect(bytesFrom0([])).toEqual([8]);
    expect(bytesFrom0([[0, 7]])).toEqual([8, 8]);
  });

  test("times follow the micro-batches through transfers", () => {
    const scenario = chainScenario({ layers: uniformLayers(2, layer), bytesPerUs: 4, latencyUs: 1 });
    // Forward 1, transfer 2 + 1, forward 1, backward 1, transfer 3, backward 1.
    expect(runPipeline(scenario, pipelineOf(scenario, "0@0 | 1@1 x1 1f1b")).iterationUs).toBe(10);
  });

  test("parts of a micro-batch go from and to the replicas that share it", () => {
    const scenario = chainScenario({ layers: uniformLayers(2, layer), devices: 5 });
    const { compiled } = runPipeline(scenario, pipelineOf(scenario, "0@0,1 | 1@2,3,4 x1 gpipe"));
    const bytes = [...compiled.slotBytes].filter((each) => each > 1).sort((a, b) => a - b);
    // Halves and thirds of 8 bytes meet in thirds and sixths, forward and backward.
    expect(bytes.map((each) => Math.round(each * 1000))).toEqual([
      1333, 1333, 1333, 1333, 2667, 2667, 2667, 2667,
    ]);
  });

  test("an order between stages holds without data", () => {
    const scenario = chainScenario({
      layers: uniformLayers(2, { forwardUs: 1, backwardUs: 1 }),
      latencyUs: 5,
    });
    // Edges of no bytes are data, and pay latencies.
    expect(runPipeline(scenario, pipelineOf(scenario, "0@0 | 1@1 x1 1f1b")).iterationUs).toBe(14);
  });
});

function isRemote(
  { depStart, depSlot, depConsumer, opCount }: PipelineRun["compiled"],
  slot: number,
  tasks: PipelineRun["tasks"],
): boolean {
  for (let i = 0; i < depStart[opCount]; i++)
    if (depSlot[i] === slot && tasks.stage[depConsumer[i]] !== 0) return true;
  return false;
}
