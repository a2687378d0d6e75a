/** No function of the sources is longer than a reader can hold: 80 lines, the kernel apart. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parseAst } from "vitest/node";

const root = fileURLToPath(new URL("..", import.meta.url));
const MOST_LINES = 80;

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

test("every function has at most 80 lines", () => {
  const files = ["env", "agents", "scenarios", "results", "cli"].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
      // The parser reads no decorators of AssemblyScript; declarations have no functions.
      .filter((name) => /(?<!\.d)\.ts$/.test(name) && !name.includes("/assembly/"))
      .map((name) => `${room}/${name}`),
  );
  const texts = files.map((file) => [file, readFileSync(join(root, file), "utf8")]);
  // A shorter file has no such function.
  const long = texts.filter(([, text]) => text.split("\n").length > MOST_LINES);
  const found = long.flatMap(([file, text]) => functionsOf(text, file));
  expect(found.length).toBeGreaterThan(2_000);
  expect(found.filter(({ lines }) => lines > MOST_LINES)).toEqual([]);
});

test("arrow functions and methods are found, with their lines", () => {
  const text = "const f = () =>\n  1;\nclass A {\n  b(): void {\n\n  }\n}";
  expect(functionsOf(text, "x.ts")).toEqual([
    { at: "x.ts:1", lines: 2 },
    { at: "x.ts:4", lines: 3 },
  ]);
});

function functionsOf(text: string, file: string): { at: string; lines: number }[] {
  const lineAt = (offset: number) => text.slice(0, offset).split("\n").length;
  const found: { at: string; lines: number }[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Array.isArray(value) && /^(Arrow)?Function(Declaration|Expression)$/.test((value as Node).type)) {
      const first = lineAt((value as Node).start);
      found.push({ at: `${file}:${first}`, lines: lineAt((value as Node).end) - first + 1 });
    }
    for (const part of Object.values(value)) visit(part);
  };
  visit(parseAst(text, { lang: "ts" }).body);
  return found;
}
