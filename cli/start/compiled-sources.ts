/** Hook of Node's loader: an import of one of our sources gets what it was compiled to. */
import { existsSync } from "node:fs";
import type { ResolveHook } from "node:module";

let sources = "";
let compiled = "";

export function initialize(folders: { readonly sources: string; readonly compiled: string }): void {
  ({ sources, compiled } = folders);
}

const OURS = /^(index|(env|agents|scenarios|results|cli)\/.*)\.ts$/;

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const found = await nextResolve(specifier, context);
  if (!found.url.startsWith(sources)) return found;
  const { pathname, search } = new URL(found.url);
  const path = pathname.slice(new URL(sources).pathname.length);
  if (!OURS.test(path)) return found;
  const url = new URL(path.replace(/\.ts$/, ".js"), compiled);
  return existsSync(url) ? { url: url.href + search, format: "module", shortCircuit: true } : found;
};
