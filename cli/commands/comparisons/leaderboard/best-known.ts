/**
 * `leaderboard best-known`: refreshes the best known plans, from the cells of a run that is there
 * or by running methods now. Each better plan is written as soon as it is found.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../../../env/model/errors.ts";
import { planFromJson } from "../../../../env/model/plan/plan.ts";
import { type CellResult, runCell } from "../../../../results/cells/cell.ts";
import { readJson } from "../../../../results/files/sealed.ts";
import { writeBestKnown } from "../../../../results/leaderboard/best-known/best-known.ts";
import type { Track } from "../../../../results/leaderboard/contract.ts";
import { recordKeeper } from "../../../../results/leaderboard/submit/add.ts";
import { trackNamed, tracks } from "../../../../results/leaderboard/tracks/tracks.ts";
import { createJudge, type Judge } from "../../../../results/leaderboard/verify/judge.ts";
import { EXIT, type Terminal } from "../../../terminal/terminal.ts";
import { recordText } from "./add.ts";
import { type FolderValues, foldersOf, today } from "./folders.ts";

export interface BestKnownValues extends FolderValues {
  readonly track?: string;
  readonly scenario?: string;
  readonly methods?: readonly string[];
  readonly simulations: number;
  readonly seed: number;
}

export async function bestKnown(
  path: string | undefined,
  values: BestKnownValues,
  terminal: Terminal,
): Promise<number> {
  const judge = createJudge();
  const chosen = values.track === undefined ? tracks : [trackNamed(values.track)];
  const cells = path === undefined ? null : cellsOf(path);
  for (const track of chosen)
    for (const [index, [uri]] of track.scenarios.entries()) {
      if (values.scenario !== undefined && uri !== values.scenario) continue;
      if (terminal.signal.aborted) return EXIT.interrupted;
      const place: Place = { track, index, judge };
      if (cells !== null) await keep(cells, place, values, terminal);
      else await runMethods(place, values, terminal);
    }
  return EXIT.done;
}

interface Place {
  readonly track: Track;
  readonly index: number;
  readonly judge: Judge;
}

/** Cells of a comparison or an evaluation. */
function cellsOf(path: string): readonly CellResult[] {
  const file = join(path, "report.json");
  if (!existsSync(file))
    throw new InputError(`"${path}" holds no report.json of a comparison or an evaluation.`);
  const { cells } = readJson(file) as { readonly cells?: unknown };
  if (!Array.isArray(cells)) throw new InputError(`"${file}" holds no cells.`);
  return cells as CellResult[];
}

async function runMethods(
  { track, index, judge }: Place,
  values: BestKnownValues,
  terminal: Terminal,
): Promise<void> {
  const [uri] = track.scenarios[index];
  for (const method of values.methods ?? ["best"]) {
    if (terminal.signal.aborted) return;
    terminal.note(`${track.id}, ${uri}: ${method}`);
    const { seconds: clock, cpuSeconds: cpuClock, signal } = terminal;
    const { result } = await runCell(
      {
        scenario: uri,
        method,
        rootSeed: values.seed,
        seedIndex: 0,
        budget: { simulations: values.simulations },
        objective: track.objective,
      },
      { clock, cpuClock, signal },
    );
    if (result.failure !== null) terminal.note(result.failure);
    await keep([result], { track, index, judge }, values, terminal);
  }
}

/** Offers the cells of the place; what is better is written. */
async function keep(
  cells: readonly CellResult[],
  { track, index, judge }: Place,
  values: BestKnownValues,
  terminal: Terminal,
): Promise<void> {
  const [, hash] = track.scenarios[index];
  const own = cells.filter(({ scenarioHash, value }) => scenarioHash === hash && value !== null);
  if (own.length === 0) return;
  const { bestKnown: folder } = foldersOf(values);
  const judged = await judge.judged(track, index);
  const records = recordKeeper(folder, today(), judge.tracks);
  for (const { plan, method, plannerBound, methodName } of own) {
    const placement = planFromJson(judged.scenario, plan, `The plan of ${methodName}`);
    const { value } = judged.evaluator.evaluate(placement);
    if (value !== null)
      records.offer(track.id, judged, { value, plan: placement, method, bound: plannerBound });
  }
  for (const record of records.verified()) {
    writeBestKnown(folder, record.track, record.best);
    terminal.write(`${recordText(record)}\n`);
  }
}
