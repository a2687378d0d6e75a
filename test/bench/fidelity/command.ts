/**
 * The command of the bench: its flags, and what it prints. Bad input is an `InputError`, and so is
 * a file that cannot be read.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { InputError } from "../../../env/index.ts";
import { ABSENT, sharedPath } from "../../shared-folder.ts";
import type { MeasuredSet } from "./contract.ts";
import { reportOf, tableHead, tableLines, worstLine } from "./report.ts";
import { calculon } from "./sets/calculon.ts";
import { sailor } from "./sets/sailor.ts";
import { vtrainMulti } from "./sets/vtrain-multi.ts";
import { vtrainSingle, vtrainSingleRoofline } from "./sets/vtrain-single.ts";

const sets: readonly MeasuredSet[] = [vtrainMulti, vtrainSingle, vtrainSingleRoofline, calculon, sailor];
const USAGE = `npm run fidelity -- [--set ${sets.map(({ name }) => name).join("|")} [FILE]] [--data FOLDER] [--json]`;

/** `print` gets each text as it is there. */
export function fidelity(given: readonly string[], print: (text: string) => void): void {
  try {
    main(given, print);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new InputError(`A file cannot be read: ${(error as Error).message}.`);
  }
}

function main(given: readonly string[], print: (text: string) => void): void {
  const { values, positionals } = argumentsOf(given);
  const chosen = values.set === undefined ? sets : [setOf(values.set)];
  if (positionals.length > (values.set === undefined ? 0 : 1))
    throw new InputError(`"${positionals.join(" ")}" is too much; expected ${USAGE}.`);
  const data = values.data ?? sharedPath("data", "measured");
  if (data === null)
    throw new InputError(`There are no measured steps: ${ABSENT}. Name their folder with --data.`);
  const worst: string[] = [];
  for (const [i, set] of chosen.entries()) {
    const rows = set.predict(existing(data), existing(positionals[0] ?? join(data, set.rows)));
    const report = reportOf(set, rows);
    if (i === 0 && !values.json) print(tableHead.join("\n"));
    print(values.json ? JSON.stringify(report) : tableLines(report).join("\n"));
    worst.push(worstLine(set.name, rows));
  }
  if (!values.json) print(`\n${worst.join("\n")}`);
}

function argumentsOf(given: readonly string[]) {
  const options = {
    set: { type: "string" },
    data: { type: "string" },
    json: { type: "boolean", default: false },
  } as const;
  try {
    return parseArgs({ args: [...given], options, allowPositionals: true });
  } catch (error) {
    throw new InputError(`${(error as Error).message} Expected ${USAGE}.`);
  }
}

function setOf(name: string): MeasuredSet {
  const known = sets.find((set) => set.name === name);
  if (known !== undefined) return known;
  throw new InputError(`There is no set "${name}"; expected ${sets.map((set) => set.name).join(", ")}.`);
}

function existing(path: string): string {
  if (existsSync(path)) return path;
  throw new InputError(`${path} does not exist; expected a file of rows, or the folder of measured steps.`);
}
