/** Where this program is, from the sources, the compiled files and an installed package alike. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export const ownFolder = dirname(createRequire(import.meta.url).resolve("placement-gym/package.json"));

/** What a process of its own starts with. */
export const ownProgram = join(ownFolder, "cli", "bin.js");
