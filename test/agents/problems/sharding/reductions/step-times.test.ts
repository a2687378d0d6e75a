/** Estimates of reduction programs beside the engine, and the closed forms of P2's sheet. */
import { describe, expect, test } from "vitest";
import {
  parallelismMatrices,
  placesOf,
} from "../../../../../agents/exact/sharding/meshes/parallelism-matrices.ts";
import {
  bestProgram,
  programCost,
  reductionPrograms,
} from "../../../../../agents/exact/sharding/meshes/reduction-programs.ts";
import { stepPrice } from "../../../../../agents/problems/sharding/reductions/step-times.ts";
import type { Cluster } from "../../../../../env/index.ts";
import type { Mesh } from "../../../../../env/model/layout/mesh.ts";
import { reductionLevels } from "../../../../../env/model/layout/reductions/hierarchy.ts";
import { programText, type ReductionProgram } from "../../../../../env/model/layout/reductions/steps.ts";
import { programUs } from "../../../../env/sim/lower/collectives/program-time.ts";
import { machinesWithCards } from "../../../../env/sim/lower/machines.ts";

const BYTES = 1e6;

const simulatedUs = (cluster: Cluster, mesh: Mesh, steps: ReductionProgram): number =>
  programUs(cluster, mesh, { steps, bytes: BYTES });

function estimatedUs(cluster: Cluster, mesh: Mesh, steps: ReductionProgram): number {
  const levels = reductionLevels(cluster, mesh, [0]);
  return programCost(levels, steps, stepPrice(cluster, mesh, levels, { axes: [0], bytes: BYTES, count: 1 }));
}

const line = (count: number): Mesh => ({
  axes: [{ name: "all", size: count }],
  devices: Array.from({ length: count }, (_, d) => d),
});

test("programs of rings take in the engine what the estimate says, or up to 2% less", () => {
  const cluster = machinesWithCards([4, 4], { insideBytesPerUs: 1e3, betweenBytesPerUs: 1e2, shared: true });
  const programs = reductionPrograms([2, 4], 4).filter((program) =>
    program.every(({ collective }) => collective !== "reduce" && collective !== "broadcast"),
  );
  expect(programs.length).toBeGreaterThan(5);
  for (const program of programs) {
    const ratio = estimatedUs(cluster, line(8), program) / simulatedUs(cluster, line(8), program);
    // A member goes on before the others of a step are done.
    expect(ratio, programText(program)).toBeGreaterThan(1 - 1e-9);
    expect(ratio, programText(program)).toBeLessThan(1.02);
  }
});

test("all programs are ranked as in the engine: the best of the estimate is among the best ten", () => {
  const cluster = machinesWithCards([4, 4], {
    insideBytesPerUs: 1e3,
    betweenBytesPerUs: 1e2,
    latencyUs: 5,
    shared: true,
  });
  const levels = [2, 4];
  const price = stepPrice(cluster, line(8), levels, { axes: [0], bytes: BYTES, count: 1 });
  const best = bestProgram(levels, price);
  const simulated = reductionPrograms(levels).map((program) => simulatedUs(cluster, line(8), program));
  const own = simulatedUs(cluster, line(8), best.program);
  expect(simulated.filter((us) => us < own * (1 - 1e-9)).length).toBeLessThan(10);
});

describe("4 machines of 8 devices, 100 GB/s inside and 10 GB/s between", () => {
  test.each([
    [true, 1.157],
    [false, 5.345],
  ])("a card for the machine: %s; the best program is %f times as fast as one ring", (shared, ratio) => {
    const cluster = machinesWithCards([8, 8, 8, 8], {
      insideBytesPerUs: 1e5,
      betweenBytesPerUs: 1e4,
      shared,
    });
    const price = stepPrice(cluster, line(32), [4, 8], { axes: [0], bytes: BYTES, count: 1 });
    const { program, cost } = bestProgram([4, 8], price);
    expect(programText(program)).toBe("reduce-scatter 1..2, all-reduce 0..1, all-gather 1..2");
    const flat: ReductionProgram = [{ collective: "all-reduce", from: 0, to: 2, leadersOnly: false }];
    expect(estimatedUs(cluster, line(32), flat) / cost / ratio).toBeCloseTo(1, 3);
  });
});

test("an axis across machines is 384 times as slow as one inside, with 16 groups on one card", () => {
  const sizes = [16, 16, 16, 16];
  const cluster = machinesWithCards(sizes, {
    insideBytesPerUs: 3e5,
    betweenBytesPerUs: 12.5e3,
    shared: true,
  });
  const axes = [
    { name: "data", size: 4 },
    { name: "model", size: 16 },
  ];
  const times = [...parallelismMatrices([4, 16], [4, 16])].map((matrix) => {
    const mesh = { axes, devices: [...placesOf(matrix)] };
    const { length } = reductionLevels(cluster, mesh, [0]);
    const flat: ReductionProgram = [{ collective: "all-reduce", from: 0, to: length, leadersOnly: false }];
    return [estimatedUs(cluster, mesh, flat), simulatedUs(cluster, mesh, flat)];
  });
  expect(times).toHaveLength(3);
  for (const at of [0, 1]) {
    const own = times.map((pair) => pair[at]);
    expect(Math.max(...own) / Math.min(...own)).toBeCloseTo(384, 6);
  }
});
