import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contiguousOptimum } from "../../../../agents/exact/ideals/contiguous-optimum.ts";
import {
  type ReplicationCost,
  replicatedSplit,
  replicatedUs,
} from "../../../../agents/exact/ideals/replicated-split.ts";
import { splitProblem } from "../../../../agents/problems/split/split-problem.ts";
import { type Scenario, testScenario } from "../../../../env/index.ts";
import { contractExactly } from "../../../../env/model/layers/elements.ts";
import { drawn } from "../../../law-runs.ts";
import { randomSplit } from "../random-split.ts";

const BYTES_PER_US = 2;
const costs = fc.record({
  bytesPerUs: fc.constant(BYTES_PER_US),
  sync: fc.constantFrom("sample", "round"),
  overlapped: fc.boolean(),
});
const problemOf = (scenario: Scenario) => splitProblem(scenario, contractExactly(scenario));

/**
 * The least over all ways to order elements in stages and to give each stage devices, load by load
 * from the ops.
 */
function tryEverything(scenario: Scenario, { sync, overlapped }: ReplicationCost): number | null {
  const { elements, types } = problemOf(scenario);
  const { graph } = scenario;
  let least: number | null = null;
  const stageOf = new Int32Array(elements.count);
  const costsOf = (stage: number, t: number): { loadUs: number; bytes: number } => {
    const here = (v: number) => stageOf[elements.of[v]] === stage;
    let loadUs = 0;
    let bytes = 0;
    const [cpuUs, acceleratorUs] = [graph.measuredUs.get("cpu")!, graph.measuredUs.get("accelerator")!];
    for (let v = 0; v < graph.opCount; v++) {
      if (here(v)) {
        const kinds = graph.supportedKinds[v];
        const kind = types[t].paysTransfers ? "accelerator" : "cpu";
        loadUs +=
          kinds === null || kinds.includes(kind) ? (kind === "cpu" ? cpuUs : acceleratorUs)[v] : Infinity;
        bytes += graph.parameterBytes[v];
      }
      const users = [...graph.edgeDestination].filter((_, e) => graph.edgeSource[e] === v);
      const crosses = here(v) ? users.some((w) => !here(w)) : users.some(here);
      if (crosses && types[t].paysTransfers) loadUs += graph.transferUs![v];
    }
    return { loadUs, bytes };
  };
  const give = (stage: number, stages: number, free: readonly number[], worst: number): void => {
    if (stage === stages) {
      if (least === null || worst < least) least = worst;
      return;
    }
    types.forEach((type, t) => {
      const { loadUs, bytes } = costsOf(stage, t);
      if (bytes > type.memoryBytes || loadUs === Infinity) return;
      for (let r = 1; r <= (type.paysTransfers ? free[t] : Math.min(1, free[t])); r++) {
        const ringUs = (2 * (r - 1) * bytes) / (r * BYTES_PER_US);
        const syncUs = sync === "round" ? ringUs / r : ringUs;
        const us = overlapped ? Math.max(loadUs / r, syncUs) : loadUs / r + syncUs;
        give(
          stage + 1,
          stages,
          free.map((count, other) => count - (other === t ? r : 0)),
          Math.max(worst, us),
        );
      }
    });
  };
  const free = types.map(({ devices }) => devices.length);
  const most = free.reduce((sum, count) => sum + count, 0);
  const assign = (v: number, stages: number): void => {
    if (v === elements.count) {
      const inLine = elements.successors.every((list, u) => list.every((w) => stageOf[u] <= stageOf[w]));
      if (inLine && new Set(stageOf).size === stages) give(0, stages, free, 0);
      return;
    }
    for (let stage = 0; stage < stages; stage++) {
      stageOf[v] = stage;
      assign(v + 1, stages);
    }
  };
  for (let stages = 1; stages <= Math.min(most, elements.count); stages++) assign(0, stages);
  return least;
}

describe("contiguous splits with replication", () => {
  test("have the value of trying everything (100 random graphs)", () => {
    let replicated = 0;
    fc.assert(
      fc.property(randomSplit({ maxOps: 5, maxClasses: 5, maxAccelerators: 3 }), costs, (scenario, cost) => {
        const found = replicatedSplit(problemOf(scenario), cost, 1_000);
        const least = tryEverything(scenario, cost);
        if (least === null) {
          expect(found).toBeNull();
          return;
        }
        expect(found!.valueUs).toBeCloseTo(least, 9);
        expect(Math.max(0, ...found!.stages.map(({ timeUs }) => timeUs))).toBeCloseTo(least, 9);
        if (found!.stages.some(({ replicas }) => replicas > 1)) replicated++;
      }),
      { numRuns: drawn(100), seed: 3 },
    );
    expect(replicated).toBeGreaterThan(drawn(20));
  });

  test("are no slower than those without, where it may help at all", () => {
    let compared = 0;
    fc.assert(
      fc.property(randomSplit({ maxOps: 9, maxClasses: 9, maxAccelerators: 3 }), (scenario) => {
        const search = contiguousOptimum(scenario, { ideals: 1e6, transitions: 1e8 });
        let step = search.next();
        while (step.done !== true) step = search.next();
        const found = replicatedSplit(problemOf(scenario), { bytesPerUs: BYTES_PER_US }, 1_000);
        expect(found === null).toBe(step.value.split === null);
        if (!found) return;
        compared++;
        expect(found.valueUs).toBeLessThanOrEqual(step.value.split!.valueUs + 1e-9);
      }),
      { numRuns: drawn(100), seed: 1 },
    );
    expect(compared).toBeGreaterThan(drawn(60));
  });

  test("share the work of one op and pay for its weights", () => {
    expect(replicatedUs(100, 30, 4, { bytesPerUs: 3 })).toBe(25 + 15);
    expect(replicatedUs(100, 30, 4, { bytesPerUs: 3, sync: "round" })).toBe(25 + 15 / 4);
    expect(replicatedUs(100, 30, 4, { bytesPerUs: 3, overlapped: true })).toBe(25);
    const scenario = testScenario({ graph: "a 90 params=9", devices: 3, objective: "max-load" });
    const found = replicatedSplit(problemOf(scenario), { bytesPerUs: 1 }, 10)!;
    const bytes = problemOf(scenario).memoryBytes[0];
    const timeUs = found.valueUs;
    expect(found.stages).toEqual([{ type: 0, replicas: 3, elements: [0], timeUs }]);
    expect(found.valueUs).toBeCloseTo(30 + (4 / 3) * bytes, 9);
  });

  test("are not looked for where there are too many ideals", () => {
    const graph = Array.from({ length: 8 }, (_, v) => `op${v} 1`).join("\n");
    expect(replicatedSplit(problemOf(testScenario({ graph })), { bytesPerUs: 1 }, 100)).toBeUndefined();
  });
});
