/**
 * Runs a cell of an entry again from its seed and compares all of it, plan and curve byte for byte.
 * Nothing else in this folder runs methods, so this alone may load TensorFlow. It proves what no
 * plan can: that the method found the plan within the budget.
 */
import { join } from "node:path";
import { parseSpec } from "../../../agents/registry/spec.ts";
import { InputError } from "../../../env/model/errors.ts";
import { type CellHooks, type CellResult, runCell } from "../../cells/cell.ts";
import type { EntryCell } from "../contract.ts";
import { cellIn, type EntryFolder, POLICY } from "../entry/entry-file.ts";
import { lineOf } from "../entry/make-entry.ts";
import type { Judge } from "./judge.ts";

export interface Row {
  readonly scenario: string;
  readonly seed: number;
}

/** Reads `SCENARIO#SEED`; without a seed it is the first one. */
export function rowIn(text: string): Row {
  const [, scenario, seed = "0"] = /^(.+?)(?:#(\d+))?$/.exec(text) ?? [];
  if (scenario === undefined)
    throw new InputError(`The row "${text}" is none, expected SCENARIO#SEED, such as nmt/test/2/4xP100#0.`);
  return { scenario, seed: Number(seed) };
}

/** Throws `InputError` where the second run differs, naming what differs first. */
export async function replay(
  folder: EntryFolder,
  row: Row,
  judge: Judge,
  hooks: CellHooks,
): Promise<CellResult> {
  const { entry, lines, path } = folder;
  const track = judge.track(entry.track);
  const index = track.scenarios.findIndex(([uri]) => uri === row.scenario);
  if (index === -1 || row.seed >= entry.seeds)
    throw new InputError(`"${path}" has no seed ${row.seed} of "${row.scenario}".`);
  if (entry.budget.simulations === undefined)
    throw new InputError(`"${path}" has a budget of CPU seconds: a second run need not find the same.`);
  const { result } = await runCell(
    {
      scenario: row.scenario,
      method: methodAt(folder),
      rootSeed: entry.rootSeed,
      seedIndex: row.seed,
      budget: entry.budget,
      objective: track.objective,
      ...(entry.backend !== null && { backend: entry.backend as CellResult["backend"] & string }),
    },
    hooks,
  );
  const where = `"${path}", "${row.scenario}", seed ${row.seed}`;
  const { bound } = await judge.judged(track, index);
  const again = cellIn(JSON.stringify(lineOf(result, bound)), where);
  refuseOther(cellIn(lines[index * entry.seeds + row.seed], where), again, where);
  return result;
}

/** The method with the policy that lies beside the entry. The entry's own paths are not opened. */
function methodAt({ entry, policy, path }: EntryFolder): string {
  const { target, isPath, policy: named } = parseSpec(entry.method);
  if (isPath)
    throw new InputError(`"${path}" is of a method in a file, "${target}", which is not run from here.`);
  if (named === null) return entry.method;
  if (policy === null)
    throw new InputError(`"${path}" comes without its ${POLICY}, so it cannot be run again.`);
  const options = entry.method.includes("?") ? entry.method.slice(entry.method.indexOf("?")) : "";
  return `${target}@${join(path, POLICY)}${options}`;
}

function refuseOther(claimed: EntryCell, again: EntryCell, where: string): void {
  for (const field of ["plan", "value", "curve", "evaluations", "simulations", "failure", "ended"] as const) {
    const [one, other] = [claimed, again].map((cell) => JSON.stringify(cell[field]));
    if (one !== other)
      throw new InputError(
        `${where}: run again, it has another ${field}: ${shortened(other)} instead of ${shortened(one)}.`,
      );
  }
}

const shortened = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 60)}...`);
