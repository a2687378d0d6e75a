/**
 * Method specs, the text by which people name a method and its options:
 *
 *     mcmc                      an id of the registry
 *     mcmc?beta=60&resets=no    the same with options
 *     ./mine.ts?rate=0.1        a module in a file of the user's, by path
 *     placeto@runs/nmt?width=8  an agent with the policy of a training run, which stays as it is
 *     placeto@runs/nmt?finetune=300  the same, trained on the task for 300 simulations first
 *
 * Option values are text until the module's own zod schema says what they are: its JSON schema
 * gives each option's type. Everything wrong is one sentence.
 */
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import { Query, readQuery } from "../../env/model/user/query.ts";
import type { Method } from "../contract.ts";

export interface MethodSpec {
  /** Id or path. */
  readonly target: string;
  readonly isPath: boolean;
  /** Folder of the run whose policy an agent has. */
  readonly policy: string | null;
  /** Simulations for which that policy is trained on the task before it answers. */
  readonly finetune: number;
  /** Option values as given. */
  readonly given: ReadonlyMap<string, string>;
}

export function parseSpec(spec: string): MethodSpec {
  const [named, ...queries] = spec.trim().split("?");
  const { target, policy } = splitPolicy(named);
  if (target === "")
    throw new InputError(`The method "${spec}" has no name; expected an id such as "heft", or a path.`);
  const query = readQuery(`Method "${spec}"`, queries.join("?"));
  if (policy === "")
    throw new InputError(`Method "${spec}" names no run after "@", expected a folder such as runs/nmt.`);
  if (policy === null)
    return { target, isPath: looksLikePath(target), policy, finetune: 0, given: query.given };
  const finetune = query.integer(FINETUNE, { min: 1, max: MOST_SIMULATIONS }) ?? 0;
  const { given } = query.without([FINETUNE]);
  return { target, isPath: looksLikePath(target), policy, finetune, given };
}

/** What is to be done with a policy, so no option of the agent's. */
export const FINETUNE = "finetune";
const MOST_SIMULATIONS = 1e12;

/** An "@" begins a policy after an id or after the name of a file, not inside a path. */
function splitPolicy(named: string): Pick<MethodSpec, "target" | "policy"> {
  const parts = /^([^\\/@]+|.*\.[cm]?[jt]s)@(.*)$/.exec(named);
  return parts === null ? { target: named, policy: null } : { target: parts[1], policy: parts[2] };
}

function looksLikePath(target: string): boolean {
  return /[\\/]/.test(target) || /\.[cm]?[jt]s$/.test(target);
}

/** What the JSON schema of an option says about it, for parsing and for help. */
export interface OptionInfo {
  readonly name: string;
  /** `number`, `integer`, `boolean`, `string` or the values of an enumeration. */
  readonly type: string;
  readonly values?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  /** Limits of a number in words: `at least 1`, `above 0, below 1`; undefined where any will do. */
  readonly range?: string;
}

interface JsonProperty {
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
}

function propertiesOf(module: Method): Readonly<Record<string, JsonProperty>> {
  const schema = z.toJSONSchema(module.options, { io: "output", unrepresentable: "any" });
  return (schema.properties ?? {}) as Record<string, JsonProperty>;
}

/** The options of a module, in declared order. */
export function optionsOf(module: Method): OptionInfo[] {
  return Object.entries(propertiesOf(module)).map(([name, property]) => ({
    name,
    type: property.type ?? "string",
    values: property.enum?.map(String),
    default: property.default,
    description: property.description,
    range: rangeOf(property),
  }));
}

/** What a number may be: infinite where there is no limit. */
export interface NumberLimits {
  readonly least: number;
  readonly greatest: number;
  /** Whether the limits themselves are left out. */
  readonly above: boolean;
  readonly below: boolean;
}

/** The limits of the options that are numbers, by name. */
export function limitsOf(module: Method): ReadonlyMap<string, NumberLimits> {
  const isNumber = ({ type }: JsonProperty) => type === "number" || type === "integer";
  return new Map(
    Object.entries(propertiesOf(module)).flatMap(([name, property]) => {
      const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = property;
      const limits = {
        least: minimum ?? exclusiveMinimum ?? Number.NEGATIVE_INFINITY,
        greatest: maximum ?? exclusiveMaximum ?? Number.POSITIVE_INFINITY,
        above: exclusiveMinimum !== undefined,
        below: exclusiveMaximum !== undefined,
      };
      return isNumber(property) ? [[name, limits] as const] : [];
    }),
  );
}

/** JSON schema gives every whole number the limits of safe ones, which say nothing. */
function rangeOf(property: JsonProperty): string | undefined {
  const limits = [
    ["at least", property.minimum],
    ["above", property.exclusiveMinimum],
    ["at most", property.maximum],
    ["below", property.exclusiveMaximum],
  ] as const;
  const told = limits.filter(([, limit]) => limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER);
  return told.length === 0 ? undefined : told.map(([word, limit]) => `${word} ${limit}`).join(", ");
}

/**
 * Reads the given texts through the module's schema; options that are not given get their defaults.
 */
export function parseOptions(module: Method, given: ReadonlyMap<string, string>): unknown {
  const { id } = module.card;
  const query = new Query(`Method "${id}"`, given);
  const known = optionsOf(module);
  query.expectOnly(
    id,
    known.map(({ name }) => name),
  );
  const chosen = known.filter(({ name }) => given.has(name));
  const typed = Object.fromEntries(chosen.map((option) => [option.name, typedValue(query, option)]));
  const parsed = module.options.safeParse(typed);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const key = issue.path.join(".");
  throw new InputError(
    `${query.where}: option ${key === "" ? "" : `"${key}" `}is ${given.get(key) ?? "missing"}: ${issue.message.replace(/\.$/, "")}.`,
  );
}

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  "1": true,
  false: false,
  no: false,
  "0": false,
};

function typedValue(query: Query, { name, type, values }: OptionInfo): unknown {
  if (values !== undefined && type === "string") return query.oneOf(name, values);
  if (type === "number" || type === "integer") return query.number(name);
  const text = query.text(name)!;
  if (type !== "boolean") return text;
  const value = booleans[text];
  if (value === undefined) throw query.unfit(name, "true or false");
  return value;
}
