/**
 * The meter: methods see only a `MeteredEvaluator`, which charges every evaluation and every
 * private pass to the budget. It keeps the best plan and the anytime curve, so nothing is lost
 * whatever a method was doing when the budget ended.
 */
import { copyPlan, type Plan } from "../../model/plan/plan.ts";
import {
  type Budget,
  BudgetExhausted,
  checkBudget,
  leadingLimit,
  type PassCounter,
  type Refusal,
} from "./budget.ts";
import type { Evaluator, Neighbours, Outcome } from "./contract.ts";
import { movedPlan } from "./move.ts";

/** What was charged so far. */
export interface Spending {
  /** Calls of the evaluator. */
  readonly evaluations: number;
  /** Evaluations and private passes; not whole where passes were partial. */
  readonly simulations: number;
}

export interface CurvePoint {
  /**
   * Simulations and evaluations spent of the budget when the improvement was found, from 1. What
   * other meters of the same ledger spent is included.
   */
  readonly simulations: number;
  readonly evaluations: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** `Outcome.cost` of the best plan so far. */
  readonly cost: number;
  readonly feasible: boolean;
}

export interface BestPlan {
  readonly plan: Plan;
  readonly outcome: Outcome;
  /** Evaluations and simulations spent of the budget when it was found. */
  readonly evaluation: number;
  readonly simulation: number;
}

/** Its `evaluations` and `simulations` are its own; the budget may be shared, see ledger.ts. */
export interface MeteredEvaluator extends Evaluator, PassCounter, Spending {
  readonly budget: Budget;
  /** What `spent` and `remaining` count: evaluations where the budget limits nothing but them. */
  readonly countedIn: "simulations" | "evaluations";
  /** Spent of the budget, by all meters of it. */
  readonly spent: number;
  /** What is left of the budget, `Infinity` where it does not count. */
  readonly remaining: number;
  /** Seconds since the meter was made. */
  readonly elapsedSeconds: number;
  /** CPU seconds since the meter was made. */
  readonly cpuSeconds: number;
  /** True where nothing more may be evaluated. */
  readonly exhausted: boolean;
  /** Why the meter last refused a call, or null. */
  readonly refused: Refusal | null;
  readonly best: BestPlan | null;
  readonly curve: readonly CurvePoint[];
  /**
   * Scores a plan although a clock or a signal has ended the run, where nothing was scored before:
   * then no run ends with nothing. Charged as any other; null where there is no such need.
   */
  lastResort(plan: Plan): Outcome | null;
}

/** Where an interrupted run's meter stood, for the meter of the run that goes on. */
export interface MeterState
  extends Pick<
    MeteredEvaluator,
    "evaluations" | "simulations" | "elapsedSeconds" | "cpuSeconds" | "best" | "curve"
  > {}

/** One evaluation, counted as best plans are. */
export interface Scored {
  readonly evaluation: number;
  readonly simulation: number;
  readonly outcome: Outcome;
}

export interface MeterOptions {
  /** Seconds on any steady clock; needed for a budget in seconds. */
  readonly clock?: () => number;
  /** User and system seconds of the process; needed for a budget in CPU seconds. */
  readonly cpuClock?: () => number;
  /** Ends the run at the next call when aborted. */
  readonly signal?: AbortSignal;
  /** Called after every evaluation, for progress. */
  readonly onEvaluation?: (meter: MeteredEvaluator) => void;
  /** Told every plan that was scored, for a log; a copy is made by `planOf`. It charges nothing. */
  readonly onScored?: (scored: Scored, planOf: () => Plan) => void;
  /** Goes on from here instead of from nothing; the budget counts what was spent before. */
  readonly from?: MeterState;
  /** What other meters have charged to the same budget so far; read at every call. */
  readonly others?: Spending;
}

const NOTHING: Spending = Object.freeze({ evaluations: 0, simulations: 0 });

/** What rounding may leave of a sum of shares. */
const ROUNDING = 1e-9;

export function metered(inner: Evaluator, budget: Budget, options: MeterOptions = {}): MeteredEvaluator {
  checkBudget(budget);
  if (budget.seconds !== undefined && options.clock === undefined)
    throw new Error("A budget in seconds needs a clock.");
  if (budget.cpuSeconds !== undefined && options.cpuClock === undefined)
    throw new Error("A budget in CPU seconds needs a CPU clock.");
  return new Meter(inner, budget, options);
}

