/**
 * The learning curve of an agent as SVG: a panel for each scenario. It has the best plan so far and
 * the mean of an update's plans, with a band over the seeds. Beside them are the same agent
 * untrained and the controls.
 */
import { type CurvePanel, panelsSvg } from "../../../results/page/charts/training-curves.ts";
import { methodMarks } from "../../../results/page/marks.ts";
import { type CurveLine, curveSet } from "../../../results/training/curves/curve-set.ts";
import type { RecordedRun, SeriesPoint } from "../../../results/training/curves/recorded-run.ts";
import type { Cell, Point } from "./cell.ts";

/** The metric of the lines, and the spans that they are cut into. */
export const METRIC = "gap";
export const SPANS = 30;

/** What a line of best plans needs of a cell. */
export type Improving = Pick<Cell, "scenario" | "seed" | "budgets" | "improvements">;

/** Cells of one line, a seed each, all with the same last budget. */
export interface DrawnCells {
  readonly label: string;
  readonly cells: readonly Cell[];
}

export interface Panel {
  readonly scenario: string;
  readonly agent: DrawnCells;
  readonly untrained: DrawnCells;
  readonly controls: readonly DrawnCells[];
}

export function learningCurves(agent: string, panels: readonly Panel[]): string {
  return panelsSvg(`learning curves of ${agent}`, panels.map(panelOf));
}

function panelOf({ scenario, agent, untrained, controls }: Panel): CurvePanel {
  const others = [untrained, ...controls];
  const runs = [
    ...bestRuns(agent.label, "agent", agent.cells),
    ...agent.cells.map((cell) => runOf("mean of its updates", "agent", cell, gapsOf(cell.updates))),
    ...others.flatMap(({ label, cells }) => bestRuns(label, "planner", cells)),
  ];
  const set = curveSet(runs, { metrics: [METRIC], spans: SPANS });
  const [{ lines }] = set.metrics;
  const plain = new Set(controls.map(({ label }) => label));
  return {
    title: `${scenario}: gap to the bound`,
    curves: { metric: METRIC, lines: lines.map((line) => (plain.has(line.label) ? meanOnly(line) : line)) },
    set,
    marks: methodMarks(set.labels),
  };
}

/** The best plans so far as the runs of one line, for a chart of the metric `gap`. */
export const bestRuns = (
  label: string,
  kind: RecordedRun["kind"],
  cells: readonly Improving[],
): RecordedRun[] => cells.map((cell) => runOf(label, kind, cell, bestsOf(cell)));

/** A control is a line without a band. */
const meanOnly = (line: CurveLine): CurveLine => ({
  ...line,
  points: line.points.map((point) => ({ ...point, least: point.mean, greatest: point.mean })),
});

function runOf(
  method: string,
  kind: RecordedRun["kind"],
  cell: Improving,
  points: SeriesPoint[],
): RecordedRun {
  return {
    folder: "",
    kind,
    key: method,
    method,
    details: [],
    seed: String(cell.seed),
    scenarios: [cell.scenario],
    simulations: cell.budgets[cell.budgets.length - 1],
    // What an agent would do beyond its budget is not known.
    endsByItself: kind === "planner",
    updates: null,
    series: new Map([[METRIC, points]]),
  };
}

const gapsOf = (points: readonly Point[]): SeriesPoint[] =>
  points.map(([simulations, overBound]) => ({ simulations, value: overBound - 1 }));

/** The best so far at the end of each span from the first plan on. */
function bestsOf({ improvements, budgets }: Improving): SeriesPoint[] {
  const end = budgets[budgets.length - 1];
  const gaps = gapsOf(improvements);
  return Array.from({ length: SPANS }, (_, i) => ((i + 1) * end) / SPANS).flatMap((simulations) => {
    const last = gaps.findLast((point) => point.simulations <= simulations);
    return last === undefined ? [] : [{ simulations, value: last.value }];
  });
}
