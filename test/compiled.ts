/**
 * What a source, or a part of the tests, is compiled to: for a process or thread of its own. With a
 * loader of TypeScript it would take seconds of CPU time to start.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { COMPILED, compileTests } from "../cli/start/checkout.js";

let compiling: Promise<void> | undefined;

/** Of a path from the root, such as `test/watchdog/child.ts`. */
export async function compiledFile(path: string): Promise<string> {
  compiling ??= compileTests();
  await compiling;
  return join(COMPILED, path.replace(/\.ts$/, ".js"));
}

/** The same for an `import`. */
export const compiledUrl = async (path: string): Promise<string> =>
  pathToFileURL(await compiledFile(path)).href;
