/**
 * An evaluation in this process, which may die at a chosen moment: a cell that starts, or a step of
 * work on a file. The same moment of the same evaluation is always the same point of the program.
 * As a program it takes an `Evaluation` in JSON and prints its moments:
 *
 *     npx tsx test/results/evaluation/killed.ts EVALUATION
 */
import { fileURLToPath } from "node:url";
import { runCell } from "../../../results/cells/cell.ts";
import { startOrder, weightsOf } from "../../../results/evaluation/cell-order.ts";
import type { EvaluationRequest } from "../../../results/evaluation/contract.ts";
import { evaluate } from "../../../results/evaluation/evaluate.ts";
import { openEvaluation } from "../../../results/evaluation/evaluation-folder.ts";
import { knownMethods } from "../../../results/training/run-inputs.ts";
import { watchFiles } from "../training/killed.ts";

export interface Evaluation {
  readonly path: string;
  readonly request: EvaluationRequest;
  /** The moment at which the process dies, from 1; default it lives. */
  readonly dieAt?: number;
}

/** Goes on with what the folder holds; returns the number of moments. */
export async function evaluateIn({ path, request, dieAt }: Evaluation): Promise<number> {
  let moments = 0;
  const moment = () => {
    // The kernel ends the process before the call returns: no `finally` runs, no buffer is written.
    if (++moments === dieAt) process.kill(process.pid, "SIGKILL");
  };
  const restoreFiles = watchFiles(moment);
  const clock = () => 0;
  const inputsOf = async (methods: readonly string[]) => (await knownMethods(methods)).inputs;
  const folder = await openEvaluation({ path, request, versions: { "placement-gym": "1.0.0" }, inputsOf });
  try {
    const weights = await weightsOf(folder.request);
    const hooks = {
      runCell: folder.keeping(runCell),
      kept: folder.kept,
      clock,
      cpuClock: clock,
      onProgress: moment,
    };
    await folder.write(await evaluate(folder.request, hooks, (cells) => startOrder(cells, weights)));
  } finally {
    folder.close();
    restoreFiles();
  }
  return moments;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(`${await evaluateIn(JSON.parse(process.argv[2]))}\n`);
