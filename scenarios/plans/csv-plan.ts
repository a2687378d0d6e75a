/**
 * Plans as tables, as our export writes them and spreadsheets save them. A row for each op has the
 * columns `op`, `device` (a number or name) or `device_name`, and perhaps `priority`. By RFC 4180
 * fields may be in quotes, and quotes inside are doubled.
 */
import { InputError } from "../../env/model/errors.ts";
import { type Placement, placement } from "../../env/model/plan/placement.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { PlanReader } from "./contract.ts";
import { devicesOf } from "./device-spelling.ts";
import { completedPlan, NO_DEVICE } from "./partial-plan.ts";

export const csvPlan: PlanReader = {
  name: "csv",
  summary: "tables with the columns op, device_name or device, and perhaps priority",
  recognises: ({ head }) => {
    const columns = rowsOf(head.split(/\r?\n/, 1)[0] ?? "")[0] ?? [];
    return columns.includes("op") && (columns.includes("device") || columns.includes("device_name"));
  },
  read(file, scenario) {
    const [columns = [], ...rows] = rowsOf(file.text());
    const column = (name: string) => columns.indexOf(name);
    const deviceColumn = column("device_name") === -1 ? column("device") : column("device_name");
    if (column("op") === -1 || deviceColumn === -1)
      throw new InputError('the first row names no columns "op" and "device" or "device_name".');
    const read = tableReader(scenario);
    rows.forEach((row, i) => {
      if (row.length !== columns.length)
        throw new InputError(`row ${i + 2} has ${row.length} fields, expected ${columns.length}.`);
      read.row(
        row[column("op")],
        row[deviceColumn],
        column("priority") === -1 ? undefined : row[column("priority")],
      );
    });
    return { plan: read.plan(), claims: [], notes: [] };
  },
};

function tableReader(scenario: Scenario) {
  const { graph, cluster } = scenario;
  const opOf = new Map(graph.names.map((name, v) => [name, v]));
  const given = new Int32Array(graph.opCount).fill(NO_DEVICE);
  const priority: number[] = new Array(graph.opCount).fill(Number.NaN);
  let isOrdered = false;
  return {
    row(op: string, device: string, order: string | undefined): void {
      const v = opOf.get(op);
      if (v === undefined)
        throw new InputError(`the op "${op.slice(0, 60)}" is none of scenario "${scenario.name}".`);
      if (given[v] !== NO_DEVICE) throw new InputError(`the op "${op}" has two rows.`);
      given[v] = deviceIn(device, cluster);
      if (order === undefined || order === "") return;
      isOrdered = true;
      priority[v] = Number(order);
    },
    plan(): Placement {
      const plan = completedPlan(scenario, given);
      if (!isOrdered) return plan;
      const v = priority.findIndex((each) => !Number.isFinite(each));
      if (v !== -1) throw new InputError(`the priority of op "${graph.names[v]}" is no number.`);
      return placement(plan.device, priority);
    },
  };
}

/** A number is that of the cluster's device, as our export writes it. */
function deviceIn(text: string, cluster: Scenario["cluster"]): number {
  if (/^\d{1,6}$/.test(text) && Number(text) < cluster.devices.length) return Number(text);
  return devicesOf([text], cluster).get(text) as number;
}

function rowsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/g)) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  return rows;
}
