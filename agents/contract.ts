/**
 * The contract of everything that decides: classic planners and learned agents.
 *
 * A module is a card, typed options and a `create`. Both kinds see the world only through a metered
 * evaluator, so their budgets mean the same; the meter keeps the best plan and the anytime curve.
 */
import type { z } from "zod";
import type { Plan } from "../env/model/plan/placement.ts";
import type { Rng } from "../env/model/rng.ts";
import type { Scenario } from "../env/model/scenario.ts";
import type { Bound } from "../env/sim/evaluator/contract.ts";
import type { MeteredEvaluator } from "../env/sim/evaluator/meter.ts";

/** What a reader should know of a system before trusting its row in a table. */
export interface Card {
  /** Id on the command line, lower case with hyphens. */
  readonly id: string;
  readonly name: string;
  /** One sentence: what it does. */
  readonly summary: string;
  /** What one decision is: "device per group", "contiguous split over accelerators", ... */
  readonly searchSpace: string;
  /** Authors, venue and year of the source, where there is one. */
  readonly paper?: string;
  /** Where the method differs from its source, or what it cannot do. */
  readonly limits?: string;
}

/** What a planner may say beside its plans when it ends. */
export interface PlannerReport {
  /** A lower bound that the planner proved for the scenario's objective. */
  readonly bound?: Bound;
  /**
   * True where a wall-clock limit, not the method, ended it: such a row is exempt from byte
   * equality.
   */
  readonly timeLimited?: boolean;
  /** The planner's own estimate of its last plan's value, under its private cost model. */
  readonly estimate?: number;
  /** Why no plan was found, where none was: one sentence. */
  readonly failure?: string;
  /**
   * What a reader of the row should know, one sentence: a device of the scenario left unused, and
   * the like.
   */
  readonly note?: string;
}

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
  /** A zod object whose fields all have defaults and descriptions; turned into flags and help. */
  readonly options: z.ZodType<Options>;
  create(options: Options): Planner;
}

/** One update of a learned agent, for logs and progress. */
export interface TrainStep {
  readonly update: number;
  /** Evaluations spent so far. */
  readonly evaluations: number;
  /** Numbers worth plotting: loss, entropy, mean cost of the batch, ... */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Where a trainer writes; the results folder implements it. */
export interface RunSink {
  step(step: TrainStep): void;
}

/** Which TensorFlow.js backend runs the arithmetic. */
export type BackendName = "wasm" | "native" | "cpu";

export interface AgentContext<Options = unknown> {
  readonly scenario: Scenario;
  readonly evaluator: MeteredEvaluator;
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
   * Trains until the evaluator refuses (it may throw `BudgetExhausted` out of here) or the caller
   * stops pulling; yields after every update. Pulling 2k steps equals pulling k, saving, loading in
   * a new process and pulling k more.
   */
  train(): AsyncGenerator<TrainStep, void>;
  /** The greedy plan of the current policy; charges what it evaluates. */
  act(): Promise<Plan>;
  /** JSON-safe weights, optimizer state, baselines and random streams. */
  save(): Promise<unknown>;
  load(saved: unknown): Promise<void>;
  /** Frees tensors. */
  dispose(): void;
}

export interface AgentModule<Options = unknown> {
  readonly kind: "agent";
  readonly card: Card;
  readonly options: z.ZodType<Options>;
  /** Evaluations that the greedy plan needs; the runner keeps them back from training. */
  actEvaluations(scenario: Scenario, options: Options): number;
  create(context: AgentContext<Options>): Promise<Agent>;
}

export type Method = PlannerModule | AgentModule;
