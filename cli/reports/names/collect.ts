/**
 * The lines of table.ts, from the registries and the commands. `npm run build:names` writes them,
 * and a test compares them.
 */
import { listMethods, methods } from "../../../agents/registry/registry.ts";
import { methodsOfSystem, publishedSystems, systemSentence } from "../../../agents/registry/systems.ts";
import { envIds, envSpec } from "../../../env/envs/registry.ts";
import { namedFidelities } from "../../../env/model/fidelity/named.ts";
import { scenarioCatalog } from "../../../scenarios/catalog.ts";
import { clusterCatalog } from "../../../scenarios/clusters/index.ts";
import { splits } from "../../../scenarios/families/family.ts";
import { families } from "../../../scenarios/families/index.ts";
import { suiteCatalog } from "../../../scenarios/suites/index.ts";
import { workloadCatalog } from "../../../scenarios/workloads/index.ts";
import { commands } from "../../commands/index.ts";
import { type Kind, lineOf, type NameEntry } from "./entry.ts";

/** Name, summary, arguments, flags and examples of every command. */
export async function collectedHelp(): Promise<string> {
  const loaded = await Promise.all(commands.map((entry) => entry.load()));
  const lines = loaded.map(({ name, summary, positionals, flags, examples }) =>
    JSON.stringify({ name, summary, positionals, flags, examples }),
  );
  return `${lines.join("\n")}\n`;
}

export const collectedTable = (): string => `${collected().map(lineOf).join("\n")}\n`;

function collected(): NameEntry[] {
  const entry = (kind: Kind, id: string, rest: Partial<NameEntry>): NameEntry => {
    return { kind, id, names: "", count: 1, summary: "", words: "", ...rest };
  };
  const optionNames = (options: object): string => Object.keys(options).join(" ");
  return [
    ...scenarios().map(({ id, count, summary }) => entry("scenarios", id, { count, summary })),
    ...workloadCatalog.map(({ name, summary, source, options }) =>
      entry("workloads", name, { summary, words: `${source} ${optionNames(options)}` }),
    ),
    ...families.map(({ name, summary, source, members, options }) =>
      entry("families", name, {
        summary: `${summary}; ${splits.map((split) => `${split} ${members[split]}`).join(", ")}`,
        words: `${source} ${optionNames(options)}`,
      }),
    ),
    ...clusterCatalog.map(({ name, summary }) => entry("clusters", name, { summary })),
    ...namedFidelities.map(({ fidelity, summary }) => entry("fidelities", fidelity.name, { summary })),
    ...suiteCatalog.map(({ name, summary, members, why }) =>
      entry("suites", name, { summary, count: members.length, words: why }),
    ),
    ...listMethods().map(({ kind, card, options }) =>
      entry(`${kind}s`, card.id, {
        names: [card.name, ...(card.systems ?? [])].join(", "),
        summary: card.summary,
        words: [card.paper ?? "", card.searchSpace, ...options.map(({ name }) => name)].join(" "),
      }),
    ),
    ...envIds().map((id) => entry("envs", id, { summary: envSpec(id).summary })),
    ...publishedSystems.map((system) =>
      entry("systems", system.id, {
        names: system.name,
        summary: systemSentence(methods, system),
        words: methodsOfSystem(methods, system).join(" "),
      }),
    ),
  ];
}

/** Members of one family on one cluster are one entry, in the order of the catalog. */
function scenarios(): { readonly id: string; readonly count: number; readonly summary: string }[] {
  const folded = new Map<string, { id: string; count: number; summary: string }>();
  for (const { uri, summary } of scenarioCatalog) {
    const kin = uri.replace(/^([\w-]+\/(?:train|validation|test)\/)\d+/, "$1N");
    const known = folded.get(kin);
    if (known === undefined) folded.set(kin, { id: uri, count: 1, summary });
    else folded.set(kin, { id: kin, count: known.count + 1, summary });
  }
  return [...folded.values()];
}
