/**
 * Maps from ops to devices, which lose nothing.
 *
 * - `tensorflow`: op to TensorFlow's device string, as a JSON object.
 * - `csv`: a row for each op, with its priority where the plan has an order. By RFC 4180, fields
 *   with commas, quotes or line ends are in quotes, and quotes inside are doubled.
 */
import { frameworkDevices, tensorflowDevice } from "../../env/model/cluster/framework-devices.ts";
import { roleNames } from "../../env/model/graph/graph.ts";
import type { Exporter } from "./contract.ts";

export const tensorflow: Exporter = {
  name: "tensorflow",
  summary: "JSON, op to TensorFlow device string such as /device:GPU:0",
  subject: "plan",
  write({ graph, cluster }, plan) {
    const devices = frameworkDevices(cluster).map(tensorflowDevice);
    const map = Object.fromEntries(graph.names.map((name, v) => [name, devices[plan!.device[v]]]));
    return { text: `${JSON.stringify(map, null, 2)}\n`, notes: [] };
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
    return { text: lines.map((row) => `${row.map(field).join(",")}\n`).join(""), notes: [] };
  },
};

function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
