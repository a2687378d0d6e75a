/**
 * What the methods of a run are made from: options with their defaults, files of the user's and
 * policies. Finding them also finds every mistake in a method's spec, before anything is run.
 */
import { parseSpec } from "../../agents/registry/spec.ts";
import { digestsOf, type FileDigests } from "../files/program-files.ts";
import { policyPath } from "./policy-file.ts";
import { type PretrainedMethod, resolvePretrained } from "./pretrained.ts";
import type { RunInputs } from "./run-description.ts";

export interface KnownMethods {
  readonly inputs: RunInputs;
  /** By spec. */
  readonly methods: ReadonlyMap<string, PretrainedMethod>;
}

/** `init` names the run whose policy all specs begin with. */
export async function knownMethods(specs: readonly string[], init?: string): Promise<KnownMethods> {
  const methods = new Map<string, PretrainedMethod>();
  for (const spec of specs) methods.set(spec, await resolvePretrained(spec, init));
  return { methods, inputs: inputsOf(methods, init) };
}

/** Digests of the files and policies of methods; none is loaded. */
export function methodFiles(specs: readonly string[], init?: string): FileDigests {
  const parsed = specs.map(parseSpec);
  const policies = [...parsed.map(({ policy }) => policy), init].filter((run) => typeof run === "string");
  return digestsOf(
    parsed.filter(({ isPath }) => isPath).map(({ target }) => target),
    policies.map(policyPath),
  );
}

function inputsOf(methods: ReadonlyMap<string, PretrainedMethod>, init: string | undefined): RunInputs {
  return {
    files: methodFiles([...methods.keys()], init),
    options: Object.fromEntries([...methods].map(([spec, { options }]) => [spec, plain(options)])),
  };
}

/** As JSON gives it back. */
const plain = (options: unknown): unknown =>
  JSON.parse(
    JSON.stringify(options, (_, value) => (typeof value === "bigint" ? String(value) : value)) ?? "null",
  );
