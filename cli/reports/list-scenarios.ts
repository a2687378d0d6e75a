/**
 * Scenarios as `list` shows them: by suite, each with its sizes, memory pressure and ratio of
 * compute to transfers. Members of one family follow each other in a suite. Where all suites are
 * listed, only the first member is shown. The suite `large` is built only where it is named.
 */
import type { OptionInfo } from "../../agents/registry/spec.ts";
import { formatCount } from "../../results/text/format.ts";
import { type CatalogEntry, scenarioCatalog } from "../../scenarios/catalog.ts";
import type { ScenarioProfile } from "../../scenarios/profile.ts";
import { suiteCatalog } from "../../scenarios/suites/index.ts";
import type { Suite } from "../../scenarios/suites/suite.ts";
import { table, wrappedText } from "./columns.ts";

const UNBUILT = "large";

/** One entry of any list; JSON prints all fields, text the id, the summary and the options. */
export interface Listed {
  readonly id: string;
  readonly summary: string;
  readonly options?: readonly OptionInfo[];
  readonly [field: string]: unknown;
}

export function listedSuites(suites: readonly Suite[]): readonly Listed[] {
  return suites.map(({ name, summary, why, members, files }) => ({
    id: name,
    summary: `${summary} (${formatCount(members.length)})`,
    why,
    scenarios: members,
    ...(files !== undefined && { files }),
  }));
}

/** Every scenario once, or those of one suite. */
export function listedScenarios(suite: Suite | undefined, withSizes: boolean): readonly Listed[] {
  return scenarioCatalog
    .filter(({ suites }) => suite === undefined || suites.includes(suite.name))
    .map((entry) => {
      const { uri, summary, suites } = entry;
      const built = withSizes && (suite !== undefined || suites.some((name) => name !== UNBUILT));
      return { id: uri, summary, suites, ...(built && sizesOf(entry)) };
    });
}

const sizesOf = ({
  ops,
  groups,
  devices,
  memoryPressure,
  computeToTransfers,
}: CatalogEntry): ScenarioProfile => ({
  ops,
  groups,
  devices,
  memoryPressure,
  computeToTransfers,
});

export function scenariosText(suite: Suite | undefined, width: number): string {
  const shown = suite === undefined ? suiteCatalog : [suite];
  const sections = shown.map((each) => suiteText(each, suite !== undefined, width).join("\n"));
  return [
    ...sections,
    [
      "memory: peak memory of one accelerator with all ops, as a share of its memory; above 100% a plan has to split.",
      "compute: time of all ops over the time of all transfers, each edge once; the higher, the cheaper a split.",
    ]
      .flatMap((line) => wrappedText(line, width, ""))
      .join("\n"),
  ].join("\n\n");
}

function suiteText(
  { name, summary, members, files }: Suite,
  complete: boolean,
  width: number,
): readonly string[] {
  const title = wrappedText(`${name}: ${summary}`, width, "");
  if (files !== undefined)
    return [
      ...title,
      ...members.map((path) => `  FOLDER/${path}`),
      ...wrappedText(`FOLDER holds ${files}; compare takes it as --files FOLDER.`, width, "  "),
    ];
  if (name === UNBUILT && !complete)
    return [...title, ...members.map((uri) => `  ${uri}`), `  Sizes: list scenarios --suite ${name}`];
  const entries = members.map((uri) => scenarioCatalog.find((entry) => entry.uri === uri)!);
  const rows = complete ? entries.map((entry) => rowOf(entry, entry.uri)) : condensed(entries);
  return [...title, ...table([["scenario", "ops", "groups", "devices", "memory", "compute"], ...rows])];
}

/** The first member of a family, and how many of the same family follow. */
function condensed(entries: readonly CatalogEntry[]): readonly string[][] {
  const rows: string[][] = [];
  for (let i = 0; i < entries.length; ) {
    const kin = kinOf(entries[i].uri);
    let next = i + 1;
    while (kin !== null && next < entries.length && kinOf(entries[next].uri) === kin) next++;
    const more = next - i - 1;
    rows.push(rowOf(entries[i], more > 0 ? `${entries[i].uri} (and ${more} more)` : entries[i].uri));
    i = next;
  }
  return rows;
}

/** Family, split and cluster of a family's member, null for other scenarios. */
function kinOf(uri: string): string | null {
  const [family, split, number, ...rest] = uri.split("/");
  return /^\d+$/.test(number ?? "") ? [family, split, ...rest].join("/") : null;
}

function rowOf(entry: CatalogEntry, name: string): string[] {
  const { ops, groups, devices, memoryPressure, computeToTransfers } = entry;
  return [
    name,
    formatCount(ops),
    formatCount(groups),
    formatCount(devices),
    memoryPressure === null ? "no limit" : `${(100 * memoryPressure).toFixed(memoryPressure < 0.1 ? 1 : 0)}%`,
    computeToTransfers === Number.POSITIVE_INFINITY ? "sends nothing" : `${ratio(computeToTransfers)}x`,
  ];
}

const ratio = (value: number): string => (value < 10 ? value.toFixed(2) : formatCount(Math.round(value)));
