/** docs/agents.md links to a page of each agent, which tells every option and its default. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { methods } from "../../agents/registry/registry.ts";
import { optionsOf } from "../../agents/registry/spec.ts";

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));
const page = readFileSync(join(docs, "agents.md"), "utf8");
const agents = methods.filter(({ kind }) => kind === "agent");
const ids = agents.map(({ card }) => card.id);
/** Pages of docs/agents that are about several agents, or about none of `train`. */
const common = ["decoding", "placers", "rainbow", "results", "training", "transfer", "house"];

const pageOf = (name: string): string => readFileSync(join(docs, "agents", `${name}.md`), "utf8");

/**
 * Option and default of each row of a page's tables. A row may tell several options and their
 * defaults, with commas between. A default that is not told is null. Rows of a table without a
 * column of defaults do not count.
 */
function rowsOf(name: string): Map<string, string | null> {
  const tables = pageOf(name).matchAll(/^\| option \| default \|.*\n\|[-|]*\|\n((?:\|.*\n)*)/gm);
  const rows = [...tables].flatMap(([, body]) => [...body.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|([^|]*)\|/gm)]);
  const listOf = (cell: string) => cell.split(", ").map((part) => part.trim().replaceAll("`", ""));
  return new Map(
    rows.flatMap(([, options, defaults]) => {
      const values = listOf(defaults);
      return listOf(options).map((option, i): [string, string | null] => [option, values[i] || null]);
    }),
  );
}

describe("docs/agents.md", () => {
  test("has a row for each registered agent, in order, and for no other", () => {
    const rows = [...page.matchAll(/^\| \[`([\w-]+)`\]\(agents\/([\w-]+)\.md\) \|/gm)];
    expect(rows.map(([, id]) => id)).toEqual(ids);
    expect(rows.map(([, , name]) => name)).toEqual(ids);
  });

  test("links to every page of its folder", () => {
    const pages = readdirSync(join(docs, "agents")).filter((name) => name.endsWith(".md"));
    expect(pages.sort()).toEqual([...ids, ...common].map((name) => `${name}.md`).sort());
    for (const name of pages) expect(page).toContain(`](agents/${name})`);
  });

  test("has pictures of curves that are small, each in the page of its agent", () => {
    const pictures = readdirSync(join(docs, "agents", "curves"));
    for (const name of pictures) {
      expect(statSync(join(docs, "agents", "curves", name)).size, name).toBeLessThan(40_000);
      expect(pageOf(name.replace(/\.svg$/, ""))).toContain(`](curves/${name})`);
    }
  });

  test.each(ids)("has a page that begins with the name of %s", (id) => {
    expect(pageOf(id)).toMatch(new RegExp(`^# \`${id}\``));
  });

  test.each(agents.map((module) => [module.card.id, module] as const))(
    "tells the options of %s and their defaults",
    (id, module) => {
      const options = optionsOf(module);
      const has = new Set(options.map(({ name }) => name));
      const parts = id.startsWith("auto-map") ? ["rainbow"] : ["placers", "decoding"];
      const shared = parts.flatMap((name) => [...rowsOf(name)].filter(([option]) => has.has(option)));
      const plain =
        id === "seq2seq" ? [...rowsOf("reinforce")].filter(([name]) => name !== "learningRate") : [];
      const defaults = new Map([...shared, ...plain, ...rowsOf(id)]);
      const rate = /`learningRate` ([\d.]+)/.exec(pageOf("seq2seq"))![1];
      if (id === "seq2seq") defaults.set("learningRate", rate);
      for (const option of options) {
        expect([option.name, defaults.has(option.name)]).toEqual([option.name, true]);
        const value = defaults.get(option.name);
        if (value !== null) expect([option.name, value]).toEqual([option.name, String(option.default)]);
      }
    },
  );
});
