/**
 * What `list` shows: the built-in scenarios of the suites. A scenario is built only when its size
 * is asked for. Suites of files are left out.
 */
import { clusterCatalog } from "./clusters/index.ts";
import { families } from "./families/index.ts";
import { type ScenarioProfile, scenarioProfile } from "./profile.ts";
import { suiteCatalog } from "./suites/index.ts";
import { toyOf, toyScenario } from "./suites/toy.ts";
import { scenarioOfUri } from "./uri.ts";
import { workloadCatalog } from "./workloads/index.ts";

export interface CatalogEntry extends ScenarioProfile {
  readonly uri: string;
  readonly summary: string;
  /** Names of the suites that hold it. */
  readonly suites: readonly string[];
}

const builtIn = suiteCatalog.filter(({ files }) => files === undefined);
const uris = [...new Set(builtIn.flatMap(({ members }) => members))];

export const scenarioCatalog: readonly CatalogEntry[] = uris.map(entryOf);

function entryOf(uri: string): CatalogEntry {
  let known: ScenarioProfile | undefined;
  const profile = (): ScenarioProfile => {
    const toy = toyOf(uri);
    known ??= scenarioProfile(toy === null ? scenarioOfUri(uri) : toyScenario(toy));
    return known;
  };
  return {
    uri,
    summary: summaryOf(uri),
    suites: builtIn.filter(({ members }) => members.includes(uri)).map(({ name }) => name),
    get ops() {
      return profile().ops;
    },
    get groups() {
      return profile().groups;
    },
    get devices() {
      return profile().devices;
    },
    get memoryPressure() {
      return profile().memoryPressure;
    },
    get computeToTransfers() {
      return profile().computeToTransfers;
    },
  };
}

function summaryOf(uri: string): string {
  const toy = toyOf(uri);
  if (toy !== null) return toy.summary;
  const [problem, ...rest] = uri.split("?")[0].split("/");
  return [
    [...workloadCatalog, ...families].find(({ name }) => name === problem)?.summary,
    clusterCatalog.find(({ name }) => name === rest[rest.length - 1])?.summary,
  ].join("; ");
}
