/** What the program loads before it answers: quick commands load no registry and no library. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "placement-gym-loads-"));
afterAll(() => rmSync(folder, { recursive: true }));

const log = join(folder, "loaded.txt");
const hooks = join(folder, "hooks.mjs");
writeFileSync(
  hooks,
  `import { appendFileSync } from "node:fs";
   export async function load(url, context, next) {
     appendFileSync(${JSON.stringify(log)}, url.split("?")[0] + "\\n");
     return next(url, context);
   }`,
);
const preload = join(folder, "preload.mjs");
writeFileSync(
  preload,
  `import { register } from "node:module"; register(${JSON.stringify(pathToFileURL(hooks).href)});`,
);

/** Files of the project, by their sources, and of its libraries that a command line loads. */
function loadedBy(args: readonly string[]): string[] {
  writeFileSync(log, "");
  execFileSync(process.execPath, ["--import", preload, join(root, "cli/bin.js"), ...args], { cwd: root });
  const urls = readFileSync(log, "utf8").split("\n");
  const files = urls
    .filter((url) => url.startsWith("file:"))
    .map((url) => relative(root, fileURLToPath(url)).replace(/^\.compiled\/(.*)\.js$/, "$1.ts"));
  // The last compiles the sources of a checkout, which is no part of the program.
  return [...new Set(files)].filter((file) => !/^\.\.|^cli\/start\/checkout\.js$/.test(file));
}

describe("the program", () => {
  test.each(["--version", "--help", "list mcmc", "solve --help"])(
    "loads at most 20 files of its own and no library for %s",
    (line) => {
      const loaded = loadedBy(line.split(" "));
      expect(loaded).toContain("cli/main.ts");
      expect(loaded.filter((file) => !/^(cli|env\/model)\/|^results\/text\/visible\.ts$/.test(file))).toEqual(
        [],
      );
      expect(loaded.length).toBeLessThanOrEqual(20);
    },
  );
});
