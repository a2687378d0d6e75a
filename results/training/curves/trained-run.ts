/**
 * A training run as series. On several scenarios the best gap is the mean over those that were
 * drawn so far. All other numbers are of the scenario of their update.
 */
import { join } from "node:path";
import { InputError } from "../../../env/model/errors.ts";
import { METRICS, type MetricsRow, readMetrics } from "../copies/metrics-row.ts";
import type { RunDescription } from "../run-description.ts";
import { requestIn } from "../train-config.ts";
import type { RecordedRun, SeriesPoint } from "./recorded-run.ts";

export function trainedIn(folder: string, description: RunDescription): RecordedRun {
  const request = requestIn(folder, description);
  const { agent, scenarios, init, budget, seed } = request;
  const rows = readMetrics(join(folder, METRICS));
  const last = rows.at(-1);
  if (last === undefined)
    throw new InputError(`The run in "${folder}" has no update yet, so there is no curve to draw.`);
  const { backend: _, checkpointEvery: __, seed: ___, ...asked } = request;
  return {
    folder,
    kind: "agent",
    key: JSON.stringify(asked),
    method: agent,
    details: [
      init === undefined ? "from scratch" : `from ${init}`,
      `on ${scenarios.join(", ")}`,
      Object.entries(budget)
        .map(([unit, amount]) => `${amount} ${unit}`)
        .join(", "),
    ],
    seed: String(seed),
    scenarios,
    simulations: simulationsOf(last),
    endsByItself: false,
    updates: last.update,
    series: seriesOf(rows, scenarios.length > 1),
  };
}

const simulationsOf = ({ simulations, evaluations }: MetricsRow): number => simulations ?? evaluations;

function seriesOf(rows: readonly MetricsRow[], isOfMany: boolean): Map<string, SeriesPoint[]> {
  const series = new Map<string, SeriesPoint[]>();
  const add = (name: string, simulations: number, value: number | null | undefined) => {
    if (value === null || value === undefined) return;
    const points = series.get(name);
    if (points === undefined) series.set(name, [{ simulations, value }]);
    else points.push({ simulations, value });
  };
  const meanGap = isOfMany ? meanOverScenarios() : null;
  for (const row of rows) {
    const simulations = simulationsOf(row);
    add("bestGap", simulations, meanGap === null ? row.bestGap : meanGap(row));
    if (!isOfMany) add("bestValue", simulations, row.bestValue);
    for (const [name, value] of Object.entries(row.metrics)) add(name, simulations, value);
  }
  return series;
}

/** The mean of the best gaps of all scenarios that were drawn so far and have a plan that fits. */
function meanOverScenarios(): ({ scenario, bestGap }: MetricsRow) => number | null {
  const gaps = new Map<string | undefined, number>();
  return ({ scenario, bestGap }) => {
    if (typeof bestGap === "number") gaps.set(scenario, bestGap);
    return gaps.size === 0 ? null : [...gaps.values()].reduce((sum, gap) => sum + gap, 0) / gaps.size;
  };
}
