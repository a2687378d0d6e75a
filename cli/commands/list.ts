/**
 * `list`: everything that has a name, from the registries. Scenarios are built only where their
 * sizes are shown.
 */
import { listMethods } from "../../agents/registry/registry.ts";
import type { OptionInfo } from "../../agents/registry/spec.ts";
import { envIds, envSpec } from "../../env/envs/registry.ts";
import { InputError } from "../../env/model/errors.ts";
import { didYouMean } from "../../env/model/suggest.ts";
import { clusterCatalog } from "../../scenarios/clusters/index.ts";
import { splits } from "../../scenarios/families/family.ts";
import { families } from "../../scenarios/families/index.ts";
import { suiteCatalog, suiteNamed } from "../../scenarios/suites/index.ts";
import { workloadCatalog } from "../../scenarios/workloads/index.ts";
import { defineCommand, jsonFlag } from "../command.ts";
import { jsonText } from "../json.ts";
import { columns } from "../reports/columns.ts";
import { type Listed, listedScenarios, listedSuites, scenariosText } from "../reports/list-scenarios.ts";
import { EXIT } from "../terminal/terminal.ts";

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
  summary: "Lists scenarios, suites, agents, planners and envs with their options.",
  positionals: [{ name: "KIND", describe: `one of ${kinds.join(", ")}; all by default`, arity: "optional" }],
  flags: {
    suite: {
      type: "text",
      placeholder: "NAME",
      describe: "list the scenarios of one suite",
      defaultText: "all but large",
    },
    sizes: {
      type: "switch",
      describe: "build each scenario and show its sizes; list scenarios and --suite always do",
    },
    json: jsonFlag,
  },
  examples: ["list", "list planners", "list scenarios", "list scenarios --suite board-v1 --json"],
  async run({ values, positionals: [kind] }, terminal) {
    if (kind !== undefined && !(kinds as readonly string[]).includes(kind))
      throw new InputError(
        `There is no list of "${kind}", expected ${kinds.join(", ")}.${didYouMean(kind, kinds)}`,
      );
    const suite = values.suite === undefined ? undefined : suiteNamed(values.suite);
    if (suite !== undefined && kind !== undefined && kind !== "scenarios")
      throw new InputError(`Flag --suite chooses scenarios, not ${kind}.`);
    const shown: readonly Kind[] =
      suite !== undefined ? ["scenarios"] : kind === undefined ? kinds : [kind as Kind];
    const withSizes = values.sizes || kind === "scenarios" || suite !== undefined;
    const lists = listsOf(() => listedScenarios(suite, withSizes));
    const sections = shown.map((name) =>
      name === "scenarios" && withSizes && !values.json
        ? scenariosText(suite)
        : sectionText(name, values.json ? [] : lists[name]()),
    );
    terminal.write(
      values.json
        ? jsonText(Object.fromEntries(shown.map((name) => [name, lists[name]()])))
        : `${sections.join("\n\n")}\n`,
    );
    return EXIT.done;
  },
});

function listsOf(scenarios: () => readonly Listed[]): Record<Kind, () => readonly Listed[]> {
  return {
    scenarios,
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
    suites: () => listedSuites(suiteCatalog),
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
    [entry.id, entry.summary],
    ...(entry.options ?? []).map((option): [string, string] => [`  ?${option.name}=`, optionText(option)]),
  ]);
  return [`${kind[0].toUpperCase()}${kind.slice(1)}`, ...columns(rows)].join("\n");
}

function optionText({ type, values, default: usual, description }: OptionInfo): string {
  const shape = values === undefined ? type : values.join(" | ");
  return `${description ?? ""} (${shape}${usual === undefined ? "" : `, default ${JSON.stringify(usual)}`})`;
}
