/**
 * Where Sailor's rows are: a plan's file, a file with a list of plans or one plan a line, or a
 * folder of these. A CSV file names plans of the set in the columns plan, step_s and peak_bytes.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { InputError } from "../../../../env/index.ts";
import { type Row, readTable } from "../table.ts";
import { type SailorPlan, sailorPlan } from "./plan.ts";

/** `plans`: the folder of the set's own plans. */
export function readSailorPlans(path: string, plans: string): readonly SailorPlan[] {
  if (path.endsWith(".csv")) return readTable(path).map((row) => namedPlan(row, plans));
  const isFolder = statSync(path).isDirectory();
  const files = isFolder
    ? readdirSync(path, { recursive: true, encoding: "utf8" })
        .filter((name) => /\.jsonl?$/.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path];
  const found = files.flatMap((file) => plansIn(file, isFolder ? relative(path, file) : file));
  if (found.length > 0) return found;
  throw new InputError(`${path} holds no plan; expected JSON files with one at least.`);
}

/** A plan of the set with a time and a peak of the table. */
function namedPlan(row: Row, plans: string): SailorPlan {
  const file = join(plans, row.text("plan"));
  if (!existsSync(file)) throw new InputError(`${row.where}: there is no plan ${file}.`);
  const [plan] = plansIn(file, row.text("plan"));
  const peakBytes = row.has("peak_bytes") ? row.number("peak_bytes") : null;
  return { ...plan, measuredS: row.number("step_s"), peakBytes };
}

function plansIn(file: string, name: string): SailorPlan[] {
  const text = readFileSync(file, "utf8");
  const values = file.endsWith(".jsonl")
    ? text
        .trim()
        .split(/\r?\n/)
        .map((line, i) => parsed(line, `${name}, line ${i + 1}`))
    : [parsed(text, name)].flat();
  return values.map((value, i) => sailorPlan(value, values.length > 1 ? `${name}, plan ${i}` : name));
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(`${where} is no JSON; expected a plan of Sailor, or a list of them.`);
  }
}
