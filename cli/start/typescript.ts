/**
 * Lets this process or thread import TypeScript, once it has imported this module. In a checkout a
 * user's module may import our sources, by the package's name or by path. It then shares the
 * modules of the program that runs, which are compiled.
 */
import { existsSync } from "node:fs";
import { register } from "node:module";
import { fileURLToPath } from "node:url";
import { register as registerRequire } from "tsx/cjs/api";
import { register as registerImport } from "tsx/esm/api";

const root = new URL("../../../", import.meta.url);
const inCheckout = existsSync(new URL("cli/main.ts", root));
// By it the package's own name resolves to the sources.
if (inCheckout) process.env.TSX_TSCONFIG_PATH ??= fileURLToPath(new URL("tsconfig.json", root));
registerImport();
registerRequire();
if (inCheckout)
  register("./compiled-sources.js", import.meta.url, {
    data: { sources: root.href, compiled: new URL("../../", import.meta.url).href },
  });
export const { importModule } = await import("./import-module.ts");
