/**
 * Scenario URIs: `ADDRESS?OPTION=VALUE&...`, such as `inception-v3/2xP100?batch=64&groups=40` or
 * `enas-cifar/test/7/2xK80`. address.ts reads the address.
 *
 * - `cluster` names the cluster where the address does not; `bandwidth`, `latency` and `memory`
 *   change it (clusters/changes.ts). Most families place on its accelerators alone.
 * - The workload or the family declares options of its own; build-options.ts declares those of
 *   every workload.
 * - `groups`, `granularity` and `coarsen` choose the grouping (docs/scenarios.md, "Groups").
 * - `comm` sets the time of all transfers, in percent of the time of all ops on this cluster.
 * - `fidelity` names a fidelity, with what it assumes of links and memory.
 * - `network` names a network model that replaces the cluster's own links.
 * - `dispatch` says what the priorities of a plan mean.
 * - `objective` says what is minimised, where the caller does not.
 * - `samples` and `samplesPerSecond` are the demand of the objective cost.
 *
 * Every mistake is one sentence with the known alternatives.
 */
import type { Cluster } from "../env/model/cluster/cluster.ts";
import { atMost } from "../env/model/coarsen/at-most.ts";
import { colocationGrouping, type Grouping } from "../env/model/coarsen/grouping.ts";
import { groupsForPlacement } from "../env/model/coarsen/placement.ts";
import { coarsen } from "../env/model/coarsen/rules.ts";
import { createScenario } from "../env/model/create-scenario.ts";
import { InputError } from "../env/model/errors.ts";
import { withDispatch } from "../env/model/fidelity/dispatch.ts";
import { defaultFidelity, type Fidelity } from "../env/model/fidelity/fidelity.ts";
import { withFidelity } from "../env/model/fidelity/named.ts";
import { withNetwork } from "../env/model/fidelity/networks.ts";
import type { OpGraph } from "../env/model/graph/graph.ts";
import { type Objective, objectives, type Scenario, type ScenarioMeta } from "../env/model/scenario.ts";
import { Query, readQuery } from "../env/model/user/query.ts";
import { type Problem, readAddress, within } from "./address.ts";
import { BUILD_OPTIONS, buildOptions, groupingOptions } from "./build-options.ts";
import { CLUSTER_OPTIONS, changedCluster } from "./clusters/changes.ts";
import { clusterNamed, type ReadClusterFile } from "./clusters/named.ts";
import { withCommunication } from "./communication.ts";
import { acceleratorsOf } from "./families/accelerators.ts";
import { type Family, memberGraph } from "./families/family.ts";
import { type BuildOptions, buildWorkload, optimizerSlots } from "./workloads/build.ts";
import type { Workload } from "./workloads/workload.ts";

/** Few enough to learn on, many enough to keep a few devices balanced. */
const DEFAULT_GROUPS = 96;
/** Options of every scenario, from a URI or a file. */
export const COMMON_OPTIONS: readonly string[] = [
  "groups",
  "granularity",
  "coarsen",
  "fidelity",
  "network",
  "dispatch",
  "objective",
  "samples",
  "samplesPerSecond",
];

const granularities = ["group", "op"] as const;

export function scenarioOfUri(uri: string, objective?: Objective, readFile?: ReadClusterFile): Scenario {
  const at = uri.indexOf("?");
  const [address, options] = at === -1 ? [uri, ""] : [uri.slice(0, at), uri.slice(at + 1)];
  const where = `Scenario "${uri}"`;
  const given = readQuery(where, options);
  const { problem, cluster: clusterText } = readAddress(uri, address, given.text("cluster"));
  checkNames(given, problem);
  const changes = clusterChanges(given, problem);
  const query = given.without([...changes.given.keys()]);
  const named = within(where, () => clusterNamed(clusterText, readFile));
  const cluster = devicesFor(problem, changedCluster(named, changes));
  const build = problem.kind === "workload" ? buildOptions(query) : {};
  const plain = graphOf(problem, valuesOf(query, problem), build);
  const graph = communicating(query, plain, cluster);
  const scenario = createScenario({
    name: uri,
    graph,
    grouping: groupingOfQuery(groupingOptions(query), graph, usualGranularity(problem, build)),
    cluster,
    objective: objective ?? query.oneOf("objective", objectives) ?? "makespan",
    fidelity: fidelityOf(problem, build),
    ...demandIn(query),
    meta: metaOf(problem),
  });
  return underOptions(scenario, query);
}

