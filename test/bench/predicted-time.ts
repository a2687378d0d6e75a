/**
 * The time that the first tenth of an evaluation predicts, against the true one, from the times
 * that a finished evaluation has recorded:
 *
 *     npx tsx test/bench/predicted-time.ts runs/board
 *
 * The cells are put in the order in which one command starts them. Those of the sample are then
 * what was measured, and the rest is predicted. Seconds of the methods count, in CPU seconds and in
 * wall-clock seconds, one cell at a time. What is around the methods is left out, and so is the
 * number of processes.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { predictor } from "../../cli/terminal/cell-times.ts";
import { sampleSize, startOrder, weightsOf } from "../../results/evaluation/cell-order.ts";
import type { EvaluationReport, EvaluationTimes } from "../../results/evaluation/contract.ts";
import { evaluationCells } from "../../results/evaluation/evaluate.ts";

async function main([folder]: readonly string[]): Promise<void> {
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const [{ request, complete, cells: results }, times] = [
    read("report.json") as EvaluationReport,
    read("times.json") as EvaluationTimes,
  ];
  if (!complete) throw new Error(`"${folder}" holds an evaluation that is not complete.`);
  const cells = evaluationCells(request);
  const weights = await weightsOf(request);
  const order = startOrder(cells, weights);
  const placeOf = new Map(cells.map((cell, i) => [cell, i]));
  const sampled = sampleSize(cells);
  console.log(`${results.length} cells, ${sampled} in the sample`);
  for (const clock of ["cpuSeconds", "seconds"] as const) {
    const measured = order.map((cell) => ({ ...cell, seconds: times.cells[placeOf.get(cell)!][clock] }));
    const predict = predictor(measured.slice(0, sampled));
    const spent = sum(measured.slice(0, sampled).map(({ seconds }) => seconds));
    const whole = sum(measured.map(({ seconds }) => seconds));
    const predicted = spent + sum(measured.slice(sampled).map((cell) => predict(cell) ?? 0));
    const off = `${predicted >= whole ? "+" : ""}${(100 * (predicted / whole - 1)).toFixed(1)}%`;
    console.log(
      `${clock}: ${predicted.toFixed(1)} predicted after ${spent.toFixed(1)}, ${whole.toFixed(1)} in truth (${off})`,
    );
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

await main(process.argv.slice(2));
