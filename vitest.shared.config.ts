import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const ROOT = at(".");

/**
 * The package's own name resolves to its sources in tests, as it does for users of the built
 * package.
 */
export const alias = [
  { find: /^placement-gym\/(env|agents|scenarios|results)$/, replacement: at("./$1/index.ts") },
  { find: /^placement-gym$/, replacement: at("./index.ts") },
];

/** Of the package's own sources, from the root. */
const SOURCE = /^(?:index\.ts|(?:env|agents|scenarios|results|cli)\/.*\.ts)$/;

/**
 * Plug-in with which tests import the sources as cli/start/checkout.js compiles them, and Node runs
 * them without the loader of vitest. That loader takes time for each file and for each use of an
 * import. It is not for tests that replace modules, nor for a watch.
 */
export const compiledSources = {
  name: "compiled-sources",
  enforce: "pre" as const,
  resolveId(specifier: string, importer: string | undefined) {
    if (importer === undefined || !specifier.endsWith(".ts")) return null;
    const path = relative(ROOT, resolve(dirname(importer), specifier));
    if (!SOURCE.test(path)) return null;
    return join(ROOT, ".compiled", path.replace(/\.ts$/, ".js"));
  },
};