/**
 * The options that change the cluster. A workload may have an option of the same name; what has no
 * unit is the workload's.
 */
function clusterChanges(query: Query, problem: Problem): Query {
  const own = declarer(problem).options;
  const isOwn = (option: string, text: string) => Object.hasOwn(own, option) && /^\d*$/.test(text);
  const changes = [...query.given].filter(
    ([option, text]) => CLUSTER_OPTIONS.some((known) => known === option) && !isOwn(option, text),
  );
  return new Query(query.where, new Map(changes));
}

function devicesFor(problem: Problem, cluster: Cluster): Cluster {
  return problem.kind === "family" && problem.family.devices === "accelerators"
    ? acceleratorsOf(cluster)
    : cluster;
}

/** The workload or the family, which declares the options of the problem. */
const declarer = (problem: Problem): Workload | Family =>
  problem.kind === "workload" ? problem.workload : problem.family;

function checkNames(query: Query, problem: Problem): void {
  const { name, options } = declarer(problem);
  const build = problem.kind === "workload" ? BUILD_OPTIONS : [];
  const known = [...Object.keys(options), ...build, ...COMMON_OPTIONS, "comm", "cluster", ...CLUSTER_OPTIONS];
  query.expectOnly(name, [...new Set(known)]);
}

function valuesOf(query: Query, problem: Problem): Record<string, number> {
  const options = Object.entries(declarer(problem).options);
  return Object.fromEntries(
    options.map(([key, option]) => [key, query.integer(key, option) ?? option.default]),
  );
}

/** The demand, where the options have one. */
export function demandIn(query: Query): Pick<Scenario, "demand"> {
  const range = { min: Number.MIN_VALUE, max: Number.MAX_VALUE };
  const [samples, samplesPerSecond] = [
    query.number("samples", range),
    query.number("samplesPerSecond", range),
  ];
  if (samples === undefined && samplesPerSecond === undefined) return {};
  if (samples !== undefined && samplesPerSecond !== undefined)
    return { demand: { samples, samplesPerSecond } };
  throw new InputError(
    `${query.where}: a demand has the options samples and samplesPerSecond, expected both.`,
  );
}

/** The scenario with the fidelity, the network and the dispatch of the options, in this order. */
export function underOptions(scenario: Scenario, query: Query): Scenario {
  const [fidelity, network, dispatch] = ["fidelity", "network", "dispatch"].map((name) => query.text(name));
  const faithful = fidelity === undefined ? scenario : withFidelity(scenario, fidelity);
  const networked = network === undefined ? faithful : withNetwork(faithful, network);
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

function communicating(query: Query, graph: OpGraph, cluster: Cluster): OpGraph {
  const percent = query.integer("comm", { min: 1, max: 100_000 });
  return percent === undefined ? graph : withCommunication(graph, cluster, percent / 100);
}

/** `usual` is the granularity where none is given. */
export function groupingOfQuery(
  query: Query,
  graph: OpGraph,
  usual: (typeof granularities)[number] = "group",
): Grouping {
  const limit = query.integer("groups", { min: 1, max: graph.opCount });
  const granularity = query.oneOf("granularity", granularities);
  const rule = query.text("coarsen");
  if (rule !== undefined && granularity !== undefined)
    throw new InputError(`${query.where}: both coarsen and granularity are given, expected one of them.`);
  if (rule !== undefined) return coarsen(graph, rule, limit);
  if ((granularity ?? usual) === "group") return groupsForPlacement(graph, limit ?? DEFAULT_GROUPS);
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
