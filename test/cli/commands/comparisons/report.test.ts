import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browserOn } from "../../../../cli/commands/comparisons/report/browser.ts";
import { runCell } from "../../../../results/cells/cell.ts";
import { type CompareRequest, compare } from "../../../../results/comparison/compare.ts";
import { writeComparison } from "../../../../results/report/write-comparison.ts";
import { train } from "../../../../results/training/train.ts";
import { pgym } from "../../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-report-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]) => join(folder, ...names);
const textOf = (...names: string[]) => readFileSync(at(...names), "utf8");
const TEXTS = ["--format", "svg,tex,csv"];

const [clock, cpuClock] = [() => 0, () => 0];

async function compared(name: string, request: Partial<CompareRequest>): Promise<void> {
  const whole = {
    scenarios: ["toy/chain"],
    methods: ["heft", "hill-climb"],
    seeds: 2,
    seed: 0,
    budget: { simulations: 20 },
    ...request,
  };
  await writeComparison(at(name), await compare(whole, { runCell, clock, cpuClock }));
}

beforeAll(async () => {
  await compared("compared", { scenarios: ["toy/fork-join", "toy/chain"] });
  await compared("loads", { objective: "max-load" });
  await train(
    at("trained"),
    {
      scenarios: ["toy/chain"],
      agent: "reinforce",
      seed: 0,
      budget: { evaluations: 40 },
      checkpointEvery: 1,
    },
    { clock, cpuClock },
  );
}, 60_000);

describe("report", () => {
  test("of a comparison writes tables, curves and plans, the same each time", async () => {
    const { code, stdout } = await pgym(["report", at("compared"), ...TEXTS, "--out", at("one")]);
    expect(code).toBe(0);
    const files = readdirSync(at("one"));
    expect(files.sort()).toEqual(
      [
        ...["methods.csv", "methods.tex", "rows.csv", "cells.csv"],
        ...["fork-join", "chain"].flatMap((toy) => [
          ...[`table-toy-${toy}.csv`, `table-toy-${toy}.tex`],
          ...[`curves-toy-${toy}.svg`, `plan-toy-${toy}.svg`],
        ]),
      ].sort(),
    );
    for (const name of files) expect(stdout).toContain(`  ${name}\n`);
    await pgym(["report", at("compared"), ...TEXTS, "--out", at("two")]);
    for (const name of files) expect(textOf("two", name)).toBe(textOf("one", name));
  });

  test("has in its tables what the comparison's report has", async () => {
    await pgym(["report", at("compared"), "--format", "csv", "--out", at("csv")]);
    const report = JSON.parse(textOf("compared", "report.json"));
    const [head, ...lines] = textOf("csv", "cells.csv").trimEnd().split("\n");
    const value = head.split(",").indexOf("value");
    expect(lines.map((line) => Number(line.split(",")[value]))).toEqual(
      report.cells.map((cell: { value: number }) => cell.value),
    );
    expect(textOf("csv", "rows.csv").trimEnd().split("\n")).toHaveLength(1 + 2 * 2);
  });

  test("says why a picture is missing", async () => {
    const { stderr } = await pgym(["report", at("loads"), ...TEXTS, "--out", at("loads-out")]);
    expect(stderr).toContain("has no Gantt chart: its objective max-load does not say when ops run.");
    expect(readdirSync(at("loads-out"))).not.toContain("plan-toy-chain.svg");
  });

  test("of a training run writes a curve of each metric, and the plan", async () => {
    await pgym(["report", at("trained"), ...TEXTS]);
    const files = readdirSync(at("trained", "report"));
    for (const name of [
      "curve-bestGap.svg",
      "curve-loss.svg",
      "metrics.csv",
      "result.tex",
      "plan-toy-chain.svg",
    ])
      expect(files).toContain(name);
    expect(files).not.toContain("metrics.tex");
    const metrics = textOf("trained", "metrics.jsonl").trimEnd().split("\n");
    expect(textOf("trained", "report", "metrics.csv").trimEnd().split("\n")).toHaveLength(1 + metrics.length);
  });

  test("without a browser is one sentence: a note, or a mistake where PNG was asked for", async () => {
    const bare = { variables: { PATH: folder } };
    const noted = await pgym(["report", at("compared"), "--out", at("bare")], bare);
    expect(noted.code).toBe(0);
    expect(noted.stderr).toContain("PNG files need a browser, and none was found");
    const asked = await pgym(["report", at("compared"), "--format", "png", "--out", at("png")], bare);
    expect(asked).toMatchObject({ code: 2, stdout: "" });
    expect(asked.stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  test.each([
    [["report"], '"report" needs RUN'],
    [["report", "none"], '"none" holds no run: run.json is missing'],
    [["report", at("compared"), "--format", "pdf"], '--format has "pdf", expected svg, png, tex, csv'],
  ])("%j is one sentence and exit code 2", async (args, sentence) => {
    const { code, stdout, stderr } = await pgym(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(sentence);
  });
});

const browser = browserOn({ variables: process.env });
if (browser === null) console.log("PNG files are not drawn: no browser is on the path.");

test.skipIf(browser === null)(
  "a browser draws PNG files of twice the size, and leaves no SVG behind",
  async () => {
    const variables = { PATH: process.env.PATH ?? "" };
    const { code } = await pgym(["report", at("loads"), "--format", "png", "--out", at("drawn")], {
      variables,
    });
    expect(code).toBe(0);
    expect(readdirSync(at("drawn"))).toEqual(["curves-toy-chain.png"]);
    const bytes = readFileSync(at("drawn", "curves-toy-chain.png"));
    expect(bytes.subarray(1, 4).toString()).toBe("PNG");
    expect(bytes.readUInt32BE(16)).toBe(2000);
  },
  90_000,
);

const noLatex = spawnSync("pdflatex", ["--version"]).status !== 0;
if (noLatex) console.log("Tables are not set in LaTeX: pdflatex is missing.");

test.skipIf(noLatex)(
  "LaTeX sets a table",
  async () => {
    await pgym(["report", at("compared"), "--format", "tex", "--out", at("tex")]);
    const tables = readdirSync(at("tex")).map((name) => `\\input{${name}}`);
    const text = `\\documentclass{article}\\usepackage{booktabs}\\begin{document}${tables.join("\n")}\\end{document}`;
    writeFileSync(at("tex", "all.tex"), text);
    const { status } = spawnSync("pdflatex", ["-interaction=nonstopmode", "-halt-on-error", "all.tex"], {
      cwd: at("tex"),
    });
    expect(status).toBe(0);
  },
  60_000,
);
