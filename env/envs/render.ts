/**
 * A plan as text: one row for each device with its groups and its computing time. Under the
 * makespan a row also has a bar of the simulated step and the peak memory. In a bar, `#` is busy
 * for at least half of the column's time, `-` for less, and `.` is idle.
 *
 * Drawing simulates the plan once, outside of any budget: it is a picture, not a score.
 */
import { groupGraph } from "../model/coarsen/group-graph.ts";
import { groupDevices } from "../model/coarsen/grouping.ts";
import { asPlacement, type Plan } from "../model/plan/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import { simulate, type Timeline } from "../sim/timeline/timeline.ts";
import { busyBar, megabytesText, numberText, type TextColumn, textTable } from "./text-table.ts";

export function renderPlan(scenario: Scenario, plan: Plan, title: string): string {
  const { devices } = scenario.cluster;
  const { groups, computeUs } = loads(scenario, plan);
  const columns: TextColumn[] = [
    { header: "device", align: "left", cells: devices.map((device) => device.name) },
    { header: "groups", align: "right", cells: Array.from(groups, String) },
    { header: "compute us", align: "right", cells: Array.from(computeUs, numberText) },
  ];
  if (scenario.objective !== "makespan") return [title, ...textTable(columns)].join("\n");

  const timeline = simulate(scenario, plan);
  const { violation } = timeline;
  columns.push(
    { header: "step", align: "left", cells: devices.map((_, d) => bar(timeline, d)) },
    { header: "peak MB", align: "right", cells: Array.from(timeline.peakBytes, megabytesText) },
  );
  const lines = [`${title}: one step takes ${numberText(timeline.makespanUs)} us`, ...textTable(columns)];
  if (violation !== null)
    lines.push(
      `${devices[violation.device].name} is ${megabytesText(violation.excessBytes)} MB over its memory: the plan is infeasible`,
    );
  return lines.join("\n");
}

function loads(scenario: Scenario, plan: Plan): { groups: Int32Array; computeUs: Float64Array } {
  const { groupCount, deviceCount, computeUs: groupUs } = groupGraph(scenario);
  const device = groupDevices(scenario.grouping, asPlacement(plan).device);
  const groups = new Int32Array(deviceCount);
  const computeUs = new Float64Array(deviceCount);
  for (let g = 0; g < groupCount; g++) {
    groups[device[g]]++;
    computeUs[device[g]] += groupUs[g * deviceCount + device[g]];
  }
  return { groups, computeUs };
}

function bar({ device, startUs, endUs, makespanUs }: Timeline, d: number): string {
  const own = [...device.keys()].filter((v) => device[v] === d);
  return busyBar(
    own.map((v) => ({ startUs: startUs[v], endUs: endUs[v] })),
    makespanUs,
  );
}
