/**
 * The contract of everything that decides: classic planners and learned agents.
 *
 * A module is a card, typed options and a `create`. Both kinds see the world only through metered
 * evaluators, so their budgets mean the same. The meter keeps the best plan and the anytime curve.
 */
import type { z } from "zod";
import type { Plan, PlanKindName } from "../env/model/plan/plan.ts";
import type { Rng } from "../env/model/rng.ts";
import type { Objective, Scenario } from "../env/model/scenario.ts";
import type { Bound, ObjectiveUnit } from "../env/sim/evaluator/contract.ts";
import type { MeteredEvaluator } from "../env/sim/evaluator/meter.ts";

/** What a reader should know of a system before trusting its row in a table. */
export interface Card {
  /** Id on the command line, lower case with hyphens. */
  readonly id: string;
  /** Published systems that it is, or is one of the methods of: ids of registry/systems.ts. */
  readonly systems?: readonly string[];
  readonly name: string;
  /** One sentence: what it does. */
  readonly summary: string;
  /** What one decision is: "device per group", "contiguous split over accelerators", ... */
  readonly searchSpace: string;
  /** Authors, venue and year of the source, where there is one. */
  readonly paper?: string;
  /** Where the method differs from its source, or what it cannot do. */
  readonly limits?: string;
  /** Of weights that come with the package: their hash, the seed, and the command and data. */
  readonly weights?: string;
  /** What those weights have learned from, as `evaluate` declares it to the leaderboard. */
  readonly trainedOn?: readonly string[];
}

/**
 * What the registry, comparisons and `best` need to know of a method without running it. A user's
 * module without traits has `UNKNOWN_TRAITS`.
 */
export interface Traits {
  /** Kind of its plans. */
  readonly answers: PlanKindName;
  /** Objectives that it plans for or scores its plans by. */
  readonly objectives: "any" | readonly Objective[];
  /**
   * `instant` ends by itself within a second on graphs of common size, `seconds` within seconds to
   * minutes; `endless` goes on until its budget ends.
   */
  readonly effort: "instant" | "seconds" | "endless";
  /** Works out a whole frontier. Searches, which find its fastest end, leave it out. */
  readonly frontier?: boolean;
  /** Whether its plans depend on the seed. */
  readonly random: boolean;
  /** Set where its pipelines do not flush between batches, so that weights are stale. */
  readonly asynchronous?: true;
  /** Made for one kind of plan or graph; asked for by name only. */
  readonly special?: true;
  /** Options with which compositions such as `best` start from it, where not the defaults. */
  readonly asStart?: Readonly<Record<string, unknown>>;
  /** Options that comparisons give it by default, in place of a limit that a clock sets. */
  readonly asCompared?: Readonly<Record<string, string>>;
  /** Turn among the first plans of `best`, lowest first. Without one it comes last. */
  readonly usefulFirst?: number;
}

export const UNKNOWN_TRAITS: Traits = {
  answers: "placement",
  objectives: "any",
  effort: "seconds",
  random: true,
};

export const traitsOf = ({ traits }: Pick<Method, "traits">): Traits => traits ?? UNKNOWN_TRAITS;

/** A number or a word about a run, for the reader of its row. */
export interface Fact {
  readonly name: string;
  readonly value: number | string;
  readonly unit?: string;
}

/** A method's own opinion of a plan, under a model that is not the simulator's. */
export interface Estimate {
  readonly value: number;
  readonly unit: ObjectiveUnit;
  /** What it comes from, such as "list schedule without contention". */
  readonly model: string;
}

/** A plan's time and memory as its planner estimates them. */
export interface FrontierPoint {
  readonly timeUs: number;
  /** Of a rank. */
  readonly memoryBytes: number;
}

/** Points of which no other one is as good in both, and the one that was taken. */
export interface Frontier {
  readonly points: readonly FrontierPoint[];
  readonly taken: FrontierPoint;
}

/** What a planner may say when it ends, in addition to its plans: facts, no prose. */
export interface PlannerReport {
  /** A lower bound that the planner proved for the scenario's objective. */
  readonly bound?: Bound;
  /**
   * What ended it, by default `done`: the method itself, its budget, a deterministic limit of its
   * own, or a clock or signal. A row that a clock ended is exempt from byte equality.
   */
  readonly ended?: "done" | "budget" | "limit" | "clock";
  /** Of its last plan. */
  readonly estimate?: Estimate;
  /** Why no plan was found, where none was: one sentence. */
  readonly failure?: string;
  /** The plans among which its last one is proven optimal, such as "contiguous splits". */
  readonly optimalAmong?: string;
  readonly facts?: readonly Fact[];
  /** Where it weighs time against memory. */
  readonly frontier?: Frontier;
}

/** What ended a method that stops when its evaluator has nothing left. */
export const endOf = ({ exhausted, remaining }: MeteredEvaluator): PlannerReport["ended"] =>
  !exhausted ? "done" : remaining >= 1 ? "clock" : "budget";

