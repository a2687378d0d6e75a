/**
 * Runs the code blocks of Markdown files, in order, in one directory:
 *
 *   ```sh            every line is run with bash; the first failure ends it
 *   ```ts mine.ts    a block with a file name is written to that file
 *
 * Other blocks are for reading only. Usage: node .ci/blocks.mjs DIRECTORY FILE.md ...
 * Prints `N passed, N failed` at the end.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const [directory, ...files] = process.argv.slice(2);
let passed = 0;

for (const file of files)
  for (const { language, name, body } of blocksOf(readFileSync(file, "utf8"))) {
    if (name !== undefined) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), body);
      console.log(`${file}: wrote ${name}`);
    }
    if (language === "sh") for (const command of commandsOf(body)) run(file, command);
  }
console.log(`${passed} passed, 0 failed`);

function blocksOf(markdown) {
  return [...markdown.matchAll(/^```(\w+)(?: +(\S+))?\n([\s\S]*?)^```$/gm)].map(
    ([, language, name, body]) => ({ language, name, body }),
  );
}

function commandsOf(body) {
  return body
    .replaceAll("\\\n", " ")
    .split("\n")
    .map((line) => line.replace(/\s+# .*$/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

function run(file, command) {
  console.log(`\n${file}: $ ${command}`);
  const startedAt = Date.now();
  try {
    execFileSync("bash", ["-euo", "pipefail", "-c", command], { cwd: directory, stdio: "inherit" });
  } catch (error) {
    console.log(`${file}: "${command}" ended with exit code ${error.status}`);
    console.log(`${passed} passed, 1 failed`);
    process.exit(1);
  }
  passed++;
  console.log(`${file}: ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}
