/**
 * Scenario URIs: `ADDRESS?OPTION=VALUE&...`, such as `inception-v3/2xP100?batch=64&groups=40` or
 * `enas-cifar/test/7/2xK80`; address.ts reads the first half. Options are those of the workload or
 * family, three of the grouping: `groups`, the most groups to place, `granularity`, `group` (the
 * default of workloads) or `op` (one group for each co-location class), or instead of that
 * `coarsen`, a named rule of coarsening; those of build-options.ts, which every workload takes;
 * `comm`, the time of all transfers in percent of the time of all ops on this cluster; `network`, a
 * named network model instead of the cluster's own links; and `dispatch`, what priorities of a plan
 * mean. Every mistake is one sentence with what there is instead.
 */
import type { Cluster } from "../env/model/cluster/cluster.ts";
import { atMost } from "../env/model/coarsen/at-most.ts";
import { colocationGrouping, type Grouping } from "../env/model/coarsen/grouping.ts";
import { groupsForPlacement } from "../env/model/coarsen/placement.ts";
import { coarsen } from "../env/model/coarsen/rules.ts";
import { createScenario } from "../env/model/create-scenario.ts";
import { withDispatch } from "../env/model/dispatch.ts";
import { InputError } from "../env/model/errors.ts";
import { defaultFidelity, type Fidelity } from "../env/model/fidelity/fidelity.ts";
import type { OpGraph } from "../env/model/graph/graph.ts";
import { withNetwork } from "../env/model/networks.ts";
import type { Objective, Scenario, ScenarioMeta } from "../env/model/scenario.ts";
import { didYouMean } from "../env/model/suggest.ts";
import { type Problem, readAddress } from "./address.ts";
import { BUILD_OPTIONS, buildOptions, groupingOptions } from "./build-options.ts";
import { withCommunication } from "./communication.ts";
import { memberGraph } from "./families/family.ts";
import { type BuildOptions, buildWorkload, optimizerSlots } from "./workloads/build.ts";

/** Few enough to learn on, many enough to keep a few devices balanced. */
const DEFAULT_GROUPS = 96;
/** Options of every scenario, from a URI or a file. */
export const COMMON_OPTIONS = ["groups", "granularity", "coarsen", "network", "dispatch"];

export function scenarioOfUri(uri: string, objective: Objective = "makespan"): Scenario {
  const [address, query = ""] = split(uri, "?");
  const { problem, cluster } = readAddress(uri, address);
  const { name, options } = problem.kind === "workload" ? problem.workload : problem.family;
  const common = problem.kind === "workload" ? BUILD_OPTIONS : [];
  const given = readQuery(uri, query, name, [...Object.keys(options), ...common]);
  const build = problem.kind === "workload" ? buildOptions(uri, given) : {};
  const values = Object.fromEntries(
    Object.entries(options).map(([key, option]) => {
      const text = given.get(key);
      return [key, text === undefined ? option.default : wholeNumber(uri, key, text, option)];
    }),
  );
  const plain = graphOf(problem, values, build);
  const graph = communicating(uri, plain, cluster, given.get("comm"));
  const scenario = createScenario({
    name: uri,
    graph,
    grouping: groupingOfQuery(uri, graph, groupingOptions(given), usualGranularity(problem, build)),
    cluster,
    objective,
    fidelity: fidelityOf(problem, build),
    meta: metaOf(problem),
  });
  return underOptions(scenario, given);
}

/** The scenario with the network and the dispatch of the options. */
export function underOptions(scenario: Scenario, options: ReadonlyMap<string, string>): Scenario {
  const [network, dispatch] = [options.get("network"), options.get("dispatch")];
  const networked = network === undefined ? scenario : withNetwork(scenario, network);
  return dispatch === undefined ? networked : withDispatch(networked, dispatch);
}

function graphOf(problem: Problem, values: Readonly<Record<string, number>>, build: BuildOptions): OpGraph {
  if (problem.kind === "workload") return buildWorkload(problem.workload, values, build);
  return memberGraph(problem.family, problem.split, problem.number, values);
}

function usualGranularity(problem: Problem, { granularity }: BuildOptions): "group" | "op" {
  if (problem.kind === "family") return problem.family.granularity;
  return granularity === "layer" ? "op" : "group";
}

function metaOf(problem: Problem): ScenarioMeta {
  if (problem.kind === "workload") return { source: problem.workload.source };
  return { source: problem.family.source, split: problem.split };
}

function communicating(uri: string, graph: OpGraph, cluster: Cluster, text: string | undefined): OpGraph {
  if (text === undefined) return graph;
  return withCommunication(graph, cluster, wholeNumber(uri, "comm", text, { min: 1, max: 100_000 }) / 100);
}

function split(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function readQuery(
  uri: string,
  query: string,
  name: string,
  own: readonly string[],
): ReadonlyMap<string, string> {
  const known = [...own, ...COMMON_OPTIONS, "comm"];
  const given = new Map<string, string>();
  for (const part of query.split("&").filter(Boolean)) {
    const [key, value] = split(part, "=");
    if (value === undefined)
      throw new InputError(`Scenario "${uri}": option "${part}" has no value, expected OPTION=VALUE.`);
    if (!known.includes(key))
      throw new InputError(
        `Scenario "${uri}": option "${key}" is not known; ${name} takes ${known.join(", ")}.${didYouMean(key, known)}`,
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

/** `usual` is the granularity where none is given. */
export function groupingOfQuery(
  uri: string,
  graph: OpGraph,
  given: ReadonlyMap<string, string>,
  usual: "group" | "op" = "group",
): Grouping {
  const granularity = given.get("granularity") ?? usual;
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

function fidelityOf(problem: Problem, build: BuildOptions): Fidelity {
  const slots =
    problem.kind === "workload"
      ? optimizerSlots(problem.workload, build)
      : (problem.family.optimizerSlots ?? defaultFidelity.optimizerSlots);
  if (slots === defaultFidelity.optimizerSlots) return defaultFidelity;
  return { ...defaultFidelity, name: `default, ${slots} optimizer slots`, optimizerSlots: slots };
}
