/**
 * `evaluate`: methods on scenarios at several budgets, each cell with several seeds. Prints a table
 * of scores for each budget and writes a page. Cells are kept as they finish, so that the same
 * command goes on where it was stopped, and a further one extends what is there.
 */
import type { CellSpec } from "../../../results/cells/cell.ts";
import { cellLogPath } from "../../../results/cells/evaluation-log.ts";
import { checkEvaluation, type Evaluated, evaluationCells } from "../../../results/evaluation/evaluate.ts";
import { type EvaluationFolder, openEvaluation } from "../../../results/evaluation/evaluation-folder.ts";
import { formatEvaluation } from "../../../results/evaluation/evaluation-text.ts";
import { knownMethods } from "../../../results/training/run-inputs.ts";
import { defineCommand, type Values } from "../../command.ts";
import { inFolder } from "../../files.ts";
import { jsonText } from "../../json.ts";
import type { Pool } from "../../pool/pool.ts";
import { openQueue, queueIn } from "../../pool/queue/asked-queue.ts";
import { originOf } from "../../reports/origin.ts";
import { beatenTexts } from "../../reports/plans/beaten-report.ts";
import { tellLogs } from "../../terminal/logs-text.ts";
import { writeTables } from "../../terminal/painted.ts";
import { EXIT, type Terminal } from "../../terminal/terminal.ts";
import { versions } from "../../version.ts";
import { allCellsIn, shardCellsIn, type Where } from "./evaluate/cells.ts";
import { flags, requestOf } from "./evaluate/request.ts";
import { type GivenShard, shardIn } from "./evaluate/shard.ts";
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
    "evaluate --suite board-v1 --methods all --shard 0/3 --out runs/board-0",
    "evaluate --scenarios nmt/test/0-3/4xK80 --methods heft,brkga --simulations 300,1000 --cpu-seconds 2",
  ],
  async run({ values }, terminal) {
    const request = await requestOf(values, terminal);
    checkEvaluation(request);
    const shard = shardIn(values.shard, terminal.variables);
    const queue = queueIn(values, terminal);
    const part = shard === null ? "" : `-shard-${shard.index}-of-${shard.count}`;
    const name = `evaluate-${values.suite?.replaceAll("/", "-") ?? "scenarios"}${part}`;
    return inFolder(values.out, name, async (path) => {
      const inputsOf = async (methods: readonly string[]) => (await knownMethods(methods)).inputs;
      const folder = await openEvaluation({ path, request, versions, inputsOf });
      let pool: Pool | undefined;
      try {
        const logOf = values["log-evaluations"] ? (cell: CellSpec) => cellLogPath(path, cell) : undefined;
        if (queue !== null) pool = await openQueue(queue, folder, terminal);
        const where = { path, jobs: values.jobs, logOf, pool };
        if (shard !== null) return await evaluateShard(folder, shard, where, { values, terminal });
        const evaluated = await allCellsIn(folder, where, terminal);
        if (logOf !== undefined) tellLogs(evaluationCells(folder.request).map(logOf), terminal);
        return await report(folder, evaluated, { values, terminal, path });
      } finally {
        await pool?.close();
        folder.close();
      }
    });
  },
});

interface Told {
  readonly values: Values<typeof flags>;
  readonly terminal: Terminal;
}

/** Writes the report of all cells, and prints it. */
async function report(
  folder: EvaluationFolder,
  evaluated: Evaluated,
  { values, terminal, path }: Told & { readonly path: string },
): Promise<number> {
  const page = await folder.write(evaluated, originOf("evaluate", flags, values));
  if (values.json) terminal.write(jsonText({ ...evaluated.report, out: path }));
  else writeTables(`${formatEvaluation(evaluated)}\nPage: ${page}\n`, terminal);
  for (const text of await beatenTexts(evaluated.report.cells, ownFolders.bestKnown)) terminal.note(text);
  const hasFault = evaluated.report.cells.some(({ ended }) => ended === "fault");
  return hasFault ? EXIT.failed : EXIT.done;
}

/** A shard has cells and no report: the tables of a part would mislead. */
async function evaluateShard(
  folder: EvaluationFolder,
  shard: GivenShard,
  where: Where,
  { values, terminal }: Told,
): Promise<number> {
  const { index, count, source } = shard;
  const done = await shardCellsIn(folder, shard, where, terminal);
  const { cells, kept, failed } = done;
  const told = `Shard ${index} of ${count} (by ${source}): ${kept} of its ${cells} cells are kept in ${where.path}`;
  if (values.json) terminal.write(jsonText({ shard: { index, count, source }, ...done, out: where.path }));
  else terminal.write(`${told}\nUnite: placement-gym merge FOLDER... --out FOLDER\n`);
  return failed > 0 ? EXIT.failed : EXIT.done;
}
