/**
 * The scenario of what an importer found. Parts that the file leaves open are chosen here, and the
 * report says so.
 *
 * - Cluster: the one that the option `cluster` names, by default `DEFAULT_CLUSTER`. Its CPUs are
 *   left out where the file's times hold on accelerators only.
 * - Groups: one for each op or co-location class; at most `FEW_GROUPS` where those are more than
 *   `MOST_SINGLE_GROUPS`.
 */
import { type Cluster, isCpu, validateCluster } from "../../env/model/cluster/cluster.ts";
import { colocationGrouping, type Grouping } from "../../env/model/coarsen/grouping.ts";
import { groupsForPlacement } from "../../env/model/coarsen/placement.ts";
import { createScenario } from "../../env/model/create-scenario.ts";
import { InputError } from "../../env/model/errors.ts";
import { defaultFidelity } from "../../env/model/fidelity/fidelity.ts";
import { ANY_KIND, type OpGraph } from "../../env/model/graph/graph.ts";
import { onlyTimedKinds } from "../../env/model/graph/support.ts";
import { unknownWorkText } from "../../env/model/graph/unknown-work.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { didYouMean } from "../../env/model/suggest.ts";
import type { Query } from "../../env/model/user/query.ts";
import { changedCluster } from "../clusters/changes.ts";
import { clusterNamed, type ReadClusterFile } from "../clusters/named.ts";
import type { Imported, ImportReport } from "./contract.ts";
import { count } from "./sentences.ts";
import { checkUnknownWork } from "./unknown-work.ts";

export const DEFAULT_CLUSTER = "4xP100";
const MOST_SINGLE_GROUPS = 512;
/** As many as the built-in workloads have. */
const FEW_GROUPS = 96;

/** The cluster that the options of a file ask for. */
export interface ClusterChoice {
  /** Undefined where none is named. */
  readonly name?: string;
  /** Options that change the cluster, the file's own too. */
  readonly changes: Query;
  readonly readFile?: ReadClusterFile;
}

export function scenarioOf(
  imported: Imported,
  name: string,
  choice: ClusterChoice,
  allowUnknown = false,
): { readonly scenario: Scenario; readonly report: ImportReport } {
  const { graph, report } = imported;
  // A scenario file that says what is unknown was let in when it was written.
  const unknownWork = imported.meta?.unknownWork ?? checkUnknownWork(graph, imported.unknown, allowUnknown);
  const chosen = [...report.assumed, ...(unknownWork === null ? [] : [unknownWorkText(unknownWork)])];
  if (imported.cluster !== undefined && choice.name !== undefined)
    throw new InputError(
      `the file describes its cluster ("${imported.cluster.name}"), so the option cluster cannot name another.`,
    );
  const cluster = changedCluster(imported.cluster ?? namedCluster(imported, choice, chosen), choice.changes);
  checkTimedKinds(imported.timedKinds ?? [], cluster);
  const scenario = createScenario({
    name: imported.name ?? name,
    graph,
    grouping: imported.grouping ?? groupsOf(graph, chosen),
    cluster,
    objective: imported.objective ?? "makespan",
    fidelity: imported.fidelity ?? defaultFidelity,
    meta: { ...imported.meta, ...(unknownWork !== null && { unknownWork }) },
  });
  return {
    scenario,
    report: {
      ...report,
      assumed: [...chosen, ...boundText(scenario)],
      dropped: [...report.dropped, ...unusedTimes(scenario)],
    },
  };
}

const kindsIn = ({ devices }: Cluster): string[] => [...new Set(devices.map(({ kind }) => kind))];

function checkTimedKinds(given: readonly string[], cluster: Cluster): void {
  const kinds = kindsIn(cluster);
  const unknown = given.find((kind) => !kinds.includes(kind));
  if (unknown === undefined) return;
  throw new InputError(
    `option time.${unknown} is for a device kind that cluster "${cluster.name}" does not have; it has ${kinds.join(", ")}.${didYouMean(unknown, kinds)}`,
  );
}

/** Measured times that no device of the cluster can use. */
function unusedTimes({ graph, cluster }: Scenario): string[] {
  const kinds = kindsIn(cluster);
  const unused = [...graph.measuredUs.keys()].filter((kind) => kind !== ANY_KIND && !kinds.includes(kind));
  return unused.length === 0
    ? []
    : [`Measured times for ${unused.slice(0, 8).join(", ")}: no device of the cluster is of that kind.`];
}

/** Ops that their measured times keep from some devices. */
function boundText({ graph, cluster }: Scenario): string[] {
  const kinds = kindsIn(cluster);
  let bound = 0;
  for (let v = 0; v < graph.opCount; v++) {
    const timed = onlyTimedKinds(graph, v);
    if (timed !== null && kinds.some((kind) => !timed.includes(kind) && runsBut(graph, v, kind))) bound++;
  }
  return bound === 0
    ? []
    : [`${count(bound, "op")} run only on devices of the kinds that they have a measured time for.`];
}

/** Whether the op would run on a kind if it had a time there. */
const runsBut = ({ supportedKinds }: OpGraph, v: number, kind: string): boolean =>
  supportedKinds[v]?.includes(kind) ?? true;

function namedCluster(
  { timesHoldOn }: Imported,
  { name, readFile }: ClusterChoice,
  chosen: string[],
): Cluster {
  const cluster = clusterNamed(name ?? DEFAULT_CLUSTER, readFile);
  const said = `The cluster is ${cluster.name}${name === undefined ? ", the default" : ""}: the file describes none`;
  if (timesHoldOn !== "accelerators") {
    chosen.push(`${said}.`);
    return cluster;
  }
  chosen.push(`${said}. Its CPUs take no part: the file's times are those of an accelerator.`);
  return withoutCpus(cluster);
}

/** The links stay, so that routes through the host do too. */
function withoutCpus(cluster: Cluster): Cluster {
  const kept = cluster.devices.flatMap((device, d) => (isCpu(device) ? [] : [d]));
  if (kept.length === 0)
    throw new InputError(
      `cluster "${cluster.name}" has no accelerators, and the file's times are those of an accelerator.`,
    );
  return validateCluster({
    ...cluster,
    devices: kept.map((d) => cluster.devices[d]),
    routes: kept.map((from) => kept.map((to) => cluster.routes[from][to])),
  });
}

function groupsOf(graph: OpGraph, chosen: string[]): Grouping {
  const single = colocationGrouping(graph);
  if (single.groupCount <= MOST_SINGLE_GROUPS) return single;
  const few = groupsForPlacement(graph, FEW_GROUPS);
  chosen.push(
    `${count(graph.opCount, "op")} are placed in ${count(few.groupCount, "group")}; granularity=op or groups=N choose others.`,
  );
  return few;
}
