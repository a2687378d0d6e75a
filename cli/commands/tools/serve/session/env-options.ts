/**
 * Options of an env as a client gives them: plain values only. Options that are functions or
 * objects in TypeScript have names here, `utility`, or numbers, `sweeps`.
 */
import type { Env } from "../../../../../env/contract.ts";
import { envSpec } from "../../../../../env/envs/registry.ts";
import { InputError } from "../../../../../env/model/errors.ts";
import type { Scenario } from "../../../../../env/model/scenario.ts";
import { didYouMean } from "../../../../../env/model/suggest.ts";
import { everyGroupVisited } from "../../../../../env/parts/termination.ts";
import { negativeCost, negativeLogCost, negativeRootCost } from "../../../../../env/parts/utility.ts";
import type { Evaluator } from "../../../../../env/sim/evaluator/contract.ts";
import { flattenObservation } from "../../../../../env/wrappers/flatten-observation.ts";
import { timeLimit } from "../../../../../env/wrappers/time-limit.ts";
import type { Fields } from "./fields.ts";

const OURS = ["scenario", "evaluator"];
const FUNCTIONS = ["observation", "mask", "termination"];
const utilities = [negativeCost, negativeRootCost, negativeLogCost];

/** A new env by its id; `evaluator` is a metered one, or undefined for the scenario's own. */
export function madeEnv(
  id: string,
  scenario: Scenario,
  options: Fields,
  evaluator: Evaluator | undefined,
): Env {
  const spec = envSpec(id);
  const { utility, sweeps, flat = false, timeLimit: steps, ...plain } = options;
  checkNames(id, spec.options ?? [], options);
  checkPlain(id, options);
  const env = spec.create({
    ...plain,
    scenario,
    ...(evaluator !== undefined && { evaluator }),
    ...(utility !== undefined && { utility: utilityNamed(id, utility) }),
    ...(sweeps !== undefined && { termination: everyGroupVisited(sweeps as number) }),
  });
  const limited = steps === undefined ? env : timeLimit(env, steps as number);
  if (typeof flat !== "boolean") throw new InputError(`${id}: flat is no boolean, expected true or false.`);
  return flat ? (flattenObservation(limited) as Env) : limited;
}

function checkNames(id: string, known: readonly string[], given: Fields): void {
  const taken = [
    ...known.filter((name) => !OURS.includes(name) && !FUNCTIONS.includes(name)),
    ...(known.includes("termination") ? ["sweeps"] : []),
    "flat",
    "timeLimit",
  ];
  const stranger = Object.keys(given).find((name) => !taken.includes(name));
  if (stranger === undefined) return;
  throw new InputError(
    `${id} takes no option "${stranger.slice(0, 60)}" from a client; expected ${taken.join(", ")}.${didYouMean(stranger, taken)}`,
  );
}

function utilityNamed(id: string, name: unknown) {
  const found = utilities.find((utility) => utility.name === name);
  if (found !== undefined) return found;
  throw new InputError(
    `${id}: the utility is none of the named ones, expected ${utilities.map((each) => each.name).join(", ")}.`,
  );
}

/** What says that it is as long as it likes is no list: it would be copied to that length. */
export function checkPlain(id: string, value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value) && Object.hasOwn(value, "length"))
    throw new InputError(`${id}: an option has a field "length", which is for lists alone.`);
  for (const part of Object.values(value)) checkPlain(id, part);
}
