/**
 * `report`: curves, Gantt charts and tables of a run's folder as files for papers and talks. The
 * same folder gives the same bytes; only PNG files depend on the browser that draws them.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../../env/model/errors.ts";
import { writeAtomically } from "../../../results/files/atomic.ts";
import type { RunReport } from "../../../results/report/figures/parts.ts";
import { runFigures } from "../../../results/report/figures/run-figures.ts";
import { csvOf, latexOf } from "../../../results/report/figures/table-text.ts";
import { defineCommand, jsonFlag } from "../../command.ts";
import { jsonText } from "../../json.ts";
import { startProgress } from "../../terminal/progress.ts";
import { EXIT, type Terminal } from "../../terminal/terminal.ts";
import { browserOn, drawPng, NO_BROWSER } from "./report/browser.ts";

const formats = ["svg", "png", "tex", "csv"] as const;
type Format = (typeof formats)[number];

export const report = defineCommand({
  name: "report",
  summary: "Writes curves, Gantt charts and tables of a run's folder as SVG, PNG, LaTeX and CSV.",
  positionals: [
    { name: "RUN", describe: "folder of a comparison, an evaluation, a training or a tuning", arity: "one" },
  ],
  flags: {
    out: { type: "text", placeholder: "DIR", describe: "where the files go", defaultText: "RUN/report" },
    format: {
      type: "list",
      placeholder: "A,B",
      describe: `kinds of files: ${formats.join(", ")}`,
      defaultText: "all; png where a browser is found",
    },
    json: jsonFlag,
  },
  examples: ["report runs/compare-1 --out figures", "report runs/placeto-1 --format svg,tex"],
  async run({ values, positionals: [folder] }, terminal) {
    const wanted = formatsOf(values.format);
    const browser = wanted.includes("png") ? browserOn(terminal) : null;
    if (wanted.includes("png") && browser === null) {
      if (values.format !== undefined) throw new InputError(NO_BROWSER);
      terminal.note(NO_BROWSER);
    }
    const figures = await runFigures(folder);
    const out = values.out ?? join(folder, "report");
    const files = [...writtenTexts(figures, wanted, out)];
    if (browser !== null) files.push(...(await drawnPictures(figures, { browser, out, wanted }, terminal)));
    for (const note of figures.notes) terminal.note(note);
    terminal.write(values.json ? jsonText({ out, files, notes: figures.notes }) : textOf(files, out));
    return EXIT.done;
  },
});

function formatsOf(asked: readonly string[] = formats): readonly Format[] {
  const unknown = asked.find((name) => !formats.some((format) => format === name));
  if (unknown !== undefined)
    throw new InputError(`Flag --format has "${unknown}", expected ${formats.join(", ")}.`);
  return asked as readonly Format[];
}

function* writtenTexts({ tables, pictures }: RunReport, wanted: readonly Format[], out: string) {
  const write = (name: string, text: string) => {
    writeAtomically(join(out, name), text);
    return name;
  };
  for (const table of tables) {
    if (wanted.includes("csv")) yield write(`${table.name}.csv`, csvOf(table));
    if (wanted.includes("tex") && table.isPrinted) yield write(`${table.name}.tex`, latexOf(table));
  }
  for (const { name, svg } of wanted.includes("svg") ? pictures : []) yield write(`${name}.svg`, svg);
}

interface Drawing {
  readonly browser: string;
  readonly out: string;
  readonly wanted: readonly Format[];
}

/** The browser reads SVG files; those that nobody asked for go again. */
async function drawnPictures({ pictures }: RunReport, { browser, out, wanted }: Drawing, terminal: Terminal) {
  const progress = startProgress(terminal, pictures.length, "pictures");
  const drawn: string[] = [];
  try {
    for (const { name, svg } of pictures) {
      if (terminal.interrupted) break;
      progress.update(drawn.length, name);
      const path = join(out, wanted.includes("svg") ? `${name}.svg` : `.${name}.svg`);
      if (!wanted.includes("svg")) writeAtomically(path, svg);
      try {
        await drawPng(browser, path, join(out, `${name}.png`), svg);
      } finally {
        if (!wanted.includes("svg")) rmSync(path, { force: true });
      }
      drawn.push(`${name}.png`);
    }
  } finally {
    progress.end();
  }
  return drawn;
}

const textOf = (files: readonly string[], out: string): string =>
  `${[...files.map((name) => `  ${name}`), `${files.length} files in ${out}`].join("\n")}\n`;
