/** A sentence for each best known plan of the package that was beaten. */
import type { CellResult } from "../../../results/cells/cell.ts";
import { groupBy } from "../../../results/comparison/ranking.ts";
import { type Beaten, beatenBy } from "../../../results/leaderboard/best-known/beaten.ts";
import { formatGap, formatValue } from "../../../results/text/format.ts";

type Found = Pick<
  CellResult,
  "scenario" | "scenarioHash" | "objective" | "unit" | "method" | "value" | "plan"
>;

/** Of each scenario and track the lowest value counts. `folder` holds the best known plans. */
export async function beatenTexts(cells: readonly Found[], folder: string): Promise<string[]> {
  const fitting = cells.filter(({ value }) => value !== null);
  const texts: string[] = [];
  for (const own of groupBy(fitting, ({ scenario }) => scenario).values()) {
    const told = new Set<string>();
    for (const found of own.sort((a, b) => a.value! - b.value!))
      for (const beaten of await beatenBy(found, folder)) {
        if (told.has(beaten.track.id)) continue;
        told.add(beaten.track.id);
        texts.push(beatenText(found, beaten));
      }
  }
  return texts;
}

function beatenText({ scenario, unit, method, value }: Found, { track, best }: Beaten): string {
  const below = `${formatGap(1 - value! / best.value)} below the ${formatValue(unit, best.value)} of ${best.method}`;
  return `New best of "${scenario}" in ${track.id}: ${formatValue(unit, value!)} by ${method}, ${below}`;
}
