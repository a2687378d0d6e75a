/** Tells where a run has found a better plan than the best known one of the leaderboard. */
import { existsSync } from "node:fs";
import type { CellResult } from "../../../results/cells/cell.ts";
import { beatenBy } from "../../../results/leaderboard/best-known/beaten.ts";
import { formatGap, formatValue } from "../../../results/text/format.ts";
import { shellWord } from "../../reports/origin.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { ownFolders } from "./folders.ts";

/** One line for each scenario and track; `add` names the arguments that submit the plan. */
export async function noteNewBests(
  cells: readonly CellResult[],
  add: (cell: CellResult) => string,
  { note }: Pick<Terminal, "note">,
): Promise<void> {
  if (!existsSync(ownFolders.bestKnown)) return;
  for (const cell of lowest(cells))
    for (const { track, best } of await beatenBy(cell, ownFolders.bestKnown)) {
      const below = formatGap(1 - cell.value! / best.value);
      const known = `${formatValue(cell.unit, best.value)} of ${best.method}, ${best.date}`;
      note(
        `New best in the track ${track.id}: ${below} below the best known plan of "${cell.scenario}" (${known}). ` +
          `To submit it: placement-gym leaderboard ${add(cell)}`,
      );
    }
}

/** As `leaderboard` takes a plan in a file. */
export const planArguments = ({ scenario, objective }: CellResult): string =>
  `add --plan FILE --scenario ${shellWord(scenario)} --objective ${objective} --by NAME`;

/** The cell of the lowest value for each scenario and objective. */
function lowest(cells: readonly CellResult[]): CellResult[] {
  const best = new Map<string, CellResult>();
  for (const cell of cells) {
    const known = best.get(cell.scenarioHash);
    if (cell.value !== null && (known === undefined || cell.value < known.value!))
      best.set(cell.scenarioHash, cell);
  }
  return [...best.values()];
}
