import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digestsOf, refuseChanged } from "../../../results/files/program-files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-"));
  mkdirSync(join(folder, "parts"));
  write("mine.ts", 'import { a } from "./parts/a.ts";\nimport "./b.js";\nconst c = await import("./c");');
  write(
    "parts/a.ts",
    'import { mine } from "../mine.ts"; export * from "zod"; import { no } from "./none.ts";',
  );
  write("b.ts", 'const d = require("./d.json");');
  write("c.mjs", "");
  write("d.json", "{}");
  write("unused.ts", "");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const at = (name: string) => join(folder, name);
const digests = () => digestsOf([at("mine.ts")], [at("policy.json")]);

describe("the files of a user's method", () => {
  test("are the module and all that it imports from beside it, each once", () => {
    expect(Object.keys(digests())).toEqual(
      ["b.ts", "c.mjs", "d.json", "mine.ts", "parts/a.ts"].map(at).sort(),
    );
  });

  test("are named relative to where the module was named from", () => {
    const names = Object.keys(digestsOf(["./test/results/training/walker.ts"], []));
    expect(names).toContain("./test/results/training/walker.ts");
    expect(names).toContain("agents/contract.ts");
    expect(names.filter((name) => name.startsWith("/"))).toEqual([]);
  });

  test.each(["mine.ts", "parts/a.ts", "b.ts", "d.json"])("show a change of %s by its name", (name) => {
    const begun = digests();
    refuseChanged(begun, digests(), "runs/x");
    write(name, "// other");
    expect(() => refuseChanged(begun, digests(), "runs/x")).toThrow(
      `File "${at(name)}" has changed since the run in "runs/x" began; undo the change, or give another folder.`,
    );
  });

  test("count a policy once it is there, and let new files come", () => {
    const begun = digests();
    write("policy.json", "{}");
    refuseChanged(begun, digests(), "runs/x");
    expect(Object.keys(digests())).toContain(at("policy.json"));
  });
});
