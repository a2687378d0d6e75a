/**
 * Imports one file in a process of its own and prints how much memory that took at most, as
 * `{ maxBytes, said }`. Arguments: the file and its format.
 */
import { InputError } from "../../../env/index.ts";
import { openFile } from "../../../scenarios/import/source-file.ts";
import { importFile } from "../../../scenarios/index.ts";

const [path, format] = process.argv.slice(2);
let said: string;
try {
  const { scenario } = importFile(
    openFile(path),
    path,
    new Map([
      ["format", format],
      ["allow-unknown", "true"],
    ]),
  );
  said = `${scenario.graph.opCount} ops`;
} catch (error) {
  said =
    error instanceof InputError ? error.message.replace(path, "FILE") : `FAULT ${(error as Error).stack}`;
}
console.log(JSON.stringify({ maxBytes: process.resourceUsage().maxRSS * 1024, said }));
