/**
 * Help texts from the tables of the commands: every flag with its default and unit.
 */
import type { Command, Flag, Positional } from "../command.ts";
import { wrappedColumns, wrappedText } from "./columns.ts";

interface TopicText {
  readonly title: string;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
}

/** All commands, by topic. */
export function overview(topics: readonly TopicText[], width: number): string {
  const longest = Math.max(...topics.flatMap(({ commands }) => commands.map(({ name }) => name.length)));
  return [
    ...wrappedText(
      "placement-gym: train, solve and compare device placement methods on one exact simulator.",
      width,
      "",
    ),
    "",
    "Usage: placement-gym COMMAND [flags]",
    ...topics.flatMap(({ title, commands }) => [
      "",
      `${title}:`,
      ...wrappedColumns(
        commands.map(({ name, summary }) => [name.padEnd(longest), summary] as const),
        width,
      ),
    ]),
    "",
    ...wrappedText(
      '"placement-gym COMMAND --help" shows the flags of a command with defaults and units.',
      width,
      "",
    ),
    "--version shows the version.",
    "",
    "Exit codes:",
    ...wrappedColumns(
      [
        ["0", "done"],
        ["1", "no plan found, a failed check, or a fault of the program"],
        ["2", "a mistake in the command line or in a file"],
        ["130", "interrupted"],
      ],
      width,
    ),
    "",
  ].join("\n");
}

/** What help needs of a command. */
export type CommandText = Omit<Command, "run">;

/** The text of a command that `npm run build:names` wrote down, so that help loads no command. */
export function commandTexts(helpTable: string): readonly CommandText[] {
  return helpTable
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as CommandText);
}

export function commandHelp(command: CommandText, width: number): string {
  const { name, summary, positionals, flags, examples } = command;
  const usage = ["placement-gym", name, ...positionals.map(shape), "[flags]"].join(" ");
  const argumentRows = positionals.map((given) => [given.name, given.describe] as const);
  const flagRows = Object.entries(flags).map(
    ([flagName, flag]) => [flagShape(flagName, flag), `${flag.describe}${defaultText(flag)}`] as const,
  );
  return [
    ...wrappedText(`Usage: ${usage}`, width, ""),
    "",
    ...wrappedText(summary, width, ""),
    "",
    ...(argumentRows.length > 0 ? [...wrappedColumns(argumentRows, width), ""] : []),
    ...wrappedColumns(flagRows, width),
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
  if (!("default" in flag) || flag.default === undefined) return "";
  return ` (default: ${typeof flag.default === "number" ? flag.default.toLocaleString("en-US") : flag.default})`;
}
