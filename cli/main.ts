/**
 * The command line: finds the command, reads its flags, runs it and sets the exit code. A mistake
 * of the user prints one sentence and gives exit code 2. Any other error is a fault of ours: it
 * prints its stack and gives exit code 1.
 *
 * The help of a command comes from a table, so it loads no registry.
 */
import { inspect } from "node:util";
import { InputError } from "../env/model/errors.ts";
import { notKnown } from "../env/model/suggest.ts";
import { commands, type Entry, topics } from "./commands/index.ts";
import { parseCommandLine } from "./parse.ts";
import { type CommandText, commandHelp, commandTexts, overview } from "./reports/help.ts";
import { EXIT, guarded, lineWidth, processTerminal, type Terminal } from "./terminal/terminal.ts";
import { packageVersion } from "./version.ts";

/** Runs the program on the process's own terminal and sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  if (argv[0] === "pool-worker") return (await import("./pool/worker.ts")).serve();
  process.exitCode = await execute(argv, processTerminal());
}

/** Runs one command line and returns its exit code. */
export async function execute(argv: readonly string[], bare: Terminal): Promise<number> {
  const terminal = guarded(bare);
  try {
    const code = await dispatch(argv, terminal);
    return terminal.interrupted ? EXIT.interrupted : code;
  } catch (error) {
    if (error instanceof InputError) {
      terminal.note(`placement-gym: ${oneLine(error.message)}`);
      return EXIT.badInput;
    }
    if (terminal.interrupted) {
      terminal.note("placement-gym: interrupted.");
      return EXIT.interrupted;
    }
    terminal.note(inspect(error));
    return EXIT.failed;
  }
}

async function dispatch([name, ...args]: readonly string[], terminal: Terminal): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || (name === "help" && args.length === 0)) {
    terminal.write(overview(topics, lineWidth(terminal)));
    return name === undefined ? EXIT.badInput : EXIT.done;
  }
  if (name === "--version") {
    terminal.write(`${packageVersion}\n`);
    return EXIT.done;
  }
  if (name === "help") return dispatch([args[0], "--help"], terminal);
  const entry = commands.find((candidate) => candidate.name === name);
  if (entry === undefined) throw unknownCommand(name);
  if (args.includes("--help") || args.includes("-h")) {
    terminal.write(commandHelp(await textOf(entry), lineWidth(terminal)));
    return EXIT.done;
  }
  const command = await entry.load();
  return command.run(parseCommandLine(command, args), terminal);
}

/** From the table, or from the command where it is not in the table. */
async function textOf(entry: Entry): Promise<CommandText> {
  const { helpTable } = await import("./reports/names/table.ts");
  return commandTexts(helpTable).find(({ name }) => name === entry.name) ?? entry.load();
}

function unknownCommand(name: string): InputError {
  const names = commands.map((command) => command.name);
  return new InputError(notKnown("Command", name, names));
}

/** A sentence is one line, whatever it quotes; the terminal shows other control characters. */
const oneLine = (sentence: string): string => sentence.replace(/[\t\r\n]+/g, " ");
