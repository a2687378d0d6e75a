/** How the parts of a row read, the same in the text table and on the page. */

import { formatOn, type Scale, scaleFor } from "../format.ts";
import type { CompareReport, ScenarioTable } from "./compare.ts";
import type { Row } from "./ranking.ts";

/** The scale of a table's values: that of its best row, else of its bound. */
export function tableScale({ unit, rows, bound }: ScenarioTable): Scale {
  return scaleFor(unit, rows.find(({ mean }) => mean !== null)?.mean ?? bound);
}

export function valueText({ mean, violation }: Row, scale: Scale): string {
  if (mean !== null) return formatOn(scale, mean);
  return violation === null ? "no plan" : "infeasible";
}

/** Mean over the seeds of one row. */
export function meanSeconds(
  { cells, times }: CompareReport,
  { scenario }: ScenarioTable,
  { method }: Row,
): number {
  const own = times.cells.filter((_, i) => cells[i].scenario === scenario && cells[i].method === method);
  return own.reduce((sum, { seconds }) => sum + seconds, 0) / own.length;
}

/** What the numbers of a row do not say, as short clauses; none for an ordinary row. */
export function remarksOf({ seeds, feasibleSeeds, failure, note, timeLimited }: Row): string[] {
  const remarks: string[] = [];
  if (feasibleSeeds > 0 && feasibleSeeds < seeds)
    remarks.push(
      `infeasible on ${seeds - feasibleSeeds} of ${seeds} seeds; the mean is over the others, so no gap is given`,
    );
  if (failure !== null) remarks.push(withoutStop(failure));
  if (note !== null) remarks.push(withoutStop(note));
  if (timeLimited) remarks.push("ended by the clock or by a stop, so another run may differ");
  return remarks;
}

const withoutStop = (sentence: string): string => sentence.replace(/\.$/, "");
