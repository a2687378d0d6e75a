/**
 * Maps from ops to devices, which lose nothing.
 *
 * - `tensorflow`: op to TensorFlow's device string, as a JSON object.
 * - `csv`: a row for each op, with its priority where the plan has an order. By RFC 4180, fields
 *   with separators, quotes or line ends are in quotes, and quotes inside are doubled. Where a
 *   spreadsheet would run a formula, a mark (`'`) stands before it. A reader drops one of the marks
 *   before `=`, `+`, `-` or `@`.
 */
import { frameworkDevices, tensorflowDevice } from "../../env/model/cluster/framework-devices.ts";
import { roleNames } from "../../env/model/graph/graph.ts";
import { count } from "../../scenarios/import/sentences.ts";
import { visible, visibleName } from "../text/visible.ts";
import type { Exporter } from "./contract.ts";

export const tensorflow: Exporter = {
  name: "tensorflow",
  summary: "JSON, op to TensorFlow device string such as /device:GPU:0",
  subject: "plan",
  write({ graph, cluster }, plan) {
    const devices = frameworkDevices(cluster).map(tensorflowDevice);
    const map = Object.fromEntries(graph.names.map((name, v) => [name, devices[plan!.device[v]]]));
    return { text: `${visible(JSON.stringify(map, null, 2))}\n`, notes: [] };
  },
};

export const csv: Exporter = {
  name: "csv",
  summary: "CSV, one row for each op: name, type, role, group, device number and name, priority",
  subject: "plan",
  keepsOrder: true,
  write({ graph, grouping, cluster }, plan) {
    const { opPriority } = plan!;
    const rows = graph.names.map((name, v) => {
      const d = plan!.device[v];
      return [
        name,
        graph.types[v],
        roleNames[graph.role[v]],
        grouping.groupOf[v],
        d,
        cluster.devices[d].name,
        ...(opPriority === undefined ? [] : [opPriority[v]]),
      ];
    });
    const head = ["op", "type", "role", "group", "device", "device_name"];
    const lines = [opPriority === undefined ? head : [...head, "priority"], ...rows];
    const text = lines.map((row) => `${row.map(field).join(",")}\n`).join("");
    return { text, notes: formulaNotes(graph.names) };
  },
};

function field(value: string | number): string {
  if (typeof value === "number") return String(value);
  const text = visible(value).replace(/^(?='*[=+\-@\t])/, "'");
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function formulaNotes(names: readonly string[]): string[] {
  const formulas = names.filter((name) => /^'*[=+\-@\t]/.test(name));
  if (formulas.length === 0) return [];
  return [
    `${count(formulas.length, "name")}, such as "${visibleName(formulas[0])}", with a ' in front: ` +
      "a spreadsheet would run a formula.",
  ];
}
