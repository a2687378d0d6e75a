/**
 * The report of `import` on a file: what it recognised, assumed and dropped, sizes, and what to do
 * next. Also the list of formats.
 */
import { scenarioHash } from "../../env/model/file.ts";
import { measuredOps, roleNames } from "../../env/model/graph/graph.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { formatBytes, formatCount } from "../../results/text/format.ts";
import type { Importer } from "../../scenarios/import/contract.ts";
import { commonOptions, type ImportedFile, importers } from "../../scenarios/import/index.ts";
import { count } from "../../scenarios/import/sentences.ts";
import { wrappedColumns } from "./columns.ts";
import { workWords } from "./work-words.ts";

const LINE_WIDTH = 110;

export function summaryOf({ scenario, format, report, runs }: ImportedFile) {
  const { graph, grouping, cluster, objective, fidelity } = scenario;
  return {
    format,
    recognised: report.recognised,
    ops: graph.opCount,
    edges: graph.edgeCount,
    groups: grouping.groupCount,
    parameterBytes: sum(graph.parameterBytes),
    flops: sum(graph.flops),
    measuredOps: measuredOps(graph),
    unknownWork: scenario.meta.unknownWork ?? null,
    cluster: cluster.name,
    devices: cluster.devices.map(({ name }) => name),
    objective,
    fidelity: fidelity.name,
    placements: runs?.length ?? 0,
    hash: scenarioHash(scenario),
    assumed: report.assumed,
    dropped: report.dropped,
  };
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

export function reportText(imported: ImportedFile, address: string, output: string | undefined): string {
  const { scenario, report } = imported;
  const told = summaryOf(imported);
  const rows: [string, string][] = [
    ["recognised", report.recognised],
    ["graph", `${count(told.ops, "op")}, ${count(told.edges, "edge")}, ${rolesText(scenario)}`],
    ["work", `${workWords(told, formatFlops)}, ${formatBytes(told.parameterBytes)} of weights`],
    ["groups", formatCount(told.groups)],
    ["cluster", `${told.cluster}: ${told.devices.join(", ")}`],
    ["objective", `${told.objective}, fidelity ${told.fidelity}`],
    ...listed("assumed", report.assumed),
    ...listed("dropped", report.dropped),
    ["hash", told.hash.slice(0, 16)],
  ];
  const name = output ?? address;
  const quoted = /[?&*\s]/.test(name) ? `"${name}"` : name;
  const brings = imported.runs !== undefined && output === undefined;
  return [
    address,
    ...wrappedColumns(rows, LINE_WIDTH).map((line) => line.replace(/\p{Cc}+/gu, " ")),
    "",
    ...(output === undefined ? [] : [`Written to ${output}.`]),
    "Next:",
    `  placement-gym solve ${quoted} --planner hill-climb`,
    `  placement-gym simulate ${quoted}${brings ? "" : " --placement plan.json"}`,
    ...(output === undefined ? [`  placement-gym import ${quoted} -o scenario.json`] : []),
    "",
  ].join("\n");
}

/** The first row carries the name, the others none. */
const listed = (name: string, sentences: readonly string[]): [string, string][] =>
  sentences.length === 0
    ? [[name, "nothing"]]
    : sentences.map((sentence, i) => [i === 0 ? name : "", sentence]);

function rolesText({ graph }: Scenario): string {
  const counts = roleNames.map((_, role) =>
    graph.role.reduce((total, own) => total + (own === role ? 1 : 0), 0),
  );
  return roleNames
    .flatMap((name, role) => (counts[role] > 0 ? [`${formatCount(counts[role])} ${name}`] : []))
    .join(", ");
}

function formatFlops(flops: number): string {
  const scale = [
    { unit: "TFLOP", size: 1e12 },
    { unit: "GFLOP", size: 1e9 },
    { unit: "MFLOP", size: 1e6 },
    { unit: "FLOP", size: 1 },
  ].find(({ size }) => flops >= size);
  return scale === undefined
    ? `${flops} FLOP`
    : `${Number((flops / scale.size).toPrecision(4))} ${scale.unit}`;
}

export const formatOf = ({ name, summary, extensions, options = {} }: Importer) => ({
  name,
  summary,
  extensions,
  options,
});

export function formatsText(width: number): string {
  const rows = importers.flatMap(({ name, summary, extensions, options = {} }): [string, string][] => [
    [name, `${summary} (${extensions.join(", ")})`],
    ...Object.entries(options).map(([option, describe]): [string, string] => [`  ?${option}=`, describe]),
  ]);
  const all = Object.entries(commonOptions).map(([option, text]): [string, string] => [`?${option}=`, text]);
  return [
    "Formats",
    ...wrappedColumns(rows, width),
    "",
    "Options of all formats",
    ...wrappedColumns(all, width),
    "",
  ].join("\n");
}
