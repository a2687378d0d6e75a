/**
 * Evaluation during training: from time to time the policy makes its own plan for each of some
 * scenarios. The mean gap of these plans is one number on a curve. What that costs is counted
 * apart from training, and the policy learns nothing by it.
 *
 * The gap of a plan that does not fit is that of its penalty, so it is finite and large. The policy
 * of the lowest mean gap is the best one. Training may end where it has not improved for a while.
 */
import { z } from "zod";
import type { Agent } from "../../agents/contract.ts";
import { InputError } from "../../env/model/errors.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { Evaluator } from "../../env/sim/evaluator/contract.ts";
import { metered } from "../../env/sim/evaluator/meter.ts";

export interface EvaluationRequest {
  /** Updates from one evaluation to the next. */
  readonly every: number;
  /** URIs or paths. */
  readonly scenarios: readonly string[];
  /** Evaluations without a lower gap after which training ends; default it goes on. */
  readonly patience?: number;
}

/** What a run that goes on has to know. */
export interface HeldOutState {
  readonly evaluations: number;
  readonly simulations: number;
  /** Lowest mean gap so far and its update, null before the first evaluation. */
  readonly bestGap: number | null;
  readonly bestUpdate: number | null;
  /** Evaluations since then. */
  readonly sinceBest: number;
}

const count = z.number().min(0);
export const heldOutSchema: z.ZodType<HeldOutState> = z.object({
  evaluations: count,
  simulations: count,
  bestGap: z.number().nullable(),
  bestUpdate: count.nullable(),
  sinceBest: count,
});

const NOTHING: HeldOutState = {
  evaluations: 0,
  simulations: 0,
  bestGap: null,
  bestUpdate: null,
  sinceBest: 0,
};

export interface Evaluated {
  readonly metrics: Readonly<Record<string, number>>;
  readonly isBest: boolean;
}

export interface HeldOutParts {
  readonly request: EvaluationRequest;
  /** By name. */
  readonly scenarios: ReadonlyMap<string, Scenario>;
  readonly evaluatorOf: (scenario: Scenario) => Evaluator;
  readonly from: HeldOutState | undefined;
}

export class HeldOut {
  private readonly request: EvaluationRequest;
  private readonly tasks: readonly (readonly [string, Evaluator, number])[];
  private current: HeldOutState;

  constructor({ request, scenarios, evaluatorOf, from }: HeldOutParts) {
    this.request = request;
    this.current = from ?? NOTHING;
    this.tasks = [...scenarios].map(([name, scenario]) => {
      const inner = evaluatorOf(scenario);
      return [name, inner, boundOf(name, inner)] as const;
    });
  }

  get state(): HeldOutState {
    return this.current;
  }

  /** Whether the policy has not improved for as long as it was given. */
  get isOver(): boolean {
    const { patience } = this.request;
    return patience !== undefined && this.current.sinceBest >= patience;
  }

  /** Null where no evaluation is due after this update. */
  async after(update: number, agent: Agent): Promise<Evaluated | null> {
    if (update % this.request.every !== 0) return null;
    const gaps = new Map<string, number>();
    let fitting = 0;
    for (const [name, inner, bound] of this.tasks) {
      const meter = metered(inner, {});
      const plan = await agent.act({ name, scenario: inner.scenario, evaluator: meter });
      this.charge(meter);
      const { cost, feasible } = inner.evaluate(plan);
      gaps.set(name, cost / bound - 1);
      if (feasible) fitting++;
    }
    const mean = [...gaps.values()].reduce((sum, gap) => sum + gap, 0) / gaps.size;
    return { metrics: metricsOf(gaps, mean, fitting), isBest: this.compare(mean, update) };
  }

  private charge({ evaluations, simulations }: Pick<HeldOutState, "evaluations" | "simulations">): void {
    this.current = {
      ...this.current,
      evaluations: this.current.evaluations + evaluations,
      simulations: this.current.simulations + simulations,
    };
  }

  private compare(gap: number, update: number): boolean {
    const { bestGap, sinceBest } = this.current;
    const isBest = bestGap === null || gap < bestGap;
    this.current = isBest
      ? { ...this.current, bestGap: gap, bestUpdate: update, sinceBest: 0 }
      : { ...this.current, sinceBest: sinceBest + 1 };
    return isBest;
  }
}

function boundOf(name: string, inner: Evaluator): number {
  const bound = inner.bound().value;
  if (bound > 0) return bound;
  throw new InputError(`Scenario "${name}" has no bound above 0, so its plans have no gap to evaluate by.`);
}

function metricsOf(gaps: ReadonlyMap<string, number>, mean: number, fitting: number): Evaluated["metrics"] {
  const each = gaps.size > 1 ? [...gaps].map(([name, gap]) => [`eval/gap/${name}`, gap] as const) : [];
  return { "eval/gap": mean, "eval/feasible": fitting / gaps.size, ...Object.fromEntries(each) };
}
