/**
 * Decoding by improvement: each plan is the best one so far with a few groups drawn again from what
 * the policy thinks of it. A policy that is sure of most groups searches among the others.
 *
 * How likely a group is to be drawn again depends on how little the policy likes its present
 * device. One offset for all groups sets how many change in the mean. That number adapts as in
 * evolution strategies (Rechenberg, 1973): it grows after a success and falls after a failure.
 *
 * With several temperatures each change is drawn at one of them, and more often at those that
 * succeed. So a search owes little to a policy that misleads it.
 */
import type { Rng } from "../../env/model/rng.ts";
import type { Outcome } from "../../env/sim/evaluator/contract.ts";

/** A placement, scored. */
export interface Standing {
  readonly groupDevice: Int32Array;
  readonly outcome: Pick<Outcome, "cost">;
}

export interface Improver<S extends Standing> {
  readonly groups: number;
  readonly devices: number;
  /** Logits of each group's devices in the light of the placement, [groups x devices]. */
  logits(standing: S): Float32Array;
  /** Charges one evaluation. */
  score(groupDevice: Int32Array): S;
}

/** Mean number of changed groups: its first value, and its factors after success and failure. */
const FIRST_SHARE = 1 / 8;
const GROWTH = 1.6;
const DECAY = 0.9;
const LEAST_CHANGES = 1;
/** Logits and log-probabilities below it are those of devices that cannot run a group. */
export const IMPOSSIBLE = -1e8;
/** Draws in a row that change nothing before the search ends. */
const MOST_IDLE_DRAWS = 1_000;

export interface ImprovementRules {
  readonly plans: number;
  /** What logits are divided by; at `Infinity` all devices of a group are as likely. */
  readonly temperatures: readonly number[];
}

/** How changes are drawn at one temperature. */
interface Arm {
  readonly temperature: number;
  /** Against the best placement so far; null where that is new. */
  odds: Float64Array | null;
  /** Mean number of changed groups. */
  changes: number;
  tries: number;
  successes: number;
}

/** All placements that were scored, at most `plans`, the start first. */
export function improved<S extends Standing>(
  start: S,
  improver: Improver<S>,
  { plans, temperatures }: ImprovementRules,
  rng: Rng,
): S[] {
  const { groups, devices } = improver;
  const arms = temperatures.map((temperature) => fresh(temperature, groups));
  const met = [start];
  let best = start;
  let logits = improver.logits(best);
  for (let idle = 0; met.length < plans && idle < MOST_IDLE_DRAWS; ) {
    const arm = arms.length === 1 ? arms[0] : promising(arms, rng);
    arm.odds ??= oddsAgainst(logits, improver, best, arm.temperature);
    const next = redrawn(best.groupDevice, arm.odds, arm.changes, devices, rng);
    if (next === null) {
      idle++;
      continue;
    }
    idle = 0;
    const tried = improver.score(next);
    met.push(tried);
    learn(arm, tried.outcome.cost < best.outcome.cost, groups);
    if (tried.outcome.cost > best.outcome.cost) continue;
    best = tried;
    logits = improver.logits(best);
    for (const each of arms) each.odds = null;
  }
  return met;
}

const fresh = (temperature: number, groups: number): Arm => {
  const changes = Math.max(LEAST_CHANGES, groups * FIRST_SHARE);
  return { temperature, odds: null, changes, tries: 0, successes: 0 };
};

function learn(arm: Arm, succeeded: boolean, groups: number): void {
  arm.tries++;
  if (succeeded) arm.successes++;
  const changes = arm.changes * (succeeded ? GROWTH : DECAY);
  arm.changes = Math.min(Math.max(changes, LEAST_CHANGES), groups / 2);
}

/** An arm, the likelier the more of its changes have succeeded. */
function promising(arms: readonly Arm[], rng: Rng): Arm {
  const rates = arms.map(({ tries, successes }) => (successes + 1) / (tries + 2));
  let left = rng.next() * rates.reduce((sum, rate) => sum + rate, 0);
  const drawn = arms.find((_, i) => {
    left -= rates[i];
    return left < 0;
  });
  return drawn ?? arms[arms.length - 1];
}

/** Odds of each device over the group's present one, which has 0 here; [groups x devices]. */
function oddsAgainst<S extends Standing>(
  given: Float32Array,
  { groups, devices }: Improver<S>,
  standing: S,
  temperature: number,
): Float64Array {
  const odds = new Float64Array(groups * devices);
  for (let g = 0; g < groups; g++) {
    const present = standing.groupDevice[g];
    for (let d = 0; d < devices; d++) {
      const logit = given[g * devices + d];
      if (d === present || logit < IMPOSSIBLE) continue;
      odds[g * devices + d] = Math.exp((logit - given[g * devices + present]) / temperature);
    }
  }
  return odds;
}

/** The placement with about `changes` groups on other devices; null where none moved. */
function redrawn(
  groupDevice: Int32Array,
  odds: Float64Array,
  changes: number,
  devices: number,
  rng: Rng,
): Int32Array | null {
  const totals = Float64Array.from(groupDevice, (_, g) => {
    let sum = 0;
    for (let d = 0; d < devices; d++) sum += odds[g * devices + d];
    return sum;
  });
  const factor = factorFor(totals, changes);
  const next = groupDevice.slice();
  let moved = 0;
  totals.forEach((total, g) => {
    const weight = total * factor;
    if (rng.next() >= weight / (1 + weight)) return;
    let left = rng.next() * total;
    for (let d = 0; d < devices; d++) {
      const own = odds[g * devices + d];
      if (own === 0) continue;
      next[g] = d;
      left -= own;
      if (left < 0) break;
    }
    moved++;
  });
  return moved === 0 ? null : next;
}

/** The factor on all odds under which so many groups change in the mean. */
function factorFor(totals: Float64Array, changes: number): number {
  let [low, high] = [-60, 60];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    const factor = Math.exp(middle);
    const mean = totals.reduce((sum, total) => sum + (total * factor) / (1 + total * factor), 0);
    if (mean > changes) high = middle;
    else low = middle;
  }
  return Math.exp((low + high) / 2);
}