export interface Planner {
  /**
   * Yields plans, each at least as good as the last in the planner's own eyes. Every plan it yields
   * must have been scored with `evaluator`; scoring may throw `BudgetExhausted`, which the runner
   * catches. Yields to the event loop now and then.
   */
  plan(
    scenario: Scenario,
    evaluator: MeteredEvaluator,
    rng: Rng,
  ): AsyncGenerator<Plan, PlannerReport | undefined>;
}

export interface PlannerModule<Options = unknown> {
  readonly kind: "planner";
  readonly card: Card;
  readonly traits?: Traits;
  /** One sentence where the method cannot answer the scenario at all, else null. */
  refuses?(scenario: Scenario, options: Options): string | null;
  /** A zod object whose fields all have defaults and descriptions; turned into flags and help. */
  readonly options: z.ZodType<Options>;
  create(options: Options): Planner;
}

/** A scenario to train or to act on, with what scores its plans. */
export interface Task {
  /** Unique in its source. */
  readonly name: string;
  readonly scenario: Scenario;
  readonly evaluator: MeteredEvaluator;
  /**
   * Has plans simulated by several processes at once, where a training has them. It charges nothing
   * and changes nothing that `evaluator` says: the evaluations of these plans only take less time.
   */
  readonly scoreAhead?: (plans: readonly Plan[]) => Promise<void>;
}

/**
 * The scenarios that an agent trains on. The evaluators of all tasks charge one budget. A method
 * that is asked about one scenario has a source of one.
 */
export interface TaskSource {
  readonly names: readonly string[];
  /** The same task whenever it is asked for. Throws a sentence for a name that is not there. */
  task(name: string): Promise<Task>;
  /** A task drawn uniformly. A source of one draws no random number. */
  draw(rng: Rng): Promise<Task>;
}

/** One update of a learned agent. */
export interface Update {
  /** From 1. */
  readonly update: number;
  /** Name of the task that it learned on; of several the names, with commas between. */
  readonly task: string;
  /** Numbers worth plotting: loss, entropy, mean cost of the batch, ... */
  readonly metrics: Readonly<Record<string, number>>;
}

/** An update with what the budget had spent after it, for logs and progress. */
export interface TrainStep extends Update {
  /** Of all tasks. */
  readonly evaluations: number;
  readonly simulations: number;
}

/** Where a trainer writes; the results folder implements it. */
export interface RunSink {
  step(step: TrainStep): void;
}

/** Which TensorFlow.js backend runs the arithmetic. */
export type BackendName = "wasm" | "native" | "cpu";

export interface AgentContext<Options = unknown> {
  readonly tasks: TaskSource;
  readonly rng: Rng;
  readonly options: Options;
  /**
   * The backend asked for; default wasm. One that cannot be had is an `InputError`, never a silent
   * replacement.
   */
  readonly backend?: BackendName;
}

export interface Agent {
  /** The backend in use, null for an agent that uses none. */
  readonly backend: BackendName | null;
  /**
   * Trains until its tasks' budget is spent (`BudgetExhausted` may pass out of here) or the caller
   * stops pulling; yields after every update. Pulling 2k updates equals pulling k, saving, loading
   * in a new process and pulling k more.
   */
  train(): AsyncGenerator<Update, void>;
  /**
   * The greedy plan of the current policy; charges what it evaluates. The task may be one that the
   * agent never trained on.
   */
  act(task: Task): Promise<Plan>;
  /**
   * Scores plans drawn from the policy, which stays as it is, until the task's budget is spent or
   * there are no others. For a policy that is only asked: what it can do with a larger budget.
   */
  drawOn?(task: Task): Promise<void>;
  /** What was learned and holds on other scenarios too: weights and norms, JSON-safe. */
  savePolicy(): Promise<unknown>;
  /** Throws a sentence where the policy does not fit the tasks. */
  loadPolicy(saved: unknown): Promise<void>;
  /**
   * All that training needs to go on: the policy, optimizer state, baselines, environments and
   * random streams, JSON-safe.
   */
  saveRun(): Promise<unknown>;
  loadRun(saved: unknown): Promise<void>;
  /** Frees tensors. */
  dispose(): void;
}

export interface AgentModule<Options = unknown> {
  readonly kind: "agent";
  readonly card: Card;
  readonly traits?: Traits;
  readonly options: z.ZodType<Options>;
  /** Evaluations that the greedy plan needs; the runner keeps them back from training. */
  actEvaluations(scenario: Scenario, options: Options): number;
  create(context: AgentContext<Options>): Promise<Agent>;
}

export type Method = PlannerModule | AgentModule;

/** Why a method cannot answer a scenario at all, null where it can try. */
export function refusalOf(module: Method, options: unknown, { objective, ...rest }: Scenario): string | null {
  const { objectives } = traitsOf(module);
  if (objectives !== "any" && !objectives.includes(objective))
    return `${module.card.name} is made for the objective ${objectives.join(" or ")}; the scenario's is ${objective}.`;
  if (module.kind === "agent" || module.refuses === undefined) return null;
  return module.refuses({ objective, ...rest }, options);
}
