/**
 * Method specs, the text by which people name a method and its options:
 *
 *     mcmc                      an id of the registry
 *     mcmc?beta=60&resets=no    the same with options
 *     ./mine.ts?rate=0.1        a module in a file of the user's, by path
 *
 * Option values are text until the module's own zod schema says what they are: its JSON schema
 * gives each option's type. Everything wrong is one sentence.
 */
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import { didYouMean } from "../../env/model/suggest.ts";
import type { Method } from "../contract.ts";

export interface MethodSpec {
  /** Id or path. */
  readonly target: string;
  readonly isPath: boolean;
  /** Option values as given. */
  readonly given: ReadonlyMap<string, string>;
}

export function parseSpec(spec: string): MethodSpec {
  const [target, ...queries] = spec.trim().split("?");
  if (target === "")
    throw new InputError(`The method "${spec}" has no name; expected an id such as "heft", or a path.`);
  const given = new Map<string, string>();
  for (const pair of queries.join("?").split("&").filter(Boolean)) {
    const at = pair.indexOf("=");
    if (at < 1) throw new InputError(`Method "${spec}": "${pair}" is not an option; expected key=value.`);
    const key = pair.slice(0, at);
    if (given.has(key)) throw new InputError(`Method "${spec}": option "${key}" is given twice.`);
    given.set(key, decoded(spec, pair.slice(at + 1)));
  }
  return { target, isPath: looksLikePath(target), given };
}

function looksLikePath(target: string): boolean {
  return /[\\/]/.test(target) || /\.[cm]?[jt]s$/.test(target);
}

function decoded(spec: string, value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new InputError(`Method "${spec}": "${value}" has a % that no two hexadecimal digits follow.`);
  }
}

/** What the JSON schema of an option says about it, for parsing and for help. */
export interface OptionInfo {
  readonly name: string;
  /** `number`, `integer`, `boolean`, `string` or the values of an enumeration. */
  readonly type: string;
  readonly values?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
}

interface JsonProperty {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
}

/** The options of a module, in declared order. */
export function optionsOf(module: Method): OptionInfo[] {
  const schema = z.toJSONSchema(module.options, { io: "input", unrepresentable: "any" });
  const properties = (schema.properties ?? {}) as Record<string, JsonProperty>;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    type: property.type ?? "string",
    values: property.enum?.map(String),
    default: property.default,
    description: property.description,
  }));
}

/**
 * Reads the given texts through the module's schema; options that are not given get their defaults.
 */
export function parseOptions(module: Method, given: ReadonlyMap<string, string>): unknown {
  const { id } = module.card;
  const known = optionsOf(module);
  const typed: Record<string, unknown> = {};
  for (const [key, text] of given) {
    const option = known.find(({ name }) => name === key);
    if (option === undefined) throw new InputError(unknownOption(id, key, known));
    typed[key] = typedValue(id, option, text);
  }
  const parsed = module.options.safeParse(typed);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const key = issue.path.join(".");
  throw new InputError(
    `Method "${id}": option ${key === "" ? "" : `"${key}" `}is ${given.get(key) ?? "missing"}: ${issue.message.replace(/\.$/, "")}.`,
  );
}

function unknownOption(id: string, key: string, known: readonly OptionInfo[]): string {
  const names = known.map(({ name }) => name);
  const list = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  return `Method "${id}" has no option "${key}"; ${list}.${didYouMean(key, names)}`;
}

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  "1": true,
  false: false,
  no: false,
  "0": false,
};

function typedValue(id: string, { name, type, values }: OptionInfo, text: string): unknown {
  const wrong = (expected: string) =>
    new InputError(`Method "${id}": option "${name}" is "${text}", expected ${expected}.`);
  if (values !== undefined && type === "string") {
    if (!values.includes(text)) throw wrong(`${values.join(" or ")}`);
    return text;
  }
  if (type === "number" || type === "integer") {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value)) throw wrong("a number");
    return value;
  }
  if (type === "boolean") {
    const value = booleans[text];
    if (value === undefined) throw wrong("true or false");
    return value;
  }
  return text;
}