class Meter implements MeteredEvaluator {
  readonly scenario;
  readonly unit;
  readonly accepts;
  readonly ceiling;
  readonly budget;
  readonly countedIn;
  evaluations = 0;
  private passes = 0;
  best: BestPlan | null = null;
  refused: Refusal | null = null;
  readonly curve: CurvePoint[];
  private readonly inner;
  private readonly options;
  private readonly others: Spending;
  private readonly startedAt;
  private readonly cpuStartedAt;

  constructor(inner: Evaluator, budget: Budget, options: MeterOptions) {
    const { from } = options;
    this.scenario = inner.scenario;
    this.unit = inner.unit;
    this.accepts = inner.accepts;
    this.ceiling = inner.ceiling;
    this.budget = budget;
    this.countedIn = countedIn(budget);
    this.evaluations = from?.evaluations ?? 0;
    this.passes = (from?.simulations ?? 0) - this.evaluations - inner.reruns;
    this.best = from?.best ?? null;
    this.curve = [...(from?.curve ?? [])];
    this.inner = inner;
    this.options = options;
    this.others = options.others ?? NOTHING;
    this.startedAt = (options.clock?.() ?? 0) - (from?.elapsedSeconds ?? 0);
    this.cpuStartedAt = (options.cpuClock?.() ?? 0) - (from?.cpuSeconds ?? 0);
  }

  evaluate(plan: Plan): Outcome {
    this.admit(1);
    return this.scored(
      () => this.inner.evaluate(plan),
      () => copyPlan(plan),
    );
  }

  batch(plans: readonly Plan[]): Outcome[] {
    return plans.map((plan) => this.evaluate(plan));
  }

  around(plan: Plan): Neighbours | null {
    const inner = this.inner.around(plan);
    if (inner === null) return null;
    return {
      move: (group, device) => {
        this.admit(1);
        return this.scored(
          () => inner.move(group, device),
          () => movedPlan(this.scenario, plan, group, device),
        );
      },
    };
  }

  pass(share = 1): void {
    this.admit(share);
    this.passes += share;
  }

  bounds() {
    return this.inner.bounds();
  }

  bound(kinds?: Parameters<Evaluator["bound"]>[0]) {
    return this.inner.bound(kinds);
  }

  lastResort(plan: Plan): Outcome | null {
    const reason = this.reasonToStop(1);
    if (this.best !== null || reason === null || reason === "evaluations" || reason === "simulations")
      return null;
    this.refused = reason;
    return this.scored(
      () => this.inner.evaluate(plan),
      () => copyPlan(plan),
    );
  }

  get simulations(): number {
    return this.evaluations + this.passes + this.inner.reruns;
  }

  get reruns(): number {
    return this.inner.reruns;
  }

  get spent(): number {
    return this[this.countedIn] + this.others[this.countedIn];
  }

  get remaining(): number {
    const { simulations = Number.POSITIVE_INFINITY, evaluations = Number.POSITIVE_INFINITY } = this.budget;
    const { others } = this;
    return Math.max(
      0,
      Math.min(
        simulations - this.simulations - others.simulations,
        evaluations - this.evaluations - others.evaluations,
      ),
    );
  }

  get elapsedSeconds(): number {
    return (this.options.clock?.() ?? 0) - this.startedAt;
  }

  get cpuSeconds(): number {
    return (this.options.cpuClock?.() ?? 0) - this.cpuStartedAt;
  }

  get exhausted(): boolean {
    return this.reasonToStop(1) !== null;
  }

  private reasonToStop(share: number): Refusal | null {
    const { simulations, evaluations, cpuSeconds, seconds } = this.budget;
    const { others } = this;
    if (this.options.signal?.aborted) return "stopped";
    if (simulations !== undefined && this.simulations + others.simulations + share > simulations + ROUNDING)
      return "simulations";
    if (evaluations !== undefined && this.evaluations + others.evaluations >= evaluations)
      return "evaluations";
    if (seconds !== undefined && this.elapsedSeconds >= seconds) return "seconds";
    if (cpuSeconds !== undefined && this.cpuSeconds >= cpuSeconds) return "CPU seconds";
    return null;
  }

