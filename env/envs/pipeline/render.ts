/**
 * A pipeline plan as text. There is a row for each device with its stages and their ops, a bar of
 * what was simulated, and the peak memory. In a bar, `#` is busy for at least half of the column's
 * time, `-` for less, and `.` is idle.
 *
 * Drawing simulates the plan once, outside of any budget: it is a picture, not a score.
 */
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import type { Scenario } from "../../model/scenario.ts";
import { type PipelineRun, runPipeline } from "../../sim/lower/run.ts";
import { busyBar, megabytesText, numberText, textTable } from "../text-table.ts";

export function renderPipeline(scenario: Scenario, plan: PipelinePlan, title: string): string {
  const { devices } = scenario.cluster;
  const run = runPipeline(scenario, plan);
  const opsOf = plan.stages.map((_, stage) => plan.stageOf.reduce((sum, s) => sum + Number(s === stage), 0));
  const stagesOn = devices.map((_, d) =>
    [...plan.stages.keys()].filter((stage) => plan.stages[stage].devices.includes(d)),
  );
  const lines = [
    `${title}: a batch takes ${numberText(run.iterationUs)} us`,
    `${plan.stages.length} stages, ${plan.microBatches} micro-batches, schedule ${plan.schedule.name}`,
    ...textTable([
      { header: "device", align: "left", cells: devices.map(({ name }) => name) },
      { header: "stages", align: "left", cells: stagesOn.map((stages) => stages.join(" ")) },
      {
        header: "ops",
        align: "right",
        cells: stagesOn.map((stages) => String(stages.reduce((sum, stage) => sum + opsOf[stage], 0))),
      },
      { header: barHeader(run), align: "left", cells: devices.map((_, d) => barOf(run, d)) },
      { header: "peak MB", align: "right", cells: Array.from(run.peakBytes, megabytesText) },
    ]),
  ];
  if (run.violation !== null)
    lines.push(
      `${devices[run.violation.device].name} is ${megabytesText(run.violation.excessBytes)} MB over its memory: the plan is infeasible`,
    );
  return lines.join("\n");
}

const barHeader = ({ iterations }: PipelineRun) => (iterations === 1 ? "batch" : `${iterations} batches`);

function barOf({ device, engine, makespanUs }: PipelineRun, d: number): string {
  const own = [...device.keys()].filter((task) => device[task] === d);
  return busyBar(
    own.map((task) => ({ startUs: engine.startUs[task], endUs: engine.endUs[task] })),
    makespanUs,
  );
}
