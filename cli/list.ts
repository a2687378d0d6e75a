/**
 * `list`: everything that has a name. The registries are the only source; sizes of scenarios are built when asked for.
 */
import { listMethods } from "../agents/registry.ts";
import type { OptionInfo } from "../agents/spec.ts";
import { envIds, envSpec } from "../env/envs/index.ts";
import { InputError } from "../env/model/errors.ts";
import { didYouMean } from "../env/model/suggest.ts";
import { clusterCatalog } from "../scenarios/clusters/index.ts";
import { families, scenarioCatalog, splits, suites } from "../scenarios/index.ts";
import { workloadCatalog } from "../scenarios/workloads/index.ts";
import { columns } from "./columns.ts";
import { defineCommand, jsonFlag } from "./command.ts";
import { jsonText } from "./json.ts";
import { EXIT } from "./terminal.ts";

const kinds = [
  "scenarios",
  "workloads",
  "families",
  "clusters",
  "suites",
  "agents",
  "planners",
  "envs",
] as const;
type Kind = (typeof kinds)[number];

export const list = defineCommand({
  name: "list",
  summary: "Lists scenarios, suites, agents, planners and envs with what can be set on them.",
  positionals: [{ name: "KIND", describe: `one of ${kinds.join(", ")}; all by default`, arity: "optional" }],
  flags: {
    sizes: { type: "switch", describe: "also build each scenario and count its ops, groups and devices" },
    json: jsonFlag,
  },
  examples: ["list", "list planners", "list scenarios --sizes --json"],
  async run({ values, positionals: [kind] }, terminal) {
    if (kind !== undefined && !(kinds as readonly string[]).includes(kind))
      throw new InputError(
        `There is no list of "${kind}", expected ${kinds.join(", ")}.${didYouMean(kind, kinds)}`,
      );
    const shown = kind === undefined ? kinds : [kind as Kind];
    const lists = listsOf(values.sizes);
    terminal.write(
      values.json
        ? jsonText(Object.fromEntries(shown.map((name) => [name, lists[name]()])))
        : `${shown.map((name) => sectionText(name, lists[name]())).join("\n\n")}\n`,
    );
    return EXIT.done;
  },
});

interface Listed {
  readonly id: string;
  readonly summary: string;
  readonly options?: readonly OptionInfo[];
  readonly [field: string]: unknown;
}

function listsOf(withSizes: boolean): Record<Kind, () => readonly Listed[]> {
  return {
    scenarios: () =>
      scenarioCatalog.map((entry) => {
        const { uri, summary, suites } = entry;
        if (!withSizes) return { id: uri, summary, suites };
        const { ops, groups, devices } = entry;
        return { id: uri, summary, suites, ops, groups, devices };
      }),
    workloads: () => workloadCatalog.map(({ name, summary }) => ({ id: name, summary })),
    families: () =>
      families.map(({ name, summary, source, members, options }) => ({
        id: name,
        summary: `${summary}; ${splits.map((split) => `${split} ${members[split]}`).join(", ")}`,
        source,
        members,
        options: Object.entries(options).map(([option, { describe, default: usual }]) => ({
          name: option,
          type: "integer",
          default: usual,
          description: describe,
        })),
      })),
    clusters: () => clusterCatalog.map(({ name, summary }) => ({ id: name, summary })),
    suites: () =>
      Object.entries(suites).map(([id, members]) => ({
        id,
        summary: members.join(", "),
        scenarios: members,
      })),
    agents: () => methodsOf("agent"),
    planners: () => methodsOf("planner"),
    envs: () => envIds().map((id) => ({ id, summary: envSpec(id).summary })),
  };
}

function methodsOf(kind: "agent" | "planner"): Listed[] {
  return listMethods()
    .filter((method) => method.kind === kind)
    .map(({ card, options }) => ({ ...card, options }));
}

function sectionText(kind: Kind, listed: readonly Listed[]): string {
  const rows = listed.flatMap((entry): [string, string][] => [
    [entry.id, `${entry.summary}${sizesText(entry)}`],
    ...(entry.options ?? []).map((option): [string, string] => [`  ?${option.name}=`, optionText(option)]),
  ]);
  return [`${kind[0].toUpperCase()}${kind.slice(1)}`, ...columns(rows)].join("\n");
}

function sizesText({ ops, groups, devices }: Listed): string {
  return ops === undefined ? "" : ` (${ops} ops in ${groups} groups, ${devices} devices)`;
}

function optionText({ type, values, default: usual, description }: OptionInfo): string {
  const shape = values === undefined ? type : values.join(" | ");
  return `${description ?? ""} (${shape}${usual === undefined ? "" : `, default ${JSON.stringify(usual)}`})`;
}
