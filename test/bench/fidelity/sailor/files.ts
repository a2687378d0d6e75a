/**
 * Where Sailor's rows are: a plan's file, a file with a list of plans or one plan a line, or a
 * folder of these.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { InputError } from "../../../../env/index.ts";
import { type SailorPlan, sailorPlan } from "./plan.ts";

export function readSailorPlans(path: string): readonly SailorPlan[] {
  const isFolder = statSync(path).isDirectory();
  const files = isFolder
    ? readdirSync(path, { recursive: true, encoding: "utf8" })
        .filter((name) => /\.jsonl?$/.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path];
  const plans = files.flatMap((file) => plansIn(file, isFolder ? relative(path, file) : file));
  if (plans.length > 0) return plans;
  throw new InputError(`${path} holds no plan; expected JSON files with one at least.`);
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
