/**
 * The methods of a comparison as curves beside those of training runs: the best value and its gap
 * over simulations. Where there are several scenarios, the gap is the mean over all, from the
 * simulation on at which each has a plan that fits.
 */
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../../env/model/errors.ts";
import { gapOf } from "../../../env/sim/evaluator/contract.ts";
import type { CellResult } from "../../cells/cell.ts";
import { COMPARE_FORMAT } from "../../comparison/compare.ts";
import { groupBy } from "../../comparison/ranking.ts";
import { objectIn, readJson, shaped } from "../../files/sealed.ts";
import type { RecordedRun, SeriesPoint } from "./recorded-run.ts";

type Cell = Pick<
  CellResult,
  "scenario" | "method" | "kind" | "seedIndex" | "bound" | "simulations" | "curve"
>;

const count = z.number().min(0);
const schema: z.ZodType<{ readonly cells: readonly Cell[] }> = z.object({
  cells: z.array(
    z.object({
      scenario: z.string(),
      method: z.string(),
      kind: z.enum(["planner", "agent"]),
      seedIndex: count,
      bound: z.number(),
      simulations: count,
      curve: z.array(
        z.object({ simulations: count, evaluations: count, cost: z.number(), feasible: z.boolean() }),
      ),
    }),
  ),
});

/** A run for each method and seed of the comparison in a folder. */
export function controlsIn(folder: string): RecordedRun[] {
  const path = join(folder, "report.json");
  const stored = readJson(path);
  if (stored === undefined)
    throw new InputError(`The comparison in "${folder}" has no report.json; finish it first.`);
  const { format } = objectIn(stored, `"${path}"`);
  if (format !== COMPARE_FORMAT)
    throw new InputError(`"${path}": format is ${JSON.stringify(format)}, expected "${COMPARE_FORMAT}".`);
  const { cells } = shaped(schema, stored, `"${path}"`);
  const runs = groupBy(cells, ({ method, seedIndex }) => JSON.stringify([method, seedIndex]));
  return [...runs.values()].map((own) => controlOf(folder, own));
}

function controlOf(folder: string, cells: readonly Cell[]): RecordedRun {
  const [{ method, kind, seedIndex }] = cells;
  const series = new Map([["bestGap", meanGaps(cells)]]);
  if (cells.length === 1) series.set("bestValue", bestValues(cells[0]));
  return {
    folder,
    kind,
    key: JSON.stringify([folder, method]),
    method,
    details: [`in ${folder}`],
    seed: String(seedIndex),
    scenarios: cells.map(({ scenario }) => scenario),
    simulations: Math.max(...cells.map(({ simulations }) => simulations)),
    endsByItself: true,
    updates: null,
    series,
  };
}

const bestValues = ({ curve }: Cell): SeriesPoint[] =>
  curve.flatMap(({ simulations, cost, feasible }) => (feasible ? [{ simulations, value: cost }] : []));

function meanGaps(cells: readonly Cell[]): SeriesPoint[] {
  const steps = cells
    .flatMap((cell, i) => bestValues(cell).map((point) => ({ ...point, i })))
    .sort((a, b) => a.simulations - b.simulations);
  const gaps = new Map<number, number>();
  return steps.flatMap(({ simulations, value, i }) => {
    const gap = gapOf(value, cells[i].bound);
    if (gap !== null) gaps.set(i, gap);
    if (gaps.size < cells.length) return [];
    return [{ simulations, value: [...gaps.values()].reduce((sum, each) => sum + each, 0) / gaps.size }];
  });
}
