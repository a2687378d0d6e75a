import { fileURLToPath } from "node:url";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The package's own name resolves to its sources in tests, as it does for users of the built
 * package.
 */
export const alias = [
  { find: /^placement-gym\/(env|agents|scenarios|results)$/, replacement: at("./$1/index.ts") },
  { find: /^placement-gym$/, replacement: at("./index.ts") },
];
