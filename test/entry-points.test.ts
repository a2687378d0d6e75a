/**
 * The entry points are complete: whoever gets a value of a published module can name its type. So
 * an `index.ts` that publishes anything of a file publishes all of the file's types.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const textOf = (path: string) => readFileSync(join(root, path), "utf8");

test.each(["env", "agents", "scenarios", "results"])(
  "%s/index.ts publishes the types of its files",
  (room) => {
    const index = textOf(`${room}/index.ts`);
    const statements = [...index.matchAll(/^export ([\s\S]*?) from "\.\/([^"]+)";/gm)];
    expect(statements.length).toBeGreaterThan(3);
    const missing = statements.flatMap(([, what, file]) => {
      if (what.startsWith("*") || what.startsWith("type *")) return [];
      const types = [...textOf(`${room}/${file}`).matchAll(/^export (?:interface|type) (\w+)/gm)];
      return types.map(([, name]) => name).filter((name) => !new RegExp(`\\b${name}\\b`).test(index));
    });
    expect(missing).toEqual([]);
  },
);

test("the package publishes each room and the program", () => {
  const { exports, bin } = JSON.parse(textOf("package.json"));
  expect(Object.keys(exports)).toEqual([
    ".",
    "./env",
    "./agents",
    "./scenarios",
    "./results",
    "./package.json",
  ]);
  expect(Object.keys(bin)).toEqual(["placement-gym"]);
});
