/**
 * The command line: finds the command, reads its flags, runs it and sets the exit code. A mistake
 * of the user prints one sentence and gives exit code 2. Any other error is a fault of ours: it
 * prints its stack and gives exit code 1.
 *
 * A command is loaded when it is called, and its help comes from a table. So what needs no registry
 * starts quickly.
 */
import { inspect } from "node:util";
import { InputError } from "../env/model/errors.ts";
import { notKnown } from "../env/model/suggest.ts";
import type { Command } from "./command.ts";
import { parseCommandLine } from "./parse.ts";
import { type CommandText, commandHelp, commandTexts, overview } from "./reports/help.ts";
import { EXIT, guarded, lineWidth, processTerminal, type Terminal } from "./terminal/terminal.ts";
import { packageVersion } from "./version.ts";

interface Entry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

export const commands: readonly Entry[] = [
  {
    name: "list",
    summary: "all that has a name, by kind or by a word",
    load: async () => (await import("./commands/list.ts")).list,
  },
  {
    name: "import",
    summary: "a file of another program as a scenario, with what is assumed and dropped",
    load: async () => (await import("./commands/import.ts")).importCommand,
  },
  {
    name: "describe",
    summary: "the card of a scenario, method, cluster, or anything else with a name",
    load: async () => (await import("./commands/describe.ts")).describe,
  },
  {
    name: "coarsen",
    summary: "groups of one scenario by each rule of coarsening",
    load: async () => (await import("./commands/coarsen.ts")).coarsenCommand,
  },
  {
    name: "export",
    summary: "a plan for a framework, or a graph for another program",
    load: async () => (await import("./commands/export.ts")).exportCommand,
  },
  {
    name: "simulate",
    summary: "time and memory of given placements",
    load: async () => (await import("./commands/simulate.ts")).simulate,
  },
  {
    name: "explain",
    summary: "what bounds the step of a placement, as text, trace or picture",
    load: async () => (await import("./commands/explain.ts")).explain,
  },
  {
    name: "diff",
    summary: "two placements of one scenario compared",
    load: async () => (await import("./commands/diff.ts")).diff,
  },
  {
    name: "bounds",
    summary: "proven lower bounds of one scenario, each with its argument",
    load: async () => (await import("./commands/bounds.ts")).bounds,
  },
  {
    name: "solve",
    summary: "one planner or agent on one scenario",
    load: async () => (await import("./commands/solve.ts")).solve,
  },
  {
    name: "train",
    summary: "one agent on one scenario or several, with checkpoints and resume",
    load: async () => (await import("./commands/train.ts")).train,
  },
  {
    name: "curves",
    summary: "training runs side by side over simulations, as numbers, page or picture",
    load: async () => (await import("./commands/curves.ts")).curves,
  },
  {
    name: "tune",
    summary: "options of one method tried under one budget; the best as a spec",
    load: async () => (await import("./commands/tune.ts")).tune,
  },
  {
    name: "reproduce",
    summary: "a published paper's claims, measured here, each with a verdict",
    load: async () => (await import("./commands/reproduce.ts")).reproduce,
  },
  {
    name: "compare",
    summary: "many methods on many scenarios at one budget: a table and a page",
    load: async () => (await import("./commands/compare.ts")).compare,
  },
  {
    name: "evaluate",
    summary: "methods at several budgets and seeds: scores with intervals, ranks and a page",
    load: async () => (await import("./commands/evaluate.ts")).evaluate,
  },
  {
    name: "merge",
    summary: "the shards of an evaluation, run on several machines, as one",
    load: async () => (await import("./commands/merge.ts")).merge,
  },
  {
    name: "worker",
    summary: "runs cells that evaluations of other machines give to a queue",
    load: async () => (await import("./commands/worker.ts")).worker,
  },
  {
    name: "adversary",
    summary: "an instance on which one method looks worst against another",
    load: async () => (await import("./commands/adversary.ts")).adversary,
  },
  {
    name: "leaderboard",
    summary: "a board that anybody can recompute: verify, add, show, build",
    load: async () => (await import("./commands/leaderboard.ts")).leaderboard,
  },
  {
    name: "report",
    summary: "curves, Gantt charts and tables of a run's folder as SVG, PNG, LaTeX and CSV",
    load: async () => (await import("./commands/report.ts")).report,
  },
  {
    name: "check",
    summary: "checks environments against their contract",
    load: async () => (await import("./commands/check.ts")).check,
  },
  {
    name: "bench",
    summary: "speed of the simulator on case files, or of the exact program on workloads",
    load: async () => (await import("./commands/bench.ts")).bench,
  },
  {
    name: "serve",
    summary: "environments and simulator for other programs: frames, a socket, or HTTP",
    load: async () => (await import("./commands/serve.ts")).serve,
  },
  {
    name: "setup-native",
    summary: "builds the native TensorFlow backend without its download",
    load: async () => (await import("./commands/native.ts")).setupNative,
  },
];

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
    terminal.write(overview(commands, lineWidth(terminal)));
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
