/**
 * Help texts from the tables of the commands: every flag with its default and unit.
 */

import type { Command, Flag, Positional } from "./command.ts";
import { columns, wrappedColumns } from "./reports/columns.ts";

const LINE_WIDTH = 110;

export function overview(commands: readonly { readonly name: string; readonly summary: string }[]): string {
  return [
    "placement-gym: train, solve and compare device placement methods on one exact simulator.",
    "",
    "Usage: placement-gym COMMAND [flags]",
    "",
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    "",
    '"placement-gym COMMAND --help" shows the flags of a command with defaults and units.',
    "--version shows the version.",
    "",
    "Exit codes:",
    ...columns([
      ["0", "done"],
      ["1", "no plan found, a failed check, or a fault of the program"],
      ["2", "a mistake in the command line or in a file"],
      ["130", "interrupted"],
    ]),
    "",
  ].join("\n");
}

export function commandHelp(command: Command): string {
  const { name, summary, positionals, flags, examples } = command;
  const usage = ["placement-gym", name, ...positionals.map(shape), "[flags]"].join(" ");
  const argumentRows = positionals.map((given) => [given.name, given.describe] as const);
  const flagRows = Object.entries(flags).map(
    ([flagName, flag]) => [flagShape(flagName, flag), `${flag.describe}${defaultText(flag)}`] as const,
  );
  return [
    `Usage: ${usage}`,
    "",
    summary,
    "",
    ...(argumentRows.length > 0 ? [...wrappedColumns(argumentRows, LINE_WIDTH), ""] : []),
    ...wrappedColumns(flagRows, LINE_WIDTH),
    "",
    "Examples:",
    ...examples.map((line) => `  placement-gym ${line}`),
    "",
  ].join("\n");
}

function shape({ name, arity }: Positional): string {
  if (arity === "one") return name;
  return arity === "many" ? `[${name} ...]` : `[${name}]`;
}

/** `-o, --output FILE`. */
function flagShape(name: string, { short, type, placeholder = "VALUE" }: Flag): string {
  const letter = short === undefined ? "" : `-${short}, `;
  return `${letter}--${name}${type === "switch" ? "" : ` ${placeholder}`}`;
}

function defaultText(flag: Flag): string {
  if (flag.defaultText !== undefined) return ` (default: ${flag.defaultText})`;
  if (flag.type === "switch" || flag.type === "list" || flag.default === undefined) return "";
  return ` (default: ${typeof flag.default === "number" ? flag.default.toLocaleString("en-US") : flag.default})`;
}
