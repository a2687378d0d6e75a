/**
 * Imports hostile files one after another, in a process of its own. Prints what each led to and how
 * much memory the process took at most: `{ maxBytes, said }`. Arguments: names of the files, as
 * `FORMAT: NAME`.
 */
import { InputError } from "../../../env/index.ts";
import { importFile } from "../../../scenarios/index.ts";
import { type HostileFile, hostileFiles, nameOf } from "./hostile-files.ts";

function outcome({ format, content }: HostileFile): string {
  const options = new Map([
    ["format", format],
    ["allow-unknown", "true"],
  ]);
  try {
    return `${importFile(content(), "FILE", options).scenario.graph.opCount} ops`;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    return `FAULT: ${(error as Error).stack}`;
  }
}

const said = Object.fromEntries(
  process.argv.slice(2).map((name) => {
    const file = hostileFiles.find((candidate) => nameOf(candidate) === name);
    return [name, file === undefined ? "FAULT: there is no such file" : outcome(file)];
  }),
);
console.log(JSON.stringify({ maxBytes: process.resourceUsage().maxRSS * 1024, said }));
