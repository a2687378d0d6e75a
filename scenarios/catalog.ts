/**
 * What `list` shows of the built-in scenarios: those of the suites, each built only when its size is asked for.
 */
import type { Scenario } from "../env/index.ts";
import { clusterCatalog } from "./clusters/index.ts";
import { suites } from "./suites/index.ts";
import { scenarioOfUri } from "./uri.ts";
import { workloadCatalog } from "./workloads/index.ts";

export interface CatalogEntry {
  readonly uri: string;
  readonly summary: string;
  /** Names of the suites that hold it. */
  readonly suites: readonly string[];
  readonly ops: number;
  readonly groups: number;
  readonly devices: number;
}

const uris = [...new Set(Object.values(suites).flat())];

export const scenarioCatalog: readonly CatalogEntry[] = uris.map(entryOf);

function entryOf(uri: string): CatalogEntry {
  let built: Scenario | undefined;
  const scenario = (): Scenario => {
    built ??= scenarioOfUri(uri);
    return built;
  };
  return {
    uri,
    summary: summaryOf(uri),
    suites: Object.entries(suites)
      .filter(([, members]) => members.includes(uri))
      .map(([name]) => name),
    get ops() {
      return scenario().graph.opCount;
    },
    get groups() {
      return scenario().grouping.groupCount;
    },
    get devices() {
      return scenario().cluster.devices.length;
    },
  };
}

function summaryOf(uri: string): string {
  const [workload, cluster] = uri.split("?")[0].split("/");
  return [
    workloadCatalog.find(({ name }) => name === workload)?.summary,
    clusterCatalog.find(({ name }) => name === cluster)?.summary,
  ].join("; ");
}
