/** What trying every single change of a plan has found, as text and as JSON. */
import type { Outcome } from "../../../env/sim/evaluator/contract.ts";
import type { ScoredPlan } from "../../../env/sim/timeline/scored-plan.ts";
import { formatBytes, formatCount, formatValue } from "../../../results/text/format.ts";
import { percent } from "../../../results/text/pipelines/stage-rows.ts";
import { visibleName } from "../../../results/text/visible.ts";
import { table } from "../columns.ts";

export interface TriedChange {
  readonly kind: string;
  readonly what: string;
  readonly outcome: Outcome;
}

export interface ChangeSearch {
  /** The best change of each kind, best first, also where none helps. */
  readonly best: readonly TriedChange[];
  readonly tried: number;
  readonly helping: number;
  /** False where an interrupt ended the search early. */
  readonly complete: boolean;
}

export function changeLines(scored: ScoredPlan, { best, tried, helping, complete }: ChangeSearch): string[] {
  const early = complete ? "" : "Stopped early: ";
  const of = `${early}${formatCount(tried)} single changes simulated, ${formatCount(helping)} help.`;
  const { cost } = scored.outcome;
  const [first] = best;
  const rows = best.map((change) => [change.what, ...valueCells(scored, change.outcome)]);
  const summary =
    first === undefined || first.outcome.cost >= cost
      ? "No single change helps."
      : `Best single change: ${visibleName(first.what)}; ${gainWords(scored, first.outcome)}.`;
  return [
    summary,
    of,
    ...(rows.length > 0 ? ["", ...table([["the best of each kind", scored.spec.id, "gain"], ...rows])] : []),
  ];
}

function gainWords({ spec, outcome: base }: ScoredPlan, { value, violation }: Outcome): string {
  if (value === null) return `it still does not fit, by ${formatBytes(violation?.excessBytes ?? 0)}`;
  const after = `the ${spec.id} is ${formatValue(spec.unit, value)}`;
  if (base.value === null) return `the plan then fits, and ${after}`;
  return `${after}, ${formatValue(spec.unit, base.value - value)} (${percent(1 - value / base.value)}) less`;
}

function valueCells({ spec, outcome: base }: ScoredPlan, { value }: Outcome): [string, string] {
  if (value === null) return ["does not fit", "-"];
  return [formatValue(spec.unit, value), base.value === null ? "fits" : percent(1 - value / base.value)];
}

export function changesJson(scored: ScoredPlan, { best, tried, helping, complete }: ChangeSearch) {
  const changes = best.map(({ kind, what, outcome }) => ({
    kind,
    what,
    value: outcome.value,
    gain:
      outcome.value === null || scored.outcome.value === null ? null : scored.outcome.value - outcome.value,
    helps: outcome.cost < scored.outcome.cost,
  }));
  return {
    bestChange: changes[0]?.helps === true ? changes[0] : null,
    bestOfKinds: changes,
    changes: { tried, helping, complete },
  };
}

/** One sentence: which device is nearest to its limit. */
export function memorySentence({ scenario, outcome, limitBytes }: ScoredPlan): string {
  const { peakBytes } = outcome;
  const fill = (d: number): number =>
    limitBytes[d] === Number.POSITIVE_INFINITY ? 0 : peakBytes[d] / limitBytes[d];
  const fullest = peakBytes.reduce((most, _, d) => (fill(d) > fill(most) ? d : most), 0);
  const { name } = scenario.cluster.devices[fullest];
  if (fill(fullest) === 0) return "No device has a memory limit.";
  return `Nearest to its memory limit is ${name}: ${formatBytes(peakBytes[fullest])} of ${formatBytes(limitBytes[fullest])} (${percent(fill(fullest))}).`;
}
