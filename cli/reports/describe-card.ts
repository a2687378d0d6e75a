/** The card of a scenario, as data for `--json` and as text. */
import { infeasibilityOf } from "../../agents/problems/infeasible.ts";
import { coarseningReport } from "../../env/model/coarsen/report.ts";
import { scenarioHash } from "../../env/model/file.ts";
import { measuredOps, Role, roleNames } from "../../env/model/graph/graph.ts";
import { unknownWorkLines } from "../../env/model/graph/unknown-work.ts";
import { repeatedBlocks } from "../../env/model/layers/repeated-blocks.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { readQuery } from "../../env/model/user/query.ts";
import { evaluator } from "../../env/sim/objectives/evaluator.ts";
import { formatBytes, formatCount, formatValue } from "../../results/text/format.ts";
import { count } from "../../scenarios/import/sentences.ts";
import { scenarioProfile } from "../../scenarios/profile.ts";
import { workloadCatalog } from "../../scenarios/workloads/index.ts";
import { clusterLines, devicesOf, linksOf, routeMatrix } from "./cluster-card.ts";
import { wrappedColumns } from "./columns.ts";
import { percent } from "./plans/explain-words.ts";
import { workWords } from "./work-words.ts";

export type Card = ReturnType<typeof cardOf>;

const MOST_TYPES = 8;

export function cardOf(scenario: Scenario, address: string) {
  const { graph, cluster, objective, fidelity, meta } = scenario;
  const score = evaluator(scenario);
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  const types = new Map<string, number>();
  for (const type of graph.types) types.set(type, (types.get(type) ?? 0) + 1);
  const forward = graph.role.map((role) => (role === Role.forward ? 1 : 0));
  return {
    scenario: scenario.name,
    hash: scenarioHash(scenario),
    source: meta.source ?? null,
    licence: meta.licence ?? null,
    split: meta.split ?? null,
    note: meta.note ?? null,
    unknownWork: meta.unknownWork ?? null,
    options: optionsOf(address),
    objective,
    fidelity: fidelity.name,
    ...scenarioProfile(scenario),
    edges: graph.edgeCount,
    dtype: graph.dtype,
    batch: graph.batch,
    opsByRole: Object.fromEntries(
      roleNames.map((name) => [name, graph.role.filter((role) => role === Role[name]).length]),
    ),
    opsByType: Object.fromEntries([...types].sort((a, b) => b[1] - a[1])),
    flops: sum(graph.flops),
    measuredOps: measuredOps(graph),
    dimensionOps: graph.iterations?.filter((iteration) => iteration !== null).length ?? 0,
    equalBlocks: repeatedBlocks(graph).map(({ blocks }) => ({
      blocks: blocks.length,
      ops: blocks[0].length,
    })),
    forwardFlops: sum(graph.flops.map((flops, v) => flops * forward[v])),
    parameterBytes: sum(graph.parameterBytes),
    outputBytes: sum(graph.outputBytes),
    edgeBytes: sum(graph.edgeBytes),
    infeasible: infeasibilityOf(scenario),
    unit: score.unit,
    bound: score.bound(),
    bounds: score.bounds(),
    grouping: coarseningReport(graph, scenario.grouping),
    cluster: {
      name: cluster.name,
      devices: devicesOf(cluster, graph.dtype),
      links: linksOf(cluster),
      routes: routeMatrix(cluster),
    },
  };
}

/** Options of a built-in workload with the values in use; none for other scenarios. */
function optionsOf(address: string): Readonly<Record<string, string>> {
  const [path] = address.split("?", 1);
  const workload = workloadCatalog.find(({ name }) => name === path.split("/")[0]);
  const defaults = Object.entries(workload?.options ?? {}).map(
    ([name, option]) => [name, String(option.default)] as const,
  );
  const { given } = readQuery(`Scenario "${address}"`, address.slice(path.length + 1));
  return Object.fromEntries([...defaults, ...given]);
}

