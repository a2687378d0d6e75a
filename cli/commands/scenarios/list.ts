/**
 * `list`: everything that has a name. Without arguments it is one page of names. A kind adds a line
 * to each name; any other word is looked for. The text comes from the table of names, so that no
 * registry is loaded; sizes and JSON load what they show.
 */
import { InputError } from "../../../env/model/errors.ts";
import { didYouMean } from "../../../env/model/suggest.ts";
import { defineCommand, jsonFlag } from "../../command.ts";
import { jsonText } from "../../json.ts";
import { foundText, namedSo, overviewText, sectionText, withWord } from "../../reports/list-names.ts";
import { entriesOf, type Kind, kinds, type NameEntry } from "../../reports/names/entry.ts";
import { table } from "../../reports/names/table.ts";
import { EXIT, lineWidth } from "../../terminal/terminal.ts";

export const list = defineCommand({
  name: "list",
  summary: "Lists what has a name: scenarios, clusters, methods, envs, published systems.",
  positionals: [
    {
      name: "KIND",
      describe: `one of ${kinds.join(", ")}, or a word that a name contains; all names by default`,
      arity: "optional",
    },
  ],
  flags: {
    search: {
      type: "text",
      placeholder: "WORD",
      describe: "find a word in names, summaries, papers and names of options",
      defaultText: "none",
    },
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
  examples: [
    "list",
    "list planners",
    "list mcmc",
    "list --search lstm",
    "list scenarios --suite board-v1 --json",
  ],
  async run({ values, positionals: [word] }, terminal) {
    const kind = kinds.find((known) => known === word);
    const { search, suite } = values;
    if (search !== undefined && (word !== undefined || suite !== undefined))
      throw new InputError(`Flag --search looks through all kinds, expected it alone.`);
    if (suite !== undefined && word !== undefined && kind !== "scenarios")
      throw new InputError(`Flag --suite chooses scenarios, not ${word}.`);
    const entries = entriesOf(table);
    const found = foundBy(entries, kind === undefined ? word : undefined, search);
    const withSizes = values.sizes || kind === "scenarios" || suite !== undefined;
    const shown: readonly Kind[] =
      suite !== undefined || (values.sizes && word === undefined)
        ? ["scenarios"]
        : kind === undefined
          ? kinds
          : [kind];
    if (values.json) {
      terminal.write(await jsonLists(shown, found, suite, withSizes));
      return EXIT.done;
    }
    const width = lineWidth(terminal);
    if (found !== null) terminal.write(foundText((word ?? search)!, found, width));
    else if (shown.length === 1 && shown[0] === "scenarios")
      terminal.write(await scenarioLists(suite, width));
    else
      terminal.write(shown.length > 1 ? overviewText(entries, width) : sectionText(shown[0], entries, width));
    return EXIT.done;
  },
});

/** Null where nothing is looked for. */
function foundBy(
  entries: readonly NameEntry[],
  word: string | undefined,
  search: string | undefined,
): readonly NameEntry[] | null {
  if (word === undefined && search === undefined) return null;
  const found = search === undefined ? namedSo(entries, word!) : withWord(entries, search);
  const nearestKind = word === undefined ? "" : didYouMean(word, kinds);
  if (found.length > 0 && nearestKind === "") return found;
  if (found.some(({ id }) => id === word)) return found;
  if (search !== undefined) throw new InputError(`No name, summary, paper or option contains "${search}".`);
  const guess = nearestKind || didYouMean(word!, [...new Set(entries.map(({ id }) => id))]);
  throw new InputError(`Nothing is named "${word}".${guess || ` "list --search ${word}" looks further.`}`);
}

async function jsonLists(
  shown: readonly Kind[],
  found: readonly NameEntry[] | null,
  suiteName: string | undefined,
  withSizes: boolean,
): Promise<string> {
  const { fullLists } = await import("../../reports/list-full.ts");
  const lists = fullLists(await suiteOf(suiteName), withSizes);
  if (found === null) return jsonText(Object.fromEntries(shown.map((kind) => [kind, lists[kind]()])));
  const ids = new Set(found.map(({ kind, id }) => `${kind} ${id}`));
  const isFound = (kind: Kind, id: string) =>
    ids.has(`${kind} ${id}`) || ids.has(`${kind} ${id.replace(/^([\w-]+\/\w+\/)\d+/, "$1N")}`);
  return jsonText(
    Object.fromEntries(kinds.map((kind) => [kind, lists[kind]().filter(({ id }) => isFound(kind, id))])),
  );
}

async function scenarioLists(suiteName: string | undefined, width: number): Promise<string> {
  const { scenariosText } = await import("../../reports/list-scenarios.ts");
  return `${scenariosText(await suiteOf(suiteName), width)}\n`;
}

async function suiteOf(name: string | undefined) {
  const { suiteNamed } = await import("../../../scenarios/suites/index.ts");
  return name === undefined ? undefined : suiteNamed(name);
}
