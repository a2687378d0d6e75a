/**
 * What a run was made from besides this package. These are the files of a user's methods, what they
 * import from beside them, and the policies that agents begin with. Their digests are kept with a
 * run, because it may go on only with the same code.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { InputError } from "../../env/model/errors.ts";
import { onDisk } from "./disk.ts";

/** SHA-256 in hex by path, as named or relative to the same folder. */
export type FileDigests = Readonly<Record<string, string>>;

/** Digests of modules, each with what it imports from beside it, and of other files. */
export function digestsOf(modules: readonly string[], others: readonly string[]): FileDigests {
  const digests = new Map<string, string>();
  for (const path of modules) addModule(path, digests);
  for (const path of others) add(path, digests);
  return Object.fromEntries([...digests].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Throws `InputError` where a file that both name has changed. */
export function refuseChanged(begun: FileDigests, now: FileDigests, run: string): void {
  for (const [path, digest] of Object.entries(now))
    if (begun[path] !== undefined && begun[path] !== digest)
      throw new InputError(
        `File "${path}" has changed since the run in "${run}" began; ` +
          "undo the change, or give another folder.",
      );
}

/** The module and, in turn, what it imports by a relative path. */
function addModule(path: string, digests: Map<string, string>): void {
  if (digests.has(path)) return;
  const text = add(path, digests);
  for (const specifier of relativeImports(text)) {
    const file = fileOf(resolve(dirname(path), specifier));
    if (file !== null) addModule(isAbsolute(path) ? file : relative("", file), digests);
  }
}

/** Adds nothing for a missing file: whoever loads it says so. */
function add(path: string, digests: Map<string, string>): string {
  if (!existsSync(path)) return "";
  const bytes = onDisk(path, "read", () => readFileSync(path));
  digests.set(path, createHash("sha256").update(bytes).digest("hex"));
  return bytes.toString("utf8");
}

function relativeImports(code: string): string[] {
  const pattern = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g;
  return [...code.matchAll(pattern)].map(([, specifier]) => specifier);
}

const EXTENSIONS = ["", ".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json", "/index.ts", "/index.js"];

/** The file that an import means; TypeScript may be imported by the name of its output. */
function fileOf(path: string): string | null {
  const names = [...EXTENSIONS.map((end) => path + end), path.replace(/\.([cm]?)js$/, ".$1ts")];
  return names.find((name) => existsSync(name) && statSync(name).isFile()) ?? null;
}
