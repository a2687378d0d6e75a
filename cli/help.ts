/**
 * Help texts from the tables of the commands: every flag with its default and unit.
 */

import type { Command, Flag, Positional } from "./command.ts";
import { columns } from "./reports/columns.ts";

export function overview(commands: readonly { readonly name: string; readonly summary: string }[]): string {
  return [
    "placement-gym: train, solve and compare device placement methods on one exact simulator.",
    "",
    "Usage: placement-gym COMMAND [flags]",
    "",
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    "",
    '"placement-gym COMMAND --help" shows the flags of one command with defaults and units; --version shows the version.',
    "",
    "Exit codes: 0 done, 1 no plan found, a failed check or a fault of ours, 2 a mistake in what was given, 130 interrupted.",
    "",
  ].join("\n");
}

export function commandHelp(command: Command): string {
  const usage = ["placement-gym", command.name, ...command.positionals.map(shape), "[flags]"].join(" ");
  const sections = [`Usage: ${usage}`, "", command.summary, ""];
  if (command.positionals.length > 0)
    sections.push(...columns(command.positionals.map(({ name, describe }) => [name, describe])), "");
  sections.push(
    ...columns(
      Object.entries(command.flags).map(([name, flag]) => [
        `${flag.short === undefined ? "" : `-${flag.short}, `}--${name}${flag.type === "switch" ? "" : ` ${flag.placeholder ?? "VALUE"}`}`,
        `${flag.describe}${defaultText(flag)}`,
      ]),
    ),
    "",
    "Examples:",
    ...command.examples.map((line) => `  placement-gym ${line}`),
    "",
  );
  return sections.join("\n");
}

function shape({ name, arity }: Positional): string {
  if (arity === "one") return name;
  return arity === "many" ? `[${name} ...]` : `[${name}]`;
}

function defaultText(flag: Flag): string {
  if (flag.defaultText !== undefined) return ` (default: ${flag.defaultText})`;
  if (flag.type === "switch" || flag.type === "list" || flag.default === undefined) return "";
  return ` (default: ${typeof flag.default === "number" ? flag.default.toLocaleString("en-US") : flag.default})`;
}
