/**
 * Scenario URIs: `WORKLOAD/CLUSTER?OPTION=VALUE&...`, such as `inception-v3/2xP100?batch=64&groups=40`. Options are those of
 * the workload, three of the grouping: `groups`, the most groups to place, `granularity`, `group` (the default) or `op` (one
 * group for each co-location class), or instead of that `coarsen`, a named rule of coarsening, and `network`, a named network
 * model instead of the cluster's own links. Every mistake is one sentence with what there is instead.
 */
import {
  colocationGrouping,
  createScenario,
  defaultFidelity,
  type Fidelity,
  type Grouping,
  InputError,
  type Objective,
  type OpGraph,
  type Scenario,
  withNetwork,
} from "../env/index.ts";
import { atMost, coarsen, groupsForPlacement } from "../env/model/coarsen/index.ts";
import { didYouMean } from "../env/model/suggest.ts";
import { clusterCatalog } from "./clusters/index.ts";
import { buildWorkload, type Workload, workloadCatalog } from "./workloads/index.ts";
import type { Optimizer } from "./workloads/optimizers.ts";

/** Few enough to learn on, many enough to keep a few devices balanced. */
const DEFAULT_GROUPS = 96;
/** Options of every scenario, from a URI or a file. */
export const COMMON_OPTIONS = ["groups", "granularity", "coarsen", "network"];

export function scenarioOfUri(uri: string, objective: Objective = "makespan"): Scenario {
  const [address, query = ""] = split(uri, "?");
  const [workloadName, clusterName] = split(address, "/");
  if (clusterName === undefined)
    throw new InputError(
      `Scenario "${uri}" is neither a .json file nor WORKLOAD/CLUSTER, such as inception-v3/2xP100; workloads are ${namesOf(workloadCatalog)}, clusters ${namesOf(clusterCatalog)}.${didYouMean(
        address,
        [...workloadCatalog, ...clusterCatalog].map(({ name }) => name),
      )}`,
    );
  const workload = pick("workload", workloadCatalog, workloadName, uri);
  const cluster = pick("cluster", clusterCatalog, clusterName, uri);
  const given = readQuery(uri, query, workload);
  const values = Object.fromEntries(
    Object.entries(workload.options).map(([key, option]) => {
      const text = given.get(key);
      return [key, text === undefined ? option.default : wholeNumber(uri, key, text, option)];
    }),
  );
  const graph = buildWorkload(workload, values);
  const scenario = createScenario({
    name: uri,
    graph,
    grouping: groupingOfQuery(uri, graph, given),
    cluster: cluster.build(),
    objective,
    fidelity: fidelityOf(workload.optimizer),
    meta: { source: workload.source },
  });
  const network = given.get("network");
  return network === undefined ? scenario : withNetwork(scenario, network);
}

function split(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function namesOf(entries: readonly { readonly name: string }[]): string {
  return entries.map(({ name }) => name).join(", ");
}

function pick<T extends { readonly name: string }>(
  what: string,
  entries: readonly T[],
  name: string,
  uri: string,
): T {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  const known = entries.map((candidate) => candidate.name);
  throw new InputError(
    `Scenario "${uri}": ${what} "${name}" is not known; there are ${known.join(", ")}.${didYouMean(name, known)}`,
  );
}

function readQuery(uri: string, query: string, workload: Workload): ReadonlyMap<string, string> {
  const known = [...Object.keys(workload.options), ...COMMON_OPTIONS];
  const given = new Map<string, string>();
  for (const part of query.split("&").filter(Boolean)) {
    const [key, value] = split(part, "=");
    if (value === undefined)
      throw new InputError(`Scenario "${uri}": option "${part}" has no value, expected OPTION=VALUE.`);
    if (!known.includes(key))
      throw new InputError(
        `Scenario "${uri}": option "${key}" is not known; ${workload.name} takes ${known.join(", ")}.${didYouMean(key, known)}`,
      );
    if (given.has(key)) throw new InputError(`Scenario "${uri}": option "${key}" is given twice.`);
    given.set(key, value);
  }
  return given;
}

function wholeNumber(
  uri: string,
  key: string,
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const value = Number(text);
  if (text === "" || !Number.isInteger(value) || value < min || value > max)
    throw new InputError(
      `Scenario "${uri}": ${key} is "${text}", expected a whole number from ${min} to ${max}.`,
    );
  return value;
}

export function groupingOfQuery(uri: string, graph: OpGraph, given: ReadonlyMap<string, string>): Grouping {
  const granularity = given.get("granularity") ?? "group";
  const limitText = given.get("groups");
  const limit =
    limitText === undefined
      ? undefined
      : wholeNumber(uri, "groups", limitText, { min: 1, max: graph.opCount });
  const rule = given.get("coarsen");
  if (rule !== undefined && given.has("granularity"))
    throw new InputError(`Scenario "${uri}": both coarsen and granularity are given, expected one of them.`);
  if (rule !== undefined) return coarsen(graph, rule, limit);
  if (granularity === "group") return groupsForPlacement(graph, limit ?? DEFAULT_GROUPS);
  if (granularity !== "op")
    throw new InputError(`Scenario "${uri}": granularity is "${granularity}", expected group or op.`);
  const classes = colocationGrouping(graph);
  return limit === undefined ? classes : atMost(graph, classes, limit);
}

function fidelityOf({ slots }: Optimizer): Fidelity {
  if (slots === defaultFidelity.optimizerSlots) return defaultFidelity;
  return { ...defaultFidelity, name: `default, ${slots} optimizer slots`, optimizerSlots: slots };
}