export function cardText(card: Card, width: number): string {
  const rows: (readonly [string, string])[] = [
    ["source", card.source ?? ""],
    ["licence", card.licence ?? ""],
    ["split", card.split ?? ""],
    ["note", card.note ?? ""],
    ["options", pairs(card.options, "=")],
    ["objective", `${card.objective}, fidelity ${card.fidelity}`],
    ["hash", card.hash],
    ["ops", `${formatCount(card.ops)}: ${pairs(counted(card.opsByRole), " ")}`],
    ["types", typesText(card.opsByType)],
    ["dimensions", dimensionsText(card)],
    ["batch", card.batch === null ? "" : count(card.batch, "sample")],
    ["edges", `${formatCount(card.edges)}, ${formatBytes(card.edgeBytes)} if each is sent once`],
    ["work", workText(card)],
    ["unknown", unknownWorkLines(card.unknownWork).join("")],
    ["parameters", `${formatBytes(card.parameterBytes)} of ${card.dtype}`],
    ["outputs", formatBytes(card.outputBytes)],
    ["groups", groupsText(card)],
    ["memory", memoryText(card)],
    ["infeasible", card.infeasible?.sentence ?? ""],
    ["compute", computeText(card)],
    [
      "bounds",
      card.bounds.map((bound) => `${formatValue(card.unit, bound.value)} (${bound.argument})`).join("; "),
    ],
  ];
  return [
    card.scenario,
    ...wrappedColumns(
      rows.filter(([, text]) => text !== ""),
      width,
    ),
    "",
    ...clusterLines(card.cluster, width),
    "",
  ].join("\n");
}

const pairs = (values: Readonly<Record<string, string>>, between: string): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}${between}${value}`)
    .join(", ");

const counted = (values: Readonly<Record<string, number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, count]) => [name, formatCount(count)]));

/** What is known of splitting ops, and the blocks that hold the most ops. */
function dimensionsText({ dimensionOps, ops, equalBlocks }: Card): string {
  if (dimensionOps === 0) return "";
  const known = `known for ${formatCount(dimensionOps)} of ${formatCount(ops)} ops`;
  const held = (run: Card["equalBlocks"][number]) => run.blocks * run.ops;
  const [largest] = [...equalBlocks].sort((a, b) => held(b) - held(a));
  return largest === undefined
    ? known
    : `${known}; ${largest.blocks} equal blocks of ${count(largest.ops, "op")} each`;
}

function typesText(types: Readonly<Record<string, number>>): string {
  const entries = Object.entries(types);
  const shown = pairs(counted(Object.fromEntries(entries.slice(0, MOST_TYPES))), " ");
  return entries.length > MOST_TYPES ? `${shown}, ${entries.length - MOST_TYPES} more types` : shown;
}

function workText(card: Card): string {
  if (card.flops === 0 && card.measuredOps === card.ops) return "measured times, no FLOP counts";
  return workWords(
    card,
    (flops) => `${flopText(flops)} a step, ${flopText(card.forwardFlops)} of them forward`,
  );
}

function flopText(flops: number): string {
  const [prefix, size] = flopScales.find(([, least]) => flops >= least) ?? ["", 1];
  return `${(flops / size).toPrecision(4)} ${prefix}FLOP`;
}

const flopScales = [
  ["P", 1e15],
  ["T", 1e12],
  ["G", 1e9],
  ["M", 1e6],
] as const;

function groupsText({ groups, grouping }: Card): string {
  const circles = grouping.acyclic ? "no circles" : "some wait for each other in circles";
  const largest = `${count(grouping.largestOps, "op")} and ${percent(grouping.largestWorkShare)} of the work`;
  const cut = `${formatBytes(grouping.cutBytes)} between groups`;
  return `${formatCount(groups)}, largest of ${largest}; ${cut}; ${circles}`;
}

function memoryText({ memoryPressure }: Card): string {
  if (memoryPressure === null) return "no limit on the fastest accelerator";
  const verdict = memoryPressure > 1 ? "a plan has to split" : "one accelerator is enough";
  return `${percent(memoryPressure)} of one accelerator if it holds everything: ${verdict}`;
}

function computeText({ computeToTransfers }: Card): string {
  if (computeToTransfers === Number.POSITIVE_INFINITY) return "nothing is sent";
  return `${computeToTransfers.toPrecision(3)}x the time of all transfers, if each edge crossed once`;
}
