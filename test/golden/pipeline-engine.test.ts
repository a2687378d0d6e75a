/** The shared rows of schedules on the engine: makespan, work and most live micro-batches. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runPipeline } from "../../env/sim/lower/run.ts";
import { chainScenario, pipelineOf, straightText } from "../env/model/plan/chain.ts";
import { sharedPath } from "../shared-folder.ts";
import type { ScheduleRow } from "./checks/pipeline-schedules.ts";

const file = sharedPath("golden", "pipeline-schedules.json");

describe.skipIf(file === null)("pipeline-schedules.json on the engine", () => {
  test("every row is equal", () => {
    const { rows } = JSON.parse(readFileSync(file!, "utf8")) as { rows: readonly ScheduleRow[] };
    expect(rows.length).toBeGreaterThan(50);
    for (const row of rows) {
      const { schedule, S, M, v = 1 } = row;
      // A kept byte a micro-batch and stage, and no other memory, so that peaks count.
      const layers = Array.from({ length: S * v }, (_, s) => ({
        forwardUs: row.F[s] * M,
        backwardUs: row.B[s] * M,
        ...(row.W !== undefined && { weightsUs: row.W[s] * M, weightBytes: 0.0001 }),
        keptBytes: row.W === undefined ? M : 0,
      }));
      const scenario = chainScenario({ layers, devices: S });
      const run = runPipeline(scenario, pipelineOf(scenario, straightText(S * v, M, schedule, S)));
      const busy = new Float64Array(S);
      run.device.forEach((d, task) => {
        busy[d] += run.compiled.runUs[task];
      });
      const where = JSON.stringify({ schedule, S, M, v });
      expect(run.iterationUs / row.makespan, where).toBeCloseTo(1, 9);
      row.busy.forEach((us, d) => {
        expect(busy[d] / us, where).toBeCloseTo(1, 9);
      });
      if (row.W === undefined) expect([...run.peakBytes].map(Math.round), where).toEqual(row.peakLive);
    }
  });
});