  private admit(share: number): void {
    const reason = this.reasonToStop(share);
    if (reason === null) return;
    this.refused = reason;
    throw new BudgetExhausted(reason);
  }

  /** Evaluations and simulations that the budget counts so far. */
  private counted(): readonly [evaluations: number, simulations: number] {
    const { others } = this;
    return [this.evaluations + others.evaluations, this.simulations + others.simulations];
  }

  private scored(score: () => Outcome, planOf: () => Plan): Outcome {
    this.evaluations++;
    const outcome = score();
    const { onScored } = this.options;
    if (onScored !== undefined) {
      const [evaluation, simulation] = this.counted();
      onScored({ evaluation, simulation, outcome }, planOf);
    }
    if (this.best === null || outcome.cost < this.best.outcome.cost) {
      const { elapsedSeconds, cpuSeconds } = this;
      const [evaluations, simulations] = this.counted();
      this.best = { plan: planOf(), outcome, evaluation: evaluations, simulation: simulations };
      const { cost, feasible } = outcome;
      this.curve.push({ simulations, evaluations, seconds: elapsedSeconds, cpuSeconds, cost, feasible });
    }
    this.options.onEvaluation?.(this);
    return outcome;
  }
}

const countedIn = ({ simulations, evaluations }: Budget): MeteredEvaluator["countedIn"] =>
  simulations === undefined && evaluations !== undefined ? "evaluations" : "simulations";

/** What is spent in the unit of the budget's leading limit. */
export function leadingSpent(
  meter: Pick<MeteredEvaluator, "budget" | "elapsedSeconds" | "cpuSeconds" | keyof Spending>,
): number {
  const { unit } = leadingLimit(meter.budget);
  if (unit === "seconds") return meter.elapsedSeconds;
  return unit === "CPU seconds" ? meter.cpuSeconds : meter[unit];
}

export interface Gate {
  /** What may still be spent through the gate, in the meter's own unit. */
  readonly remaining: () => number;
  /** Told every plan that was evaluated through the gate; a copy is made by `planOf`. */
  readonly onScored?: (outcome: Outcome, planOf: () => Plan) => void;
}

/**
 * A meter seen through a gate, for a part of a method. What the gate does not let through is
 * refused as a spent budget is. Counts, curve and best plan are the meter's own.
 */
export function gated(meter: MeteredEvaluator, { remaining, onScored }: Gate): MeteredEvaluator {
  const admit = (share: number): void => {
    if (remaining() + ROUNDING < share) throw new BudgetExhausted(meter.countedIn);
  };
  const scored = (outcome: Outcome, planOf: () => Plan): Outcome => {
    onScored?.(outcome, planOf);
    return outcome;
  };
  const view: MeteredEvaluator = Object.create(meter, {
    evaluate: {
      value: (plan: Plan) => {
        admit(1);
        return scored(meter.evaluate(plan), () => copyPlan(plan));
      },
    },
    batch: { value: (plans: readonly Plan[]) => plans.map((plan) => view.evaluate(plan)) },
    around: {
      value: (plan: Plan): Neighbours | null => {
        const inner = meter.around(plan);
        if (inner === null) return null;
        return {
          move(group, device) {
            admit(1);
            const outcome = inner.move(group, device);
            return scored(outcome, () => movedPlan(meter.scenario, plan, group, device));
          },
        };
      },
    },
    pass: {
      value: (share = 1) => {
        if (meter.countedIn === "simulations") admit(share);
        meter.pass(share);
      },
    },
    remaining: { get: () => Math.max(0, Math.min(meter.remaining, remaining())) },
    exhausted: { get: () => meter.exhausted || remaining() + ROUNDING < 1 },
  });
  return view;
}

/** A gate for so much of the budget from now on. */
export function allowance(
  meter: MeteredEvaluator,
  amount: number,
  onScored?: Gate["onScored"],
): MeteredEvaluator {
  const until = meter.spent + amount;
  return gated(meter, { remaining: () => until - meter.spent, onScored });
}
