/**
 * Recorded runs as lines to draw: repetitions with other seeds become one line with a band.
 *
 * Simulations are cut into even spans. The value of a run in a span is the mean of its updates
 * there. Of a best value so far it is the last one. A span without an update keeps the value
 * before it. A line has a point where every one of its runs has a value: the mean over runs, with
 * the least and the greatest.
 */
import { InputError } from "../../../env/model/errors.ts";
import { notKnown } from "../../../env/model/suggest.ts";
import type { AnytimePoint } from "../../cells/anytime.ts";
import { groupBy } from "../../comparison/ranking.ts";
import type { RecordedRun, SeriesPoint } from "./recorded-run.ts";

export interface CurveLine {
  readonly label: string;
  readonly method: string;
  readonly kind: RecordedRun["kind"];
  readonly runs: number;
  readonly points: readonly AnytimePoint[];
}

export interface MetricCurves {
  readonly metric: string;
  /** Those that have the metric, in the order of the runs. */
  readonly lines: readonly CurveLine[];
}

export interface CurveSet {
  /** Simulations at the right end. */
  readonly end: number;
  readonly labels: readonly string[];
  readonly metrics: readonly MetricCurves[];
}

export interface CurveOptions {
  /** Default all that there are. */
  readonly metrics?: readonly string[];
  /** Spans of simulations. */
  readonly spans: number;
}

export function curveSet(runs: readonly RecordedRun[], { metrics, spans }: CurveOptions): CurveSet {
  const end = Math.max(...runs.map(({ simulations }) => simulations));
  const groups = labelled([...groupBy(runs, ({ key }) => key).values()]);
  const known = metricsOf(runs);
  const unknown = metrics?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new InputError(notKnown("Metric", unknown, known));
  return {
    end,
    labels: groups.map(({ label }) => label),
    metrics: (metrics ?? known).map((metric) => ({
      metric,
      lines: groups.flatMap(({ label, own }) => {
        const points = pointsOf(own, metric, end / spans, spans);
        const { method, kind } = own[0];
        return points.length === 0 ? [] : [{ label, method, kind, runs: own.length, points }];
      }),
    })),
  };
}

/** Best values so far, which hold until the next. */
export const isBestSoFar = (metric: string): boolean => metric === "bestGap" || metric === "bestValue";

/** Those that people ask for first, then the others in the order in which they appear. */
function metricsOf(runs: readonly RecordedRun[]): string[] {
  const all = [...new Set(runs.flatMap(({ series }) => [...series.keys()]))];
  const turn = (name: string) => {
    if (isBestSoFar(name)) return 0;
    return name.startsWith("eval/") ? 1 : name === "meanCost" ? 2 : 3;
  };
  return all.sort((a, b) => turn(a) - turn(b));
}

interface Group {
  readonly label: string;
  readonly own: readonly RecordedRun[];
}

/** A line bears the name of its method, and what tells it apart where another one has the same. */
function labelled(groups: readonly (readonly RecordedRun[])[]): Group[] {
  return groups.map((own) => {
    const [{ method, details, folder }] = own;
    const rivals = groups.filter((other) => other !== own && other[0].method === method);
    if (rivals.length === 0) return { label: method, own };
    const telling = details.filter((detail) => rivals.every(([rival]) => !rival.details.includes(detail)));
    return { label: `${method} ${telling[0] ?? `in ${folder}`}`, own };
  });
}

function pointsOf(
  runs: readonly RecordedRun[],
  metric: string,
  width: number,
  spans: number,
): AnytimePoint[] {
  const binned = runs.map((run) => binnedOf(run, metric, width, spans));
  return Array.from({ length: spans }, (_, i) => i).flatMap((i) => {
    const values = binned.map((own) => own[i]);
    if (values.includes(null)) return [];
    const known = values as number[];
    return [
      {
        simulations: (i + 1) * width,
        mean: known.reduce((sum, value) => sum + value, 0) / known.length,
        least: Math.min(...known),
        greatest: Math.max(...known),
      },
    ];
  });
}

/** The value of a run in each span, null before its first and after its end. */
function binnedOf(run: RecordedRun, metric: string, width: number, spans: number): (number | null)[] {
  const points = run.series.get(metric) ?? [];
  const lastSpan = run.endsByItself ? spans : Math.ceil(run.simulations / width - 1e-9);
  let next = 0;
  let value: number | null = null;
  return Array.from({ length: spans }, (_, i) => {
    const inside: SeriesPoint[] = [];
    while (next < points.length && points[next].simulations <= (i + 1) * width * (1 + 1e-12))
      inside.push(points[next++]);
    if (inside.length > 0)
      value = isBestSoFar(metric)
        ? inside[inside.length - 1].value
        : inside.reduce((sum, point) => sum + point.value, 0) / inside.length;
    return i < lastSpan ? value : null;
  });
}
