/**
 * `merge`: folders of one evaluation that several machines ran, united to one. Prints the table of
 * the whole and writes its page, as `evaluate` does. Cells that no folder has are named.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { CellSpec } from "../../../results/cells/cell.ts";
import { budgetText } from "../../../results/cells/cell-content.ts";
import { formatEvaluation } from "../../../results/evaluation/evaluation-text.ts";
import { openMerged } from "../../../results/evaluation/merge.ts";
import { knownMethods } from "../../../results/training/run-inputs.ts";
import { defineCommand, jsonFlag } from "../../command.ts";
import { jsonText } from "../../json.ts";
import { originOf } from "../../reports/origin.ts";
import { writeTables } from "../../terminal/painted.ts";
import { EXIT, type Terminal } from "../../terminal/terminal.ts";
import { versions } from "../../version.ts";
import { commandText } from "./evaluate/command-text.ts";

const flags = {
  out: {
    type: "text",
    placeholder: "DIR",
    describe: "where the merged cells, report and page go; a folder that holds a part is filled up",
  },
  json: jsonFlag,
} as const;

export const merge = defineCommand({
  name: "merge",
  summary: "Unites folders of one evaluation that was run in shards; prints its tables and writes its page.",
  positionals: [{ name: "FOLDER", describe: "folders that evaluate --shard left", arity: "many" }],
  flags,
  examples: ["merge runs/board-0 runs/board-1 runs/board-2 --out runs/board"],
  async run({ values, positionals }, terminal) {
    const { out } = values;
    if (positionals.length === 0)
      throw new InputError('"merge" needs FOLDER: the folders that evaluate --shard left.');
    if (out === undefined)
      throw new InputError('"merge" needs a folder for the whole evaluation: --out FOLDER.');
    const inputsOf = async (methods: readonly string[]) => (await knownMethods(methods)).inputs;
    const { folder, evaluated, missing } = await openMerged({ paths: positionals, out, versions, inputsOf });
    try {
      const page = await folder.write(evaluated, originOf("merge", flags, values, positionals));
      if (values.json) terminal.write(jsonText({ ...evaluated.report, missing, out }));
      else writeTables(`${formatEvaluation(evaluated)}\nPage: ${page}\n`, terminal);
      if (missing.length === 0) return EXIT.done;
      const total = missing.length + evaluated.report.cells.length;
      tellMissing(missing, total, commandText(folder.request, out), terminal);
      return EXIT.failed;
    } finally {
      folder.close();
    }
  },
});

const MOST_NAMED = 5;

function tellMissing(missing: readonly CellSpec[], total: number, command: string, { note }: Terminal): void {
  const named = missing
    .slice(0, MOST_NAMED)
    .map(
      ({ scenario, method, seedIndex, budget }) =>
        `"${method}" on "${scenario}", seed ${seedIndex}, ${budgetText(budget)}`,
    );
  const more = missing.length - named.length;
  note(`${missing.length} of ${total} cells are missing: no folder has them.`);
  for (const line of named) note(`  ${line}`);
  if (more > 0) note(`  and ${more} more`);
  note(`Run them: ${command}`);
}
