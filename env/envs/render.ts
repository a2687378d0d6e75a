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

const BAR_COLUMNS = 48;

export function renderPlan(scenario: Scenario, plan: Plan, title: string): string {
  const { devices } = scenario.cluster;
  const { groups, computeUs } = loads(scenario, plan);
  const columns: Column[] = [
    { header: "device", align: "left", cells: devices.map((device) => device.name) },
    { header: "groups", align: "right", cells: Array.from(groups, String) },
    { header: "compute us", align: "right", cells: Array.from(computeUs, numberText) },
  ];
  if (scenario.objective !== "makespan") return [title, ...table(columns)].join("\n");

  const timeline = simulate(scenario, plan);
  const { violation } = timeline;
  columns.push(
    { header: "step", align: "left", cells: devices.map((_, d) => bar(timeline, d)) },
    { header: "peak MB", align: "right", cells: Array.from(timeline.peakBytes, megabytesText) },
  );
  const lines = [`${title}: one step takes ${numberText(timeline.makespanUs)} us`, ...table(columns)];
  if (violation !== null)
    lines.push(
      `${devices[violation.device].name} is ${megabytesText(violation.excessBytes)} MB over its memory: the plan is infeasible`,
    );
  return lines.join("\n");
}

const format = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
const numberText = (value: number) => format.format(value);
const megabytesText = (bytes: number) => numberText(bytes / 1e6);

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
  const columnUs = makespanUs / BAR_COLUMNS;
  const busyUs = new Float64Array(BAR_COLUMNS);
  for (let v = 0; v < device.length; v++) {
    if (device[v] !== d || endUs[v] === startUs[v]) continue;
    const last = Math.min(BAR_COLUMNS - 1, Math.floor(endUs[v] / columnUs));
    for (let c = Math.floor(startUs[v] / columnUs); c <= last; c++)
      busyUs[c] += Math.max(0, Math.min(endUs[v], (c + 1) * columnUs) - Math.max(startUs[v], c * columnUs));
  }
  return Array.from(busyUs, (us) => (us === 0 ? "." : us < columnUs / 2 ? "-" : "#")).join("");
}

interface Column {
  readonly header: string;
  readonly align: "left" | "right";
  readonly cells: readonly string[];
}

function table(columns: readonly Column[]): string[] {
  const padded = columns.map(({ header, align, cells }) => {
    const width = Math.max(header.length, ...cells.map((cell) => cell.length));
    return [header, ...cells].map((text) => (align === "left" ? text.padEnd(width) : text.padStart(width)));
  });
  return padded[0].map((_, row) =>
    padded
      .map((cells) => cells[row])
      .join("  ")
      .trimEnd(),
  );
}
