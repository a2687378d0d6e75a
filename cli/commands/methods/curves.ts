/**
 * `curves`: training runs side by side over simulations, with the methods of comparisons as
 * controls. Numbers go to stdout, a page and a picture to files.
 */

import { InputError } from "../../../env/model/errors.ts";
import { metricSvg, metricText, simulationsText } from "../../../results/page/charts/training-curves.ts";
import { methodMarks } from "../../../results/page/marks.ts";
import { momentsOf, pointAt, renderCurves } from "../../../results/page/training-page.ts";
import { formatCount } from "../../../results/text/format.ts";
import { type CurveSet, curveSet, type MetricCurves } from "../../../results/training/curves/curve-set.ts";
import { recordedIn } from "../../../results/training/curves/recorded-folder.ts";
import { defineCommand, jsonFlag } from "../../command.ts";
import { writeOutput } from "../../files.ts";
import { jsonText } from "../../json.ts";
import { table } from "../../reports/columns.ts";
import { originOf } from "../../reports/origin.ts";
import { EXIT } from "../../terminal/terminal.ts";

const flags = {
  metrics: {
    type: "list",
    placeholder: "A,B",
    describe: "what to draw, such as bestGap, meanCost, loss or entropy",
    defaultText: "all that the runs have",
  },
  points: {
    type: "integer",
    min: 2,
    default: 60,
    placeholder: "N",
    describe: "spans of simulations that a curve is cut into",
  },
  out: { type: "text", placeholder: "FILE", describe: "write a self-contained HTML page" },
  svg: { type: "text", placeholder: "FILE", describe: "write the picture of the first metric" },
  json: jsonFlag,
} as const;

export const curves = defineCommand({
  name: "curves",
  summary:
    "Draws training runs over simulations, seeds of one agent as a band, with the methods of a comparison beside them.",
  positionals: [{ name: "RUN", describe: "folders of training runs and of comparisons", arity: "many" }],
  flags,
  examples: [
    "curves runs/first runs/second --out curves.html",
    "curves runs/placeto-1 runs/placeto-2 runs/controls --metrics bestGap --svg gap.svg",
  ],
  async run({ values, positionals }, terminal) {
    if (positionals.length === 0)
      throw new InputError('"curves" needs RUN: folders of training runs and of comparisons.');
    const twice = positionals.find((folder, i) => positionals.indexOf(folder) < i);
    if (twice !== undefined) throw new InputError(`Run "${twice}" is named twice; name it once.`);
    const { metrics, points, out, svg, json } = values;
    const runs = positionals.flatMap(recordedIn);
    const set = curveSet(runs, { metrics, spans: points });
    if (out !== undefined) {
      const origin = originOf("curves", flags, values, positionals);
      writeOutput(out, renderCurves(set, runs, origin), terminal);
    }
    if (svg !== undefined) {
      const [first] = set.metrics;
      writeOutput(svg, metricSvg({ curves: first, set, marks: methodMarks(set.labels) }), terminal);
    }
    terminal.write(json ? jsonText(jsonOf(set, runs)) : textOf(set));
    return EXIT.done;
  },
});

const jsonOf = (set: CurveSet, runs: ReturnType<typeof recordedIn>) => ({
  simulations: set.end,
  metrics: set.metrics,
  runs: runs.map(({ folder, method, seed, updates, simulations, scenarios }) => ({
    folder,
    method,
    seed,
    updates,
    simulations,
    scenarios,
  })),
});

const textOf = (set: CurveSet): string => {
  const tables = set.metrics.map((own) => metricTable(own, set));
  const end = `Means over the runs of a line, at its end with the lowest and the highest run.`;
  return `${[...tables, end].join("\n\n")}\n`;
};

function metricTable({ metric, lines }: MetricCurves, set: CurveSet): string {
  const moments = momentsOf(set);
  const text = (value: number | undefined) => (value === undefined ? "-" : metricText(metric, value));
  const head = ["line", "runs", ...moments.map(simulationsText), "end", "lowest", "highest"];
  const rows = lines.map((line) => {
    const { mean, least, greatest } = line.points[line.points.length - 1];
    const values = [...moments.map((moment) => pointAt(line, moment)?.mean), mean, least, greatest];
    return [line.label, formatCount(line.runs), ...values.map(text)];
  });
  return [`${metric} after so many simulations`, ...table([head, ...rows])].join("\n");
}
