/**
 * Decoding by improvement: each plan is the best one so far with a few groups drawn again from what
 * the policy thinks of it. A policy that is sure of most groups searches among the others.
 *
 * How likely a group is to be drawn again depends on how little the policy likes its present
 * device. One offset for all groups sets how many change in the mean. That number adapts as in
 * evolution strategies (Rechenberg, 1973): it grows after a success and falls after a failure.
 *
 * There may be several temperatures, and moves of hill climbing beside them. Each change is drawn
 * in one of these ways, and more often in those that succeed. So a search owes little to a policy
 * that misleads it.
 */
import type { Rng } from "../../env/model/rng.ts";
import type { Outcome } from "../../env/sim/evaluator/contract.ts";
import type { Choices } from "../problems/choices.ts";
import { type Change, createProposals, type Operator, operators } from "../search/groups/proposals.ts";

/** A placement, scored. */
export interface Standing {
  readonly groupDevice: Int32Array;
  readonly outcome: Pick<Outcome, "cost">;
}

export interface Improver<S extends Standing> {
  readonly choices: Choices;
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
/** Operators that need no timeline. */
const MOVES = operators.filter((operator) => operator !== "urgent");

export interface ImprovementRules {
  readonly plans: number;
  /** What logits are divided by. */
  readonly temperatures: readonly number[];
  /** Whether some changes are a search's own, which the policy has no say in. */
  readonly moves?: boolean;
}

/** One way to draw changes. */
interface Arm {
  /** A placement near the best one; null where nothing moved. */
  draw(best: Int32Array): Int32Array | null;
  /** Of the placement drawn last. */
  learn(succeeded: boolean): void;
  /** There is a new best placement. */
  renew(logits: Float32Array): void;
  tries: number;
  successes: number;
}

/** All placements that were scored, at most `plans`, the start first. */
export function improved<S extends Standing>(
  start: S,
  improver: Improver<S>,
  { plans, temperatures, moves = false }: ImprovementRules,
  rng: Rng,
): S[] {
  const size: Size = { changes: Math.max(LEAST_CHANGES, improver.choices.groupCount * FIRST_SHARE) };
  const arms: Arm[] = temperatures.map((temperature) => policyArm(improver.choices, temperature, size, rng));
  if (moves) arms.push(moveArm(improver.choices, rng));
  const met = [start];
  let best = start;
  const renew = () => {
    const logits = improver.logits(best);
    for (const arm of arms) arm.renew(logits);
  };
  renew();
  for (let idle = 0; met.length < plans && idle < MOST_IDLE_DRAWS; ) {
    const arm = arms.length === 1 ? arms[0] : promising(arms, rng);
    const next = arm.draw(best.groupDevice);
    if (next === null) {
      idle++;
      continue;
    }
    idle = 0;
    const tried = improver.score(next);
    met.push(tried);
    const succeeded = tried.outcome.cost < best.outcome.cost;
    arm.tries++;
    if (succeeded) arm.successes++;
    arm.learn(succeeded);
    if (tried.outcome.cost > best.outcome.cost) continue;
    best = tried;
    renew();
  }
  return met;
}

/** Mean number of groups that the policy's changes move. */
interface Size {
  changes: number;
}

/** Changes as the policy likes them, at one temperature. All temperatures share the size. */
function policyArm({ groupCount, deviceCount }: Choices, temperature: number, size: Size, rng: Rng): Arm {
  let logits: Float32Array = new Float32Array();
  let odds: Float64Array | null = null;
  return {
    tries: 0,
    successes: 0,
    renew(given) {
      logits = given;
      odds = null;
    },
    draw(best) {
      odds ??= oddsAgainst(logits, best, deviceCount, temperature);
      return redrawn(best, odds, size.changes, deviceCount, rng);
    },
    learn(succeeded) {
      const next = size.changes * (succeeded ? GROWTH : DECAY);
      size.changes = Math.min(Math.max(next, LEAST_CHANGES), groupCount / 2);
    },
  };
}

/** Changes of hill climbing: of single groups, swaps, runs and connected sets. */
function moveArm(choices: Choices, rng: Rng): Arm {
  const proposals = createProposals(choices, new Float64Array(choices.groupCount), rng, MOVES);
  const change: Change = { groups: [], devices: [] };
  let drawn: Operator | null = null;
  return {
    tries: 0,
    successes: 0,
    renew() {},
    draw(best) {
      drawn = proposals.draw(best, change);
      if (drawn === null) return null;
      const next = best.slice();
      change.groups.forEach((group, i) => {
        next[group] = change.devices[i];
      });
      return next;
    },
    learn(succeeded) {
      if (drawn !== null) proposals.learn(drawn, succeeded ? 1 : 0, 0);
    },
  };
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
function oddsAgainst(
  given: Float32Array,
  groupDevice: Int32Array,
  devices: number,
  temperature: number,
): Float64Array {
  const odds = new Float64Array(groupDevice.length * devices);
  for (let g = 0; g < groupDevice.length; g++) {
    const present = groupDevice[g];
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
