/**
 * `Ledger`: one budget that the meters of several scenarios charge, for an agent that trains on
 * many. A ledger with one meter refuses, counts and records what that meter alone would.
 *
 * Each meter keeps its own evaluations and simulations, best plan and curve. Limits, `spent` and
 * `remaining` are those of the ledger, and so are the counts in best plans and curves. The clocks
 * run from the making of the ledger.
 */
import type { Budget } from "./budget.ts";
import type { Evaluator } from "./contract.ts";
import {
  type MeteredEvaluator,
  type MeterOptions,
  type MeterState,
  metered,
  type Spending,
} from "./meter.ts";

export interface Ledger extends Spending {
  readonly budget: Budget;
  readonly elapsedSeconds: number;
  readonly cpuSeconds: number;
  /** A meter that charges this ledger. One that goes on from a state brings what it had spent. */
  meter(inner: Evaluator, from?: SavedMeterState, onScored?: MeterOptions["onScored"]): MeteredEvaluator;
}

/** A meter's state without its clocks, which are the ledger's. */
export type SavedMeterState = Omit<MeterState, "elapsedSeconds" | "cpuSeconds">;

export interface LedgerOptions extends Pick<MeterOptions, "clock" | "cpuClock" | "signal"> {
  /** Where the clocks of a ledger that goes on stood. */
  readonly from?: Pick<MeterState, "elapsedSeconds" | "cpuSeconds">;
}

const UNUSED: SavedMeterState = { evaluations: 0, simulations: 0, best: null, curve: [] };

export function createLedger(budget: Budget, options: LedgerOptions = {}): Ledger {
  return new SharedLedger(budget, options);
}

class SharedLedger implements Ledger {
  readonly budget: Budget;
  private readonly options: LedgerOptions;
  private readonly startedAt: number;
  private readonly cpuStartedAt: number;
  private readonly meters: MeteredEvaluator[] = [];

  constructor(budget: Budget, options: LedgerOptions) {
    const { clock, cpuClock, from } = options;
    this.budget = budget;
    this.options = options;
    this.startedAt = (clock?.() ?? 0) - (from?.elapsedSeconds ?? 0);
    this.cpuStartedAt = (cpuClock?.() ?? 0) - (from?.cpuSeconds ?? 0);
  }

  meter(
    inner: Evaluator,
    state: SavedMeterState = UNUSED,
    onScored?: MeterOptions["onScored"],
  ): MeteredEvaluator {
    const { clock, cpuClock, signal } = this.options;
    const { elapsedSeconds, cpuSeconds } = this;
    const { evaluations, simulations, best, curve } = state;
    const others = new OtherMeters(this.meters);
    const from = { evaluations, simulations, best, curve, elapsedSeconds, cpuSeconds };
    const meter = metered(inner, this.budget, { clock, cpuClock, signal, from, others, onScored });
    others.own = meter;
    this.meters.push(meter);
    return meter;
  }

  get evaluations(): number {
    return this.meters.reduce((sum, { evaluations }) => sum + evaluations, 0);
  }

  get simulations(): number {
    return this.meters.reduce((sum, { simulations }) => sum + simulations, 0);
  }

  get elapsedSeconds(): number {
    return (this.options.clock?.() ?? 0) - this.startedAt;
  }

  get cpuSeconds(): number {
    return (this.options.cpuClock?.() ?? 0) - this.cpuStartedAt;
  }
}

/** What the meters of a ledger have spent, but for one. */
class OtherMeters implements Spending {
  own: MeteredEvaluator | null = null;
  private readonly meters: readonly MeteredEvaluator[];

  constructor(meters: readonly MeteredEvaluator[]) {
    this.meters = meters;
  }

  get evaluations(): number {
    let sum = 0;
    for (const meter of this.meters) if (meter !== this.own) sum += meter.evaluations;
    return sum;
  }

  get simulations(): number {
    let sum = 0;
    for (const meter of this.meters) if (meter !== this.own) sum += meter.simulations;
    return sum;
  }
}
