/**
 * Reads a command line by a command's table of flags. `node:util` splits it into tokens. Every
 * mistake is one sentence with the flag, the given value and what was expected.
 */
import { parseArgs } from "node:util";
import { InputError } from "../env/model/errors.ts";
import { didYouMean } from "../env/model/suggest.ts";
import type { Command, CommandInput, Flag, Flags } from "./command.ts";

export function parseCommandLine(command: Command, args: readonly string[]): CommandInput {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(command.flags).map(([name, flag]) => [
        name,
        {
          type: flag.type === "switch" ? ("boolean" as const) : ("string" as const),
          ...(flag.short !== undefined && { short: flag.short }),
        },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, unknown> = defaults(command.flags);
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const flag = Object.hasOwn(command.flags, token.name) ? command.flags[token.name] : undefined;
    const isShort = flag?.short !== undefined && token.rawName === `-${flag.short}`;
    if (flag === undefined || !(isShort || token.rawName.startsWith("--")))
      throw unknownFlag(command, token.rawName);
    const value = parsedValue(token.name, flag, token.value);
    const before = values[token.name] as readonly unknown[] | undefined;
    values[token.name] = flag.type === "repeated" ? [...(before ?? []), value] : value;
  }
  checkPositionals(command, positionals);
  return { values: values as CommandInput["values"], positionals };
}

function defaults(flags: Flags): Record<string, unknown> {
  const value = (flag: Flag) => {
    if (flag.type === "switch") return false;
    return flag.type === "list" || flag.type === "repeated" ? undefined : flag.default;
  };
  return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, value(flag)]));
}

function unknownFlag(command: Command, rawName: string): InputError {
  const known = Object.keys(command.flags).map((name) => `--${name}`);
  return new InputError(
    `Flag "${rawName}" is not known to "${command.name}".${didYouMean(rawName, known)} ` +
      `See "placement-gym ${command.name} --help".`,
  );
}

function parsedValue(name: string, flag: Flag, text: string | undefined): unknown {
  if (flag.type === "switch") {
    if (text !== undefined) throw new InputError(`Flag --${name} takes no value, but "${text}" was given.`);
    return true;
  }
  if (text === undefined || text === "" || text.startsWith("--"))
    throw new InputError(`Flag --${name} needs a value: --${name} ${flag.placeholder ?? "VALUE"}.`);
  if (flag.type === "list") return listOf(name, text);
  if (flag.type === "repeated") return text;
  if (flag.type === "text") return choiceOf(name, text, flag.choices);
  return numberOf(name, text, flag.type, flag.min);
}

function listOf(name: string, text: string): readonly string[] {
  const items = text.split(",").map((item) => item.trim());
  if (items.includes(""))
    throw new InputError(`Flag --${name} is "${text}", expected names with single commas between them.`);
  return items;
}

function choiceOf(name: string, text: string, choices: readonly string[] | undefined): string {
  if (choices === undefined || choices.includes(text)) return text;
  throw new InputError(
    `Flag --${name} is "${text}", expected ${choices.join(", ")}.${didYouMean(text, choices)}`,
  );
}

function numberOf(name: string, text: string, type: "integer" | "number", min: number): number {
  const value = Number(text);
  const fits = Number.isFinite(value) && value >= min && (type === "number" || Number.isSafeInteger(value));
  if (text.trim() !== "" && fits) return value;
  throw new InputError(
    `Flag --${name} is "${text}", expected a ${type === "integer" ? "whole number" : "number"} of at least ${min}.`,
  );
}

function checkPositionals({ name, positionals }: Command, given: readonly string[]): void {
  const missing = positionals[given.length];
  if (missing?.arity === "one") throw new InputError(`"${name}" needs ${missing.name}: ${missing.describe}.`);
  const open = positionals.some(({ arity }) => arity === "many");
  if (!open && given.length > positionals.length)
    throw new InputError(
      `"${name}" takes ${positionals.length} argument${positionals.length === 1 ? "" : "s"}, ` +
        `but "${given[positionals.length]}" was given too.`,
    );
}
