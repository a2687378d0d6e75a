/**
 * Labels of a task for policies that correct a placement: plans of long annealing chains, made when
 * they are first asked for and charged. A state is a label with some groups on other devices. The
 * policy learns to put them back.
 *
 * Interchangeable devices give a label several names. A state is labelled by the name that agrees
 * with most of its groups.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { compile } from "../../../env/sim/engine/compile.ts";
import type { Budget } from "../../../env/sim/evaluator/budget.ts";
import type { Outcome } from "../../../env/sim/evaluator/contract.ts";
import type { Task } from "../../contract.ts";
import { type Choices, choicesOf, planOf } from "../../problems/choices.ts";
import { interchangeableDevices } from "../../problems/interchangeable-devices.ts";
import { annealedPlacement } from "../../search/groups/annealed-placement.ts";
import { limitOf } from "../lessons/imitation-settings.ts";

export interface LabelRules {
  /** Labels of a task. */
  readonly labels: number;
  /** Of the chain that makes a label, under the budget of the whole training. */
  readonly simulations: (budget: Budget) => number;
}

/** Simulations of the states that are learned from. More than these change little. */
const STATES = 16_000;

/** Simulations that labels may take: half of the budget, of a large one all but those of states. */
export function labelBudget(budget: Budget): number {
  const limit = limitOf(budget);
  return Number.isFinite(limit) ? limit - Math.min(limit / 2, STATES) : limit;
}

/** How many tasks there are labels for, at least one. */
export const labelledTasks =
  ({ labels, simulations }: LabelRules) =>
  (budget: Budget): number =>
    Math.max(1, Math.floor(labelBudget(budget) / (labels * simulations(budget))));

export interface LabelledState {
  readonly device: Int32Array;
  readonly outcome: Outcome;
  readonly label: Int32Array;
}

/** First temperature of the chains, as in the planner `annealing`. */
const HOT = 0.01;

export class Labels {
  private readonly task: Task;
  private readonly rules: LabelRules;
  private readonly choices: Choices;
  private readonly renamings: readonly Int32Array[];
  private known: readonly Int32Array[] = [];

  constructor(task: Task, rules: LabelRules) {
    this.task = task;
    this.rules = rules;
    this.choices = choicesOf(task.scenario, "all");
    this.renamings = interchangeableDevices(compile(task.scenario)).permutations;
  }

  /** A state, scored. Throws `BudgetExhausted` where it cannot be. */
  draw(rng: Rng): LabelledState {
    const { labels } = this.rules;
    while (this.known.length < labels) this.known = [...this.known, this.made(rng)];
    const label = this.known[rng.int(labels)];
    const device = this.corrupted(label, rng);
    const outcome = this.task.evaluator.evaluate(planOf(this.choices, device));
    return { device, outcome, label: closestName(label, device, this.renamings) };
  }

  save(): readonly (readonly number[])[] {
    return this.known.map((label) => [...label]);
  }

  load(saved: readonly (readonly number[])[]): void {
    this.known = saved.map((label) => Int32Array.from(label));
  }

  private made(rng: Rng): Int32Array {
    const { choices, task, rules } = this;
    const chain = { simulations: rules.simulations(task.evaluator.budget), hot: HOT };
    return annealedPlacement(choices, task.evaluator, rng, chain).groupDevice;
  }

  /** Few groups on other devices more often than many, all of them at most. */
  private corrupted(label: Int32Array, rng: Rng): Int32Array {
    const share = rng.next() ** 2;
    return label.map((device, g) => {
      if (rng.next() >= share) return device;
      const legal = this.choices.legal[g];
      return legal[rng.int(legal.length)];
    });
  }
}

/** The label by the name that agrees with most of the placement's groups. */
export function closestName(
  label: Int32Array,
  device: Int32Array,
  renamings: readonly Int32Array[],
): Int32Array {
  let best = label;
  let most = agreement(label, device);
  for (const to of renamings) {
    const renamed = label.map((d) => to[d]);
    const same = agreement(renamed, device);
    if (same <= most) continue;
    best = renamed;
    most = same;
  }
  return best;
}

/** Groups and sweeps of which a labelled state is shown. */
const SHOWN_GROUPS = 24;
const SHOWN_SWEEPS = 3;

/** Which groups see a state, and in the sweep of which number. */
export function shownGroups(groups: number, rng: Rng): { shown: number[]; sweep: number } {
  const all = Array.from({ length: groups }, (_, g) => g);
  return { shown: rng.shuffle(all).slice(0, SHOWN_GROUPS), sweep: rng.int(SHOWN_SWEEPS) };
}

const agreement = (label: Int32Array, device: Int32Array): number =>
  label.reduce((sum, d, g) => sum + (d === device[g] ? 1 : 0), 0);
