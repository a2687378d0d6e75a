/**
 * The options of a URI that every built-in workload takes: `precision`, 32 or 16 bits; `phase`,
 * `training` or `inference`; and `granularity=layer`, one op for each layer and role where the
 * other granularities keep an op for each kernel.
 */
import { InputError } from "../env/model/errors.ts";
import { didYouMean } from "../env/model/suggest.ts";
import { type BuildOptions, phases } from "./workloads/build.ts";

export const BUILD_OPTIONS: readonly string[] = ["precision", "phase"];

const granularities = ["group", "op", "layer"] as const;
const precisions = ["32", "16"] as const;

export function buildOptions(uri: string, given: ReadonlyMap<string, string>): BuildOptions {
  const granularity = oneOf(uri, "granularity", granularities, given.get("granularity") ?? "group");
  return {
    precision: oneOf(uri, "precision", precisions, given.get("precision") ?? "32") === "16" ? 16 : 32,
    phase: oneOf(uri, "phase", phases, given.get("phase") ?? "training"),
    granularity: granularity === "layer" ? "layer" : "op",
  };
}

/** What is left for the grouping of the graph that was built. */
export function groupingOptions(given: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (given.get("granularity") !== "layer") return given;
  return new Map([...given].filter(([key]) => key !== "granularity"));
}

function oneOf<T extends string>(uri: string, key: string, choices: readonly T[], text: string): T {
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  const listed = `${choices.slice(0, -1).join(", ")} or ${choices[choices.length - 1]}`;
  throw new InputError(
    `Scenario "${uri}": ${key} is "${text}", expected ${listed}.${didYouMean(text, choices)}`,
  );
}
