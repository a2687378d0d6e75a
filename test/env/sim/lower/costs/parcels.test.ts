import { describe, expect, test } from "vitest";
import { type Scenario, testScenario } from "../../../../../env/index.ts";
import type { PipelinePlan } from "../../../../../env/model/plan/pipeline.ts";
import { parcelsOf } from "../../../../../env/sim/lower/costs/parcels.ts";
import { Work, worksOf } from "../../../../../env/sim/lower/costs/work.ts";

const scenario = testScenario({
  graph: `
w 0 40B params=40 <-
a 1 8B,3B <- w
b 1 8B <- a
c 1 8B <- b a w
cb 1 5B role=backward twin=c <- c
bb 1 6B role=backward twin=b <- b cb
ab 1 role=backward twin=a <- a:1 a:0 bb ^c
`,
  devices: 3,
});
const at = (stageOf: readonly number[], more: Partial<PipelinePlan> = {}, of: Scenario = scenario) => {
  const plan: PipelinePlan = {
    kind: "pipeline",
    stageOf: Int32Array.from(stageOf),
    stages: Array.from({ length: Math.max(...stageOf) + 1 }, (_, d) => ({ devices: [d], share: "split" })),
    microBatches: 1,
    schedule: { name: "gpipe" },
    ...more,
  };
  return parcelsOf(of, plan, worksOf(of.graph, false));
};
const { forward, backward, recompute } = Work;
const uses = (...works: number[]) => works.reduce((bits, work) => bits | (1 << work), 0);

describe("parcels of one stage", () => {
  test("hold what the backward pass needs", () => {
    const { parcels, holds } = at([0, 0, 0, 0, 0, 0, 0]);
    // Ports of a: 8 and 3; b 8; c 8. Nothing of the backward pass is kept.
    expect(parcels).toEqual([
      { fromStage: 0, fromWork: forward, toStage: 0, way: "direct", uses: uses(backward), bytes: 27 },
    ]);
    expect(holds).toEqual([{ fromStage: 0, fromWork: forward, parcels: [0], bytes: 27 }]);
  });

  test("of what is computed again come from recomputation, which keeps its own inputs", () => {
    const { parcels } = at([0, 0, 0, 0, 0, 0, 0], { recompute: Uint8Array.of(0, 0, 1, 0, 0, 0, 0) });
    expect(parcels).toEqual([
      {
        fromStage: 0,
        fromWork: forward,
        toStage: 0,
        way: "direct",
        uses: uses(backward, recompute),
        bytes: 8 + 3 + 8,
      },
      { fromStage: 0, fromWork: recompute, toStage: 0, way: "direct", uses: uses(backward), bytes: 8 },
    ]);
  });

  test("of swapped ops go by the host", () => {
    const { parcels } = at([0, 0, 0, 0, 0, 0, 0], { swap: Uint8Array.of(0, 1, 0, 0, 0, 0, 0) });
    expect(parcels.map(({ way, bytes }) => [way, bytes])).toEqual([
      ["direct", 16],
      ["swapped", 11],
    ]);
  });
});

describe("parcels between stages", () => {
  const { parcels, holds } = at([0, 0, 1, 2, 2, 1, 0]);
  const between = parcels.filter(({ fromStage, toStage }) => fromStage !== toStage);

  test("are one to each stage, a skip straight to its own, the nearest first, weights last", () => {
    expect(between.map(({ fromStage, toStage, way, bytes }) => [fromStage, toStage, way, bytes])).toEqual([
      [1, 0, "direct", 6],
      [0, 1, "direct", 8],
      [2, 1, "direct", 5],
      [1, 2, "direct", 8],
      [2, 0, "order", 0],
      [0, 2, "direct", 8],
      [0, 2, "weights", 40],
    ]);
  });

  test("share a buffer with what is kept of the same tensor", () => {
    const ofStage = holds.filter(({ fromStage, fromWork }) => fromStage === 0 && fromWork === forward);
    // Port 0 of a is kept and goes to stages 1 and 2; port 1 is kept alone.
    expect(ofStage.map(({ parcels: members, bytes }) => [members.length, bytes])).toEqual([
      [1, 3],
      [3, 8],
    ]);
  });

  test("hold a slice and the whole as two tensors", () => {
    const sliced = testScenario({ graph: "a 1 8B <-\nb 1 <- a\nc 1 <- a", devices: 2 });
    const edgeBytes = Float64Array.of(8, 2);
    const of = { ...sliced, graph: { ...sliced.graph, edgeBytes } };
    expect(at([0, 1, 1], {}, of).parcels).toMatchObject([{ toStage: 1, bytes: 10 }]);
    expect(at([0, 1, 1], {}, of).holds).toMatchObject([{ bytes: 8 }]);
  });

  test("carry output 0 over control edges where these cost a transfer", () => {
    const fidelity = { ...scenario.fidelity, controlEdges: "output-0" as const };
    const moved = at([0, 0, 1, 2, 2, 1, 0], {}, { ...scenario, fidelity }).parcels;
    expect(moved.some(({ way }) => way === "order")).toBe(false);
    expect(moved).toContainEqual({
      fromStage: 2,
      fromWork: forward,
      toStage: 0,
      way: "direct",
      uses: uses(backward),
      bytes: 8,
    });
  });
});
