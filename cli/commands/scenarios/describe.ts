/**
 * `describe`: the card of anything with a name. A scenario's card has its ops, sizes, bounds,
 * groups and cluster; `--svg` also draws its graph. A method's has its options, limits and paper.
 * Clusters, workloads, families, suites, envs and published systems have theirs.
 */
import { existsSync, readFileSync } from "node:fs";
import { methods, resolveMethod } from "../../../agents/registry/registry.ts";
import { parseSpec } from "../../../agents/registry/spec.ts";
import { InputError } from "../../../env/model/errors.ts";
import { didYouMean } from "../../../env/model/suggest.ts";
import { exporterOf } from "../../../results/export/index.ts";
import { displayedWords } from "../../../results/text/displayed.ts";
import { looksLikeCluster } from "../../../scenarios/clusters/cluster-file.ts";
import { clusterPath } from "../../../scenarios/clusters/named.ts";
import { fileAddress } from "../../../scenarios/file-address.ts";
import { openScenario, resolveCluster } from "../../../scenarios/resolve.ts";
import { defineCommand, jsonFlag } from "../../command.ts";
import { writeOutput } from "../../files.ts";
import { jsonText } from "../../json.ts";
import { cardOf, cardText } from "../../reports/describe-card.ts";
import { methodCard, methodCardText } from "../../reports/method-card.ts";
import { clusterCardOf, type NamedCard, namedCard } from "../../reports/named-cards.ts";
import { entriesOf } from "../../reports/names/entry.ts";
import { table } from "../../reports/names/table.ts";
import { EXIT, lineWidth, type Terminal } from "../../terminal/terminal.ts";

export const describe = defineCommand({
  name: "describe",
  summary: "Prints the card of a scenario, method, cluster, or anything else with a name.",
  positionals: [
    {
      name: "NAME",
      describe:
        "a scenario such as inception-v3/2xP100 or a file, a method such as mcmc?beta=3, a cluster " +
        "such as 16xV100 or ./mine.json, or any name of list",
      arity: "one",
    },
  ],
  flags: {
    svg: {
      type: "text",
      placeholder: "FILE",
      describe: "write a drawing of a scenario's graph here; export --format svg also shows a plan",
      defaultText: "none",
    },
    json: jsonFlag,
  },
  examples: [
    "describe inception-v3/2xP100",
    "describe nmt-4/4xK80?groups=64 --svg nmt.svg",
    "describe mcmc",
    "describe 2x8xA100",
  ],
  async run({ values, positionals: [name] }, terminal) {
    const card = (await methodCardOf(name, terminal)) ?? otherCard(name);
    if (card === null) return describeScenario(name, values, terminal);
    if (values.svg !== undefined)
      throw new InputError(`Flag --svg draws the graph of a scenario, and "${name}" is none.`);
    const text = () => `${card.lines(lineWidth(terminal)).join("\n").trimEnd()}\n`;
    terminal.write(values.json ? jsonText(card.data) : text());
    return EXIT.done;
  },
});

/** Null where the name is no method of the registry and no module. */
async function methodCardOf(name: string, terminal: Terminal): Promise<NamedCard | null> {
  const [target] = name.split("?", 1);
  const isMethod = methods.some(({ card }) => card.id === target) || /\.[cm]?[jt]s$/.test(target);
  if (!isMethod) return null;
  const { spec, module, options } = await resolveMethod(parseSpec(name).target === target ? name : target);
  const card = methodCard(module, spec, options);
  return { data: card, lines: () => [methodCardText(card, lineWidth(terminal))] };
}

function otherCard(name: string): NamedCard | null {
  const named = namedCard(name);
  if (named !== null) return named;
  if (isCluster(name)) return clusterCardOf(resolveCluster(name));
  if (name.includes("/") || name.includes("?cluster=") || fileAddress(name) !== null) return null;
  return unnamed(name);
}

/** Whether the name is a cluster's: a variant, a file that describes one, or no path at all. */
function isCluster(name: string): boolean {
  if (/^variant\//.test(name)) return true;
  const path = clusterPath(name);
  if (path === null) return /^\d+x|^cpu-only/.test(name);
  if (!existsSync(path)) return false;
  try {
    return looksLikeCluster(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    // What is no JSON is for the importers to read or to refuse.
    return false;
  }
}

function unnamed(name: string): never {
  const guess = didYouMean(name, [...new Set(entriesOf(table).map(({ id }) => id))]);
  throw new InputError(
    `Nothing is named "${name}".${guess || ' "list" shows all names; a scenario is WORKLOAD/CLUSTER, such as inception-v3/2xP100, or a file.'}`,
  );
}

async function describeScenario(
  address: string,
  values: { readonly svg?: string; readonly json: boolean },
  terminal: Terminal,
): Promise<number> {
  const { scenario } = await openScenario(address);
  if (values.svg !== undefined)
    writeOutput(values.svg, exporterOf("svg").write(scenario, null).text, terminal);
  const card = cardOf(scenario, address);
  terminal.write(values.json ? jsonText(card) : cardText(displayedWords(card), lineWidth(terminal)));
  return EXIT.done;
}
