/**
 * Cards of what is neither a scenario nor a method: clusters, workloads, families, suites, envs and
 * published systems. Each is data for `--json` and lines of text.
 */
import { methods } from "../../agents/registry/registry.ts";
import { methodsOfSystem, systemNamed, systemSentence } from "../../agents/registry/systems.ts";
import { envIds, envSpec } from "../../env/envs/registry.ts";
import type { Cluster } from "../../env/model/cluster/cluster.ts";
import { namedFidelities } from "../../env/model/fidelity/named.ts";
import { clusterCatalog } from "../../scenarios/clusters/index.ts";
import { splits } from "../../scenarios/families/family.ts";
import { families } from "../../scenarios/families/index.ts";
import { suiteCatalog } from "../../scenarios/suites/index.ts";
import { workloadCatalog } from "../../scenarios/workloads/index.ts";
import type { WorkloadOption } from "../../scenarios/workloads/workload.ts";
import { clusterLines, devicesOf, linksOf, routeMatrix } from "./cluster-card.ts";
import { wrappedColumns, wrappedText } from "./columns.ts";

export interface NamedCard {
  readonly data: Readonly<Record<string, unknown>>;
  /** Lines of at most so many columns. */
  lines(width: number): readonly string[];
}

/** The number type in which a cluster alone shows its speeds. */
const DTYPE = "float32";

export function clusterCardOf(cluster: Cluster): NamedCard {
  const data = {
    name: cluster.name,
    devices: devicesOf(cluster, DTYPE),
    links: linksOf(cluster),
    routes: routeMatrix(cluster),
  };
  const summary = clusterCatalog.find(({ name }) => name === cluster.name)?.summary;
  return {
    data: { cluster: cluster.name, summary: summary ?? null, dtype: DTYPE, ...data },
    lines: (width) => [
      ...(summary === undefined ? [] : [...wrappedText(summary, width, ""), ""]),
      ...clusterLines(data, width),
    ],
  };
}

/** The card of a name that is no scenario, method or cluster; null where there is none. */
export function namedCard(name: string): NamedCard | null {
  return problemCard(name) ?? suiteCard(name) ?? envCard(name) ?? fidelityOrSystemCard(name);
}

function problemCard(name: string): NamedCard | null {
  const workload = workloadCatalog.find((candidate) => candidate.name === name);
  if (workload !== undefined) {
    const { summary, source, optimizer, options } = workload;
    return {
      data: { workload: name, summary, source, optimizer, options },
      lines: (width) => [
        ...headLines(
          `${name}, a workload: ${summary}`,
          [
            ["source", source],
            ["optimizer", `${optimizer.type}, ${optimizer.slots} B of state per byte of weights`],
          ],
          width,
        ),
        ...optionLines(`${name}/CLUSTER`, options, width),
        "",
        `  placement-gym describe ${name}/4xP100`,
      ],
    };
  }
  const family = families.find((candidate) => candidate.name === name);
  if (family === undefined) return null;
  const { summary, source, members, options } = family;
  const system = systemNamed(name);
  const told = system === undefined ? "" : systemSentence(methods, system);
  const sizes = splits.map((split) => `${split} ${members[split]}`).join(", ");
  return {
    data: { family: name, summary, source, members, options },
    lines: (width) => [
      ...headLines(
        `${name}, a family: ${summary}`,
        [
          ["source", source],
          ["members", sizes],
          ["system", told],
        ],
        width,
      ),
      ...optionLines(`${name}/SPLIT/NUMBER/CLUSTER`, options, width),
      "",
      `  placement-gym describe ${name}/test/0/2xK80`,
    ],
  };
}

function suiteCard(name: string): NamedCard | null {
  const suite = suiteCatalog.find((candidate) => candidate.name === name);
  if (suite === undefined) return null;
  const { summary, why, members, files } = suite;
  return {
    data: { suite: name, summary, why, members, files: files ?? null },
    lines: (width) => [
      ...headLines(
        `${name}, a suite: ${summary}`,
        [
          ["why", why],
          ["files", files ?? ""],
        ],
        width,
      ),
      `${members.length} scenarios`,
      ...members.map((member) => `  ${member}`),
      "",
      `  placement-gym compare --suite ${name}${files === undefined ? "" : " --files FOLDER"}`,
    ],
  };
}

/** `placeto` is both: the card of the system is the larger one. */
const fidelityOrSystemCard = (name: string): NamedCard | null => systemCard(name) ?? fidelityCard(name);

function fidelityCard(name: string): NamedCard | null {
  const known = namedFidelities.find(({ fidelity }) => fidelity.name === name);
  if (known === undefined) return null;
  const { fidelity, summary, clusterUnder } = known;
  const switches = Object.entries(fidelity).filter(([key]) => key !== "name");
  return {
    data: { ...fidelity, fidelity: name, summary, changesCluster: clusterUnder !== undefined },
    lines: (width) => [
      ...headLines(`${name}, a fidelity`, [["does", summary]], width),
      ...switches.map(([key, value]) => `  ${key.padEnd(14)} ${value}`),
      "",
      `  placement-gym describe inception-v3/2xK80?fidelity=${name}`,
    ],
  };
}

function envCard(name: string): NamedCard | null {
  if (!envIds().includes(name)) return null;
  const { summary, options = [] } = envSpec(name);
  return {
    data: { env: name, summary, options },
    lines: (width) => [
      ...headLines(
        `${name}, an env`,
        [
          ["does", summary],
          ["options", options.join(", ")],
        ],
        width,
      ),
      `  placement-gym check ${name}`,
    ],
  };
}

function systemCard(name: string): NamedCard | null {
  const system = systemNamed(name);
  if (system === undefined) return null;
  const here = methodsOfSystem(methods, system);
  const suites = suiteCatalog.filter((suite) => suite.name.startsWith(`papers/${system.id}`));
  const see = here.length > 0 ? here : (system.nearest ?? []);
  return {
    data: { system: system.id, ...system, methods: here, suites: suites.map((suite) => suite.name) },
    lines: (width) => [
      ...wrappedText(systemSentence(methods, system), width, ""),
      ...see.map((id) => `  placement-gym describe ${id}`),
      ...suites.map((suite) => `  placement-gym describe ${suite.name}`),
    ],
  };
}

const headLines = (
  title: string,
  rows: readonly (readonly [string, string])[],
  width: number,
): readonly string[] => [
  ...wrappedText(title, width, ""),
  ...wrappedColumns(
    rows.filter(([, text]) => text !== ""),
    width,
  ),
  "",
];

function optionLines(
  address: string,
  options: Readonly<Record<string, WorkloadOption>>,
  width: number,
): readonly string[] {
  const rows = Object.entries(options).map(
    ([option, { describe, default: usual, min, max }]) =>
      [option, `${min} to ${max}, default ${usual}: ${describe}`] as const,
  );
  const common = 'options of every scenario are in docs/scenarios.md, "Options"';
  if (rows.length === 0) return wrappedText(`It has no options of its own; ${common}.`, width, "");
  return [
    ...wrappedText(`Options, as in ${address}?${rows[0][0]}=VALUE; ${common}`, width, ""),
    ...wrappedColumns(rows, width),
  ];
}
