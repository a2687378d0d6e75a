/** docs/architecture.md says which folders may import which others; the code keeps to its lines. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(root, "docs/architecture.md"), "utf8");

/** Which names may import which, by the lines `a, b < c` of the block after "Inside `room`:". */
function allowedIn(room: string): Map<string, Set<string>> {
  const block = new RegExp(`[Ii]nside \`${room}\`:\n+\`\`\`text\n([^\`]*)\`\`\``).exec(page)![1];
  const below = new Map<string, Set<string>>();
  const namesOf = (set: string) => set.split(",").map((name) => name.trim());
  for (const line of block.trim().split("\n")) {
    const sets = line.split("<").map(namesOf);
    sets.forEach((set, i) => {
      for (const name of set) below.set(name, new Set([...(below.get(name) ?? []), ...(sets[i - 1] ?? [])]));
    });
  }
  const allBelow = (name: string): string[] =>
    [...below.get(name)!].flatMap((lower) => [lower, ...allBelow(lower)]);
  return new Map([...below.keys()].map((name) => [name, new Set(allBelow(name))]));
}

/** Imports between the parts directly inside a room, as "from -> to", with a file that has it. */
function importsIn(room: string): Map<string, string> {
  const partOf = (path: string) => path.split("/")[0].replace(/\.ts$/, "");
  const found = new Map<string, string>();
  for (const name of readdirSync(join(root, room), { recursive: true, encoding: "utf8" })) {
    // The kernel's AssemblyScript is a program of its own.
    if (!name.endsWith(".ts") || name === "index.ts" || name.includes("/assembly/")) continue;
    const file = join(root, room, name);
    for (const [, target] of readFileSync(file, "utf8").matchAll(/from\s+["'](\.[^"']+)["']/g)) {
      const path = relative(join(root, room), join(dirname(file), target));
      if (path.startsWith("..") || partOf(path) === partOf(name)) continue;
      found.set(`${partOf(name)} -> ${partOf(path)}`, name);
    }
  }
  return found;
}

describe("docs/architecture.md", () => {
  test.each(["env", "env/sim", "agents"])("draws the directions of imports inside %s", (room) => {
    const allowed = allowedIn(room);
    const imports = importsIn(room);
    expect(imports.size).toBeGreaterThan(5);
    const offences = [...imports].filter(([arrow]) => {
      const [from, to] = arrow.split(" -> ");
      return !allowed.get(from)?.has(to);
    });
    expect(offences).toEqual([]);
  });
});

test("the page names a test of each fault of published code, and the test is there", () => {
  const rows = [...page.matchAll(/^\| (\d+) \| [^|]+ \| ([^|]+) \| [^|]+ \|$/gm)];
  expect([...new Set(rows.map(([, fault]) => Number(fault)))]).toEqual(
    [...Array(10).keys()].map((i) => i + 1),
  );
  for (const [, fault, folders] of rows)
    for (const [, folder] of folders.matchAll(/`([^`]+)`/g)) {
      const tests = readFileSync(join(root, folder, "published-faults.test.ts"), "utf8");
      expect(tests, `fault ${fault} in ${folder}`).toContain(`describe("fault ${fault}, `);
      const [, part] = tests.split(`describe("fault ${fault}, `);
      expect(part.split("\ndescribe(")[0], `a twin of fault ${fault}`).toContain("would be seen");
    }
});
