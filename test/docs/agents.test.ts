/** docs/agents.md lists every agent and every option with the default that the code has. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { methods } from "../../agents/registry/registry.ts";
import { optionsOf } from "../../agents/registry/spec.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/agents.md", import.meta.url)), "utf8");
const agents = methods.filter(({ kind }) => kind === "agent");

/**
 * Option and default of each row of the tables in a section. A row may tell several options and
 * their defaults, with commas between. A default that is not told is null.
 */
function rowsOf(title: string): Map<string, string | null> {
  const section = page.split(`\n## ${title}\n`)[1].split("\n## ")[0];
  const rows = [...section.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|([^|]*)\|/gm)];
  const listOf = (cell: string) => cell.split(", ").map((part) => part.trim().replaceAll("`", ""));
  return new Map(
    rows.flatMap(([, options, defaults]) => {
      const values = listOf(defaults);
      return listOf(options).map((option, i): [string, string | null] => [option, values[i] || null]);
    }),
  );
}

/** Sections of options that several agents have. */
const shared = [rowsOf("Options of the placers"), rowsOf("Decoding")];

const told = (id: string) => rowsOf(`\`${id}\``);

describe("docs/agents.md", () => {
  test("has a section for each registered agent and for no other", () => {
    const sections = [...page.matchAll(/^## `([\w-]+)`$/gm)].map(([, id]) => id);
    expect(sections).toEqual(agents.map(({ card }) => card.id));
  });

  test.each(agents.map((module) => [module.card.id, module] as const))(
    "tells the options of %s and their defaults",
    (id, module) => {
      const options = optionsOf(module);
      const has = new Set(options.map(({ name }) => name));
      const common = shared.flatMap((rows) => [...rows].filter(([name]) => has.has(name)));
      const plain =
        id === "seq2seq" ? [...told("reinforce")].filter(([name]) => name !== "learningRate") : [];
      const defaults = new Map([...common, ...plain, ...told(id)]);
      if (id === "seq2seq") defaults.set("learningRate", /`learningRate` ([\d.]+)/.exec(page)![1]);
      for (const option of options) {
        expect([option.name, defaults.has(option.name)]).toEqual([option.name, true]);
        const value = defaults.get(option.name);
        if (value !== null) expect([option.name, value]).toEqual([option.name, String(option.default)]);
      }
    },
  );
});
