/** How the parts of a row read, the same in the text table and on the page. */

import type { Shortfall } from "../../env/sim/evaluator/contract.ts";
import { objectiveOf } from "../../env/sim/objectives/evaluator.ts";
import { isFault } from "../cells/failed-cell.ts";
import { formatCount, formatIn, formatNumber, formatOn, type Scale, scaleFor } from "../text/format.ts";
import type { CompareReport, ScenarioTable } from "./compare.ts";
import { clausesOf } from "./facts-text.ts";
import type { Row } from "./ranking.ts";

/** The scale of a table's values: that of its best row, else of its bound. */
export function tableScale({ unit, rows, bound }: ScenarioTable): Scale {
  return scaleFor(unit, rows.find(({ mean }) => mean !== null)?.mean ?? bound);
}

export function valueText({ mean, violation, shortfall, failure }: Row, scale: Scale): string {
  if (mean !== null) return formatOn(scale, mean);
  if (isFault(failure)) return "failed";
  return violation === null && shortfall === null ? "no plan" : "infeasible";
}

/** `misses the floor: 800 of 1,000 samples a second`. */
export const shortfallText = ({ samplesPerSecond, demandedPerSecond }: Shortfall): string =>
  `misses the floor: ${formatNumber(samplesPerSecond)} of ${formatNumber(demandedPerSecond)} samples a second`;

/** What the peaks of an objective hold, by its memory rule. */
export const memoryTitle = ({ objective }: Pick<ScenarioTable, "objective">): string =>
  objectiveOf({ objective }).memory === "fidelity" ? "peak memory" : "weights";

/** Means over the seeds of one row. */
export function meanTimes(
  { cells, times }: CompareReport,
  { scenario }: ScenarioTable,
  { method }: Row,
): { readonly seconds: number; readonly cpuSeconds: number } {
  const own = times.cells.filter((_, i) => cells[i].scenario === scenario && cells[i].method === method);
  const mean = (of: "seconds" | "cpuSeconds") => own.reduce((sum, cell) => sum + cell[of], 0) / own.length;
  return { seconds: mean("seconds"), cpuSeconds: mean("cpuSeconds") };
}

/**
 * What a reader should know beside the numbers, as short clauses on the table's scale; empty for an
 * ordinary row.
 */
export function remarksOf(row: Row, scale: Scale): string[] {
  const { seeds, feasibleSeeds, failure, shortfall, timeLimited, pretraining, ownPlans, ...said } = row;
  const remarks: string[] = [];
  if (feasibleSeeds > 0 && feasibleSeeds < seeds)
    remarks.push(
      `${isFault(failure) ? "no value" : "infeasible"} on ${seeds - feasibleSeeds} of ${seeds} seeds; ` +
        "the mean is over the others, so no gap is given",
    );
  if (shortfall !== null) remarks.push(shortfallText(shortfall));
  if (failure !== null) remarks.push(withoutStop(failure));
  remarks.push(...clausesOf(said, scale));
  if (ownPlans !== null) remarks.push(ownPlansText(ownPlans, seeds, scale));
  if (pretraining !== null) remarks.push(pretrainingText(pretraining));
  if (timeLimited) remarks.push("ended by the clock or by a stop, so another run may differ");
  return remarks;
}

/** What the policies answer by themselves, beside the best plans that training met. */
function ownPlansText(
  { mean, feasibleSeeds }: NonNullable<Row["ownPlans"]>,
  seeds: number,
  scale: Scale,
): string {
  if (mean === null)
    return `the policy's own plan ${scale.base === "usd" ? "misses the floor" : "does not fit in memory"}`;
  const share = feasibleSeeds < seeds ? ` on ${feasibleSeeds} of ${seeds} seeds` : "";
  return `the policy's own plan ${formatIn(scale, mean)}${share}`;
}

/** What the row owes to training beyond its budget. */
export function pretrainingText({ run, simulations }: NonNullable<Row["pretraining"]>): string {
  return `begins with the policy of ${run}, trained with ${formatCount(simulations)} simulations beyond this budget`;
}

const withoutStop = (sentence: string): string => sentence.replace(/\.$/, "");
