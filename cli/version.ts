/** Versions that a run records, because numbers may depend on them. */
import { createRequire } from "node:module";

const manifest = createRequire(import.meta.url)("placement-gym/package.json") as { readonly version: string };

export const packageVersion = manifest.version;

export const versions: Readonly<Record<string, string>> = {
  "placement-gym": packageVersion,
  node: process.versions.node,
};
