/**
 * `Command`: one table per command. Parsing, checks, defaults, units and help all come from it.
 */
import { InputError } from "../env/model/errors.ts";
import { objectives } from "../env/model/scenario.ts";
import type { Budget } from "../env/sim/evaluator/budget.ts";
import type { Terminal } from "./terminal/terminal.ts";

interface FlagText {
  /** What it does, with the unit of its value. */
  readonly describe: string;
  /** Stands for the value in help: N, S, ID, FILE. */
  readonly placeholder?: string;
  /** The default in words, where it is not a constant. */
  readonly defaultText?: string;
  /** One letter that stands for the flag behind a single dash. */
  readonly short?: string;
}
export interface SwitchFlag extends FlagText {
  readonly type: "switch";
}
export interface TextFlag extends FlagText {
  readonly type: "text";
  readonly choices?: readonly string[];
  readonly default?: string;
}
/** Comma-separated. */
export interface ListFlag extends FlagText {
  readonly type: "list";
}
/** May be given several times; values may hold commas. */
export interface RepeatedFlag extends FlagText {
  readonly type: "repeated";
}
export interface NumberFlag extends FlagText {
  readonly type: "integer" | "number";
  readonly min: number;
  readonly default?: number;
}
export type Flag = SwitchFlag | TextFlag | ListFlag | RepeatedFlag | NumberFlag;
export type Flags = Readonly<Record<string, Flag>>;

export type Values<F extends Flags> = { readonly [K in keyof F]: Value<F[K]> };
type Value<F extends Flag> = F extends SwitchFlag
  ? boolean
  : F extends ListFlag | RepeatedFlag
    ? readonly string[] | undefined
    : F extends NumberFlag
      ? F extends { default: number }
        ? number
        : number | undefined
      : F extends { default: string }
        ? string
        : string | undefined;

export interface Positional {
  readonly name: string;
  readonly describe: string;
  readonly arity: "one" | "optional" | "many";
}

export interface Command<F extends Flags = Flags> {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly positionals: readonly Positional[];
  readonly flags: F;
  /** Command lines worth copying, without the program's name. */
  readonly examples: readonly string[];
  /** Returns the exit code; throws `InputError` on a mistake of the user. */
  run(input: CommandInput<F>, terminal: Terminal): Promise<number>;
}

export interface CommandInput<F extends Flags = Flags> {
  readonly values: Values<F>;
  readonly positionals: readonly string[];
}

/** Ties the type of `run`'s input to the table of flags. */
export function defineCommand<const F extends Flags>(command: Command<F>): Command<F> {
  return command;
}

export const jsonFlag = { type: "switch", describe: "print JSON on stdout instead of text" } as const;
export const jobsFlag = {
  type: "integer",
  min: 1,
  placeholder: "N",
  describe: "cells that run at once, each in a process of its own",
  defaultText: "one for each core",
} as const;
export const seedFlag = {
  type: "integer",
  min: 0,
  default: 0,
  placeholder: "N",
  describe: "root of every random stream",
} as const;
/** A budget in any of four units; the first that is reached ends a run. */
export const budgetFlags = {
  simulations: {
    type: "integer",
    min: 1,
    placeholder: "N",
    describe: "budget in simulations: evaluations and the method's private passes together",
    defaultText: "1,000 where no other budget is given",
  },
  evaluations: {
    type: "integer",
    min: 1,
    placeholder: "N",
    describe: "budget in evaluations alone; private passes are counted, not limited",
    defaultText: "no limit",
  },
  "cpu-seconds": {
    type: "number",
    min: 0,
    placeholder: "S",
    describe: "budget in user and system seconds; a run that it stops is marked time-limited",
    defaultText: "no limit",
  },
  seconds: {
    type: "number",
    min: 0,
    placeholder: "S",
    describe: "budget in wall-clock seconds; a run that it stops is marked time-limited",
    defaultText: "no limit",
  },
} as const;
export const objectiveFlag = {
  type: "text",
  choices: objectives,
  placeholder: "NAME",
  describe:
    "what to minimise: makespan (us of one step), max-load (us per sample of the busiest device of a " +
    "full pipeline), latency (us of one sample), peak-memory (bytes of the fullest device), iteration (us of " +
    "one batch, also of pipelines), throughput (us per sample, also of pipelines) or cost (USD of the demanded samples)",
  defaultText: "the scenario's own",
} as const;

export const backends = ["wasm", "native", "cpu"] as const;
export const backendFlag = {
  type: "text",
  choices: backends,
  placeholder: "NAME",
  describe: "TensorFlow.js backend of the learned agents: wasm, native or cpu",
  defaultText: "PLACEMENT_GYM_BACKEND, else wasm",
} as const;

/** Of commands with a folder; `solve` names a file. */
export const logEvaluationsFlag = {
  type: "switch",
  describe: "keep every plan and what it scored in the folder, for offline learning",
} as const;

/** The backend of the flag, else of the variable, else wasm. */
export function backendOf(flag: string | undefined, terminal: Terminal): (typeof backends)[number] {
  const asked = flag ?? (terminal.variables.PLACEMENT_GYM_BACKEND || "wasm");
  const known = backends.find((name) => name === asked);
  if (known === undefined)
    throw new InputError(`PLACEMENT_GYM_BACKEND is "${asked}", expected ${backends.join(", ")}.`);
  return known;
}

interface BudgetValues {
  readonly simulations?: number;
  readonly evaluations?: number;
  readonly "cpu-seconds"?: number;
  readonly seconds?: number;
}

/** The budget of the flags; one limit at least is always there. */
export const budgetOf = (values: BudgetValues): Budget =>
  givenBudget(values) ?? { simulations: DEFAULT_SIMULATIONS };

/** Null where no flag sets a limit. */
export function givenBudget({ simulations, evaluations, seconds, ...flags }: BudgetValues): Budget | null {
  const cpuSeconds = flags["cpu-seconds"];
  const given = { simulations, evaluations, cpuSeconds, seconds };
  return Object.values(given).some((limit) => limit !== undefined) ? given : null;
}

const DEFAULT_SIMULATIONS = 1_000;
