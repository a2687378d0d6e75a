/**
 * `evaluate`: methods on scenarios at several budgets, each cell with several seeds. Prints a table
 * of scores for each budget and writes a page. Cells are kept as they finish, so that the same
 * command goes on where it was stopped, and a further one extends what is there.
 */
import type { CellSpec } from "../../results/cells/cell.ts";
import { cellLogPath } from "../../results/cells/evaluation-log.ts";
import { sampleSize, startOrder, weightsOf } from "../../results/evaluation/cell-order.ts";
import {
  checkEvaluation,
  type Evaluated,
  evaluationCells,
  evaluate as runEvaluation,
} from "../../results/evaluation/evaluate.ts";
import { type EvaluationFolder, openEvaluation } from "../../results/evaluation/evaluation-folder.ts";
import { formatEvaluation } from "../../results/evaluation/evaluation-text.ts";
import { knownMethods } from "../../results/training/run-inputs.ts";
import { defineCommand } from "../command.ts";
import { inFolder } from "../files.ts";
import { jsonText } from "../json.ts";
import { withWorkers } from "../pool/run-cells.ts";
import { originOf } from "../reports/origin.ts";
import { beatenTexts } from "../reports/plans/beaten-report.ts";
import { tellLogs } from "../terminal/logs-text.ts";
import { writeTables } from "../terminal/painted.ts";
import { EXIT, type Terminal } from "../terminal/terminal.ts";
import { versions } from "../version.ts";
import { flags, requestOf } from "./evaluate/request.ts";
import { ownFolders } from "./leaderboard/folders.ts";

export const evaluate = defineCommand({
  name: "evaluate",
  summary:
    "Runs methods on scenarios at several budgets and seeds; prints scores with intervals and ranks, and writes one HTML page.",
  positionals: [],
  flags,
  examples: [
    "evaluate --suite toy --methods heft,tabu,placeto --simulations 100 --seeds 3",
    "evaluate --suite board-v1 --methods all --out runs/board",
    "evaluate --scenarios nmt/test/0-3/4xK80 --methods heft,brkga --simulations 300,1000 --cpu-seconds 2",
  ],
  async run({ values }, terminal) {
    const request = await requestOf(values, terminal);
    checkEvaluation(request);
    const name = `evaluate-${values.suite?.replaceAll("/", "-") ?? "scenarios"}`;
    return inFolder(values.out, name, async (path) => {
      const inputsOf = async (methods: readonly string[]) => (await knownMethods(methods)).inputs;
      const folder = await openEvaluation({ path, request, versions, inputsOf });
      try {
        const isLogged = values["log-evaluations"];
        const logOf = isLogged ? (cell: CellSpec) => cellLogPath(path, cell) : undefined;
        const evaluated = await cellsIn(folder, { path, jobs: values.jobs, logOf }, terminal);
        if (logOf !== undefined) tellLogs(evaluationCells(folder.request).map(logOf), terminal);
        const page = await folder.write(evaluated, originOf("evaluate", flags, values));
        if (values.json) terminal.write(jsonText({ ...evaluated.report, out: path }));
        else writeTables(`${formatEvaluation(evaluated)}\nPage: ${page}\n`, terminal);
        for (const text of await beatenTexts(evaluated.report.cells, ownFolders.bestKnown))
          terminal.note(text);
        const hasFault = evaluated.report.cells.some(({ ended }) => ended === "fault");
        return hasFault ? EXIT.failed : EXIT.done;
      } finally {
        folder.close();
      }
    });
  },
});

interface Where {
  readonly path: string;
  readonly jobs: number | undefined;
  readonly logOf: ((cell: CellSpec) => string) | undefined;
}

/** Runs what the folder lacks, with a word on what it has. */
async function cellsIn(
  folder: EvaluationFolder,
  { path, jobs, logOf }: Where,
  terminal: Terminal,
): Promise<Evaluated> {
  const { request, notes } = folder;
  for (const note of notes) terminal.note(note);
  const cells = evaluationCells(request);
  const missing = cells.filter((cell) => folder.kept(cell) === undefined);
  if (missing.length < cells.length)
    terminal.note(
      `"${path}" holds an evaluation: ${cells.length - missing.length} of its ${cells.length} cells are kept.`,
    );
  const weights = await weightsOf(request);
  const waits = new Set(missing);
  const kept = cells.filter((cell) => !waits.has(cell));
  const inOrder = [...kept, ...startOrder(missing, weights)];
  const { methods } = request;
  const workers = { cells: inOrder, methods, jobs, folder, logOf, tellTimeAfter: sampleSize(missing) };
  let evaluated: Evaluated | undefined;
  try {
    evaluated = await withWorkers(workers, terminal, (hooks) =>
      runEvaluation(request, hooks, (waiting) => startOrder(waiting, weights)),
    );
  } finally {
    if (evaluated?.report.complete !== true && folder.keptCount > 0)
      terminal.note(`Finished cells are kept: the same command with --out ${path} goes on from there.`);
  }
  return evaluated;
}
