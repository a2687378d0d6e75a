/** `leaderboard add`: an evaluation's entries, or one plan that is a new best. */
import { InputError } from "../../../../env/model/errors.ts";
import { scenarioHash } from "../../../../env/model/file.ts";
import type { Objective } from "../../../../env/model/scenario.ts";
import { addPlan, addRun, type NewRecord } from "../../../../results/leaderboard/submit/add.ts";
import type { RunChoice } from "../../../../results/leaderboard/submit/evaluation-run.ts";
import { formatGap, formatValue } from "../../../../results/text/format.ts";
import { resolveScenario } from "../../../../scenarios/resolve.ts";
import { jsonText } from "../../../json.ts";
import { EXIT, type Terminal } from "../../../terminal/terminal.ts";
import { readPlanArgument } from "../../given-plan.ts";
import { type FolderValues, foldersOf, today } from "./folders.ts";

export interface AddValues extends FolderValues, RunChoice {
  readonly plan?: string;
  readonly scenario?: string;
  readonly objective?: string;
  readonly by?: string;
  readonly replace: boolean;
  readonly json: boolean;
}

export async function add(path: string | undefined, values: AddValues, terminal: Terminal): Promise<number> {
  if ((path === undefined) === (values.plan === undefined))
    throw new InputError(
      '"leaderboard add" needs the folder of an evaluation, or --plan FILE --scenario URI --by NAME.',
    );
  return path === undefined ? addOne(values, terminal) : addAll(path, values, terminal);
}

async function addAll(path: string, values: AddValues, terminal: Terminal): Promise<number> {
  const { track, method, replace } = values;
  const options = { track, method, replace, date: today() };
  const { entries, best } = await addRun(path, foldersOf(values), options);
  if (values.json) terminal.write(jsonText(entries.map(({ folder }) => folder.entry)));
  else
    terminal.write(
      [
        ...entries.map(({ folder: { entry } }) => `Added ${entry.id}, score ${entry.iqm.toFixed(4)}\n`),
        ...best.map((record) => `${recordText(record)}\n`),
      ].join(""),
    );
  return EXIT.done;
}

async function addOne(values: AddValues, terminal: Terminal): Promise<number> {
  const { plan: file, scenario: address, by, objective } = values;
  if (file === undefined || address === undefined || by === undefined)
    throw new InputError("A new best plan needs --plan FILE, --scenario URI and --by NAME.");
  const scenario = await resolveScenario(address, { objective: objective as Objective | undefined });
  const plan = readPlanArgument(file, { scenario, address }, terminal);
  const { bestKnown } = foldersOf(values);
  const submission = { scenarioHash: scenarioHash(scenario), offered: { plan, method: by } };
  const records = await addPlan(submission, bestKnown, today());
  terminal.write(
    values.json ? jsonText(records.map(({ best }) => best)) : `${records.map(recordText).join("\n")}\n`,
  );
  return EXIT.done;
}

export function recordText({ track, old, best }: NewRecord): string {
  const value = formatValue("us", best.value);
  const gap = formatGap(best.value / best.bound - 1);
  const before =
    old === null
      ? "the first"
      : old.value === best.value
        ? "a larger bound"
        : `${formatGap(1 - best.value / old.value)} below the ${formatValue("us", old.value)} of ${old.method}`;
  return `Best known of "${best.scenario}" in ${track.id}: ${value} by ${best.method}, ${gap} above the bound; ${before}`;
}
