/**
 * An adversary as text. First come the ratio and how far it can be trusted. Then follow the ops in
 * a table with both plans, what each op reads, and the links.
 */
import { runTimesUs } from "../../../../env/model/cluster/speed.ts";
import type { OpGraph } from "../../../../env/model/graph/graph.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import type { CellResult } from "../../../../results/cells/cell.ts";
import type { Search, Verified } from "../../../../results/evaluation/adversary/adversary.ts";
import { scenarioOf } from "../../../../results/evaluation/adversary/instance.ts";
import { formatBytes, formatCount, formatUs, formatValue } from "../../../../results/text/format.ts";
import { columns, table } from "../../../reports/columns.ts";

/** Ops of a table; a larger instance is told in one line. */
const MOST_OPS = 30;

export interface AdversaryParts {
  readonly search: Search;
  readonly verified: Verified;
  readonly path: string;
  readonly again: string;
}

export function adversaryText({ search, verified, path, again }: AdversaryParts): string {
  const { request, best } = search;
  const { method, other } = verified.cells;
  const scenario = scenarioOf(best!.instance, "");
  const head = `${method.methodName} takes ${times(verified.ratio)} as long as ${other.methodName}`;
  return [
    head,
    ...columns([
      [request.method, valueText(method)],
      [request.other, valueText(other)],
      ["bound", `${formatValue(method.unit, method.bound)} (${method.boundArgument})`],
      ["other seeds", otherSeedsText(verified)],
      ["instance", instanceText(search)],
      ["spent", spentText(search, verified)],
    ]),
    "",
    ...instanceLines(scenario, verified),
    "",
    `Instance: ${path}`,
    `Both again: ${again}`,
    "",
  ].join("\n");
}

const times = (ratio: number): string => `${ratio.toFixed(2)} times`;

const valueText = ({ unit, value, simulations }: CellResult): string =>
  `${formatValue(unit, value!)} with ${formatCount(simulations)} simulations`;

function otherSeedsText({ otherSeeds }: Verified): string {
  if (otherSeeds === null) return "some plan of them does not fit";
  const { value, low, high } = otherSeeds;
  return `${times(value)} over five, ${low.toFixed(2)} to ${high.toFixed(2)}`;
}

function instanceText({ best, tried, without, startRatios }: Search): string {
  const known = startRatios.filter((ratio) => ratio !== null);
  const from =
    known.length === 0
      ? "no start has a ratio"
      : `the starts have ${Math.min(...known).toFixed(2)} to ${Math.max(...known).toFixed(2)}`;
  const lost = without === 0 ? "" : `; ${formatCount(without)} without plans that fit`;
  return `number ${formatCount(best!.found)} of ${formatCount(tried)}; ${from}${lost}`;
}

const spentText = ({ request, spent }: Search, { simulations }: Verified): string =>
  `${formatCount(spent.method)} simulations by ${request.method}, ${formatCount(spent.other)} by ` +
  `${request.other}, ${formatCount(simulations)} to check`;

function instanceLines({ graph, cluster, objective }: Scenario, { cells }: Verified): string[] {
  const links = cluster.links.map(({ name, bytesPerUs, latencyUs }) => [
    name,
    `${formatBytes(bytesPerUs * 1e6)}/s`,
    formatUs(latencyUs),
  ]);
  if (graph.opCount > MOST_OPS)
    return [
      `${graph.opCount} ops, ${graph.edgeCount} edges, ${cluster.devices.length} devices, ${objective}`,
    ];
  return [
    ...table([
      [
        "op",
        ...cluster.devices.map(({ name }) => `us on ${name}`),
        "sends",
        cells.method.method,
        cells.other.method,
      ],
      ...opRows(graph, cluster, cells),
    ]),
    "",
    ...readsLines(graph),
    "",
    ...table([["link", "bandwidth", "latency"], ...links]),
  ];
}

function opRows(graph: OpGraph, cluster: Scenario["cluster"], cells: Verified["cells"]): string[][] {
  const runTimes = runTimesUs(graph, cluster);
  const devices = cluster.devices.length;
  const placed = ({ plan }: CellResult, v: number) => {
    const device = (plan as { device?: readonly number[] } | null)?.device?.[v];
    return device === undefined ? "-" : cluster.devices[device].name;
  };
  return Array.from({ length: graph.opCount }, (_, v) => [
    graph.names[v],
    ...Array.from({ length: devices }, (__, d) => usText(runTimes[v * devices + d])),
    bytesText(graph, v),
    placed(cells.method, v),
    placed(cells.other, v),
  ]);
}

const usText = (us: number): string => (Number.isFinite(us) ? formatCount(Math.round(us)) : "-");

function bytesText(graph: OpGraph, v: number): string {
  if (graph.outStart[v] === graph.outStart[v + 1]) return "-";
  const outputs = graph.outputBytes.slice(graph.outputStart[v], graph.outputStart[v + 1]);
  return formatBytes(outputs.reduce((sum, bytes) => sum + bytes, 0));
}

function readsLines(graph: OpGraph): string[] {
  const reads = Array.from({ length: graph.opCount }, (_, v): [string, string] => {
    const sources = graph.edgeSource.slice(graph.inStart[v], graph.inStart[v + 1]);
    return [graph.names[v], [...new Set(sources)].map((source) => graph.names[source]).join(", ")];
  });
  return columns([["op", "reads"], ...reads.filter(([, sources]) => sources !== "")]);
}
