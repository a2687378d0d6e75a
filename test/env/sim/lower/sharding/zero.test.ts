/** ZeRO's stages: what they send, and what a rank holds (Rajbhandari et al., SC 2020). */
import { describe, expect, test } from "vitest";
import { iterationOf, type ShardingPlan, type ZeroStage } from "../../../../../env/model/plan/sharding.ts";
import { shardedProgram } from "../../../../../env/sim/lower/sharding/program.ts";
import { stateBytes } from "../../../../../env/sim/lower/sharding/state-bytes.ts";
import { machines } from "../machines.ts";
import { mlp, type NumberedGraph } from "./numbered-graph.ts";
import { collectivesOf, runSharding, shardedScenario } from "./sharded.ts";

/** Every op is divided along the batch. */
const dataParallel = ({ graph }: NumberedGraph, devices: number, zero: ZeroStage): ShardingPlan => ({
  kind: "sharding",
  mesh: { axes: [{ name: "data", size: devices }], devices: Array.from({ length: devices }, (_, d) => d) },
  split: Array.from({ length: graph.opCount }, (_, v) =>
    graph.role[v] === 2
      ? null
      : iterationOf(graph, v)!.dimensions.map(({ name }) => (name === "b" ? [0] : [])),
  ),
  memory: { zero },
});

describe("an MLP in data parallel on 4 devices", () => {
  const numbered = mlp({ b: 4, k: 8, h: 12, n: 8 });
  const scenario = shardedScenario(numbered, machines([4]), { optimizerSlots: 2 });
  const BYTES = 8 * 8 * 12;
  const sentUnder = (zero: ZeroStage) =>
    collectivesOf(scenario, runSharding(scenario, dataParallel(numbered, 4, zero))).map(
      ({ kind, purpose, op, sent }) => [kind, purpose, op, sent[0] / BYTES],
    );

  test("sums each gradient once", () => {
    expect(sentUnder(0)).toEqual([
      ["all-reduce", "gradient", "dW", 1.5],
      ["all-reduce", "gradient", "dV", 1.5],
    ]);
  });

  test.each([1, 2] as const)("scatters each gradient and gathers new weights under stage %i", (zero) => {
    expect(sentUnder(zero)).toEqual([
      ["reduce-scatter", "gradient", "dW", 0.75],
      ["all-gather", "new weights", "z", 0.75],
      ["reduce-scatter", "gradient", "dV", 0.75],
      ["all-gather", "new weights", "y", 0.75],
    ]);
  });

  test("gathers weights for each pass that uses them under stage 3", () => {
    // No op needs W in the backward pass, as nobody asks for the gradient of x.
    expect(sentUnder(3)).toEqual([
      ["all-gather", "weights", "z", 0.75],
      ["all-gather", "weights", "y", 0.75],
      ["all-gather", "weights", "y", 0.75],
      ["reduce-scatter", "gradient", "dW", 0.75],
      ["reduce-scatter", "gradient", "dV", 0.75],
    ]);
  });

  test("needs less memory with each stage", () => {
    const peaks = ([0, 1, 2, 3] as const).map(
      (zero) => runSharding(scenario, dataParallel(numbered, 4, zero)).peakBytes[0],
    );
    expect(peaks).toEqual([...peaks].sort((a, b) => b - a));
    expect(new Set(peaks).size).toBe(4);
  });
});

test.each([
  [0, 120],
  [1, 31.4],
  [2, 16.6],
  [3, 1.88],
] as const)("stage %i holds the paper's %d GB of 7.5 billion weights on 64 ranks", (zero, gigabytes) => {
  // fp16 weights and gradients, and 12 bytes of optimizer state for each: 6 numbers of 2 bytes.
  const numbered = mlp({ b: 64, k: 50_000, h: 100_000, n: 25_000 });
  const plan = dataParallel(numbered, 64, zero);
  const cluster = { name: "none", devices: [], links: [], routes: [] };
  const program = shardedProgram({ graph: numbered.graph, cluster }, plan);
  const state = stateBytes(numbered.graph, program, { optimizerSlots: 6, zero });
  const { weights, gradients, optimizer } = state;
  // The graph counts 8 bytes a number.
  const held = ((weights + gradients + optimizer) * 2) / 8 / 1e9;
  expect(Math.abs(held / gigabytes - 1)).toBeLessThan(0.01);
});
