/** docs/python.md and the Python package name what the program has. Needs no Python. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { envIds } from "../../env/envs/registry.ts";
import { greeted } from "../cli/commands/tools/serve/session/client.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");
const page = textOf("docs/python.md");

/** The first cells of the rows between two marks. */
function rowsOf(mark: string): string[][] {
  const [, part] = new RegExp(`<!-- ${mark} -->([\\s\\S]*?)<!-- /${mark} -->`).exec(page)!;
  const rows = [...part.matchAll(/^\| (`.*) \|$/gm)];
  return rows.map(([, row]) => row.split(" | ").map((cell) => cell.replaceAll("`", "")));
}

const namesIn = (id: string): string => `placement_gym/${id.slice(id.indexOf("/") + 1)}`;

test("the page and the package have every env of the registry, each under its own name", () => {
  const own = envIds().map((id) => [id, namesIn(id)]);
  expect(rowsOf("ids")).toEqual(own);
  const registered = [...textOf("python/placement_gym/registration.py").matchAll(/^ {4}"(.+)": "(.+)",$/gm)];
  expect(registered.map(([, id, name]) => [id, name])).toEqual(own);
  expect(new Set(own.map(([, name]) => name)).size).toBe(own.length);
});

test("the page has every call of the protocol", async () => {
  const { error } = (await (await greeted()).call({ call: "none" })).fields;
  const calls = /expected (.*)\.$/.exec(String(error))![1].split(", ");
  const named = rowsOf("calls").flatMap(([names]) => names.split(", "));
  expect(named.sort()).toEqual(["hello", ...calls].sort());
});

test("the package has the version of the program", () => {
  const { version } = JSON.parse(textOf("package.json")) as { version: string };
  expect(textOf("python/pyproject.toml")).toContain(`version = "${version}"`);
  expect(textOf("python/placement_gym/__init__.py")).toContain(`__version__ = "${version}"`);
});
