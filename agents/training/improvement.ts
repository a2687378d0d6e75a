/**
 * Decoding by improvement: each plan is the best one so far with a few groups drawn again from what
 * the policy thinks of it. A policy that is sure of most groups searches among the others.
 *
 * How likely a group is to be drawn again depends on how little the policy likes its present
 * device. One offset for all groups sets how many change in the mean. That number adapts as in
 * evolution strategies (Rechenberg, 1973): it grows after a success and falls after a failure.
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

/** All placements that were scored, at most `plans`, the start first. */
export function improved<S extends Standing>(
  start: S,
  improver: Improver<S>,
  { plans, temperature }: { readonly plans: number; readonly temperature: number },
  rng: Rng,
): S[] {
  const met = [start];
  let best = start;
  let odds = oddsAgainst(improver, best, temperature);
  let changes = Math.max(LEAST_CHANGES, improver.groups * FIRST_SHARE);
  for (let idle = 0; met.length < plans && idle < MOST_IDLE_DRAWS; ) {
    const next = redrawn(best.groupDevice, odds, changes, improver.devices, rng);
    if (next === null) {
      idle++;
      continue;
    }
    idle = 0;
    const tried = improver.score(next);
    met.push(tried);
    changes = tried.outcome.cost < best.outcome.cost ? changes * GROWTH : changes * DECAY;
    changes = Math.min(Math.max(changes, LEAST_CHANGES), improver.groups / 2);
    if (tried.outcome.cost > best.outcome.cost) continue;
    best = tried;
    odds = oddsAgainst(improver, best, temperature);
  }
  return met;
}

/** Odds of each device over the group's present one, which has 0 here; [groups x devices]. */
function oddsAgainst<S extends Standing>(
  { groups, devices, logits }: Improver<S>,
  standing: S,
  temperature: number,
): Float64Array {
  const given = logits(standing);
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
