/**
 * How hard the families are, beside the study that the learning thresholds were set on.
 *
 *     npm run calibrate -- [FAMILY] [MEMBERS]
 *
 * For each family at 2 and 4 K80 dies: the means over MEMBERS of its test split (default all 16) and 3 seeds of the step time
 * over max(longest compute path, work / devices), each method at 3,000 evaluations. Below each row the study's figures and the
 * differences. Ends with exit code 1 where random or hill climbing is more than 0.1 away.
 */
import { families, familyMembers, resolveScenario } from "../../scenarios/index.ts";
import {
  columns,
  difficulty,
  type ReferenceRow,
  referenceRows,
  tuned,
} from "../scenarios/families/difficulty.ts";

const TOLERANCE = 0.1;
const SEEDS = [1, 2, 3];

const line = (head: string, cells: readonly string[]) =>
  [head.padEnd(34), ...cells.map((cell) => cell.padStart(12))].join("");

async function measure({ family, devices, study, ratios }: ReferenceRow, members: number): Promise<boolean> {
  const uris = familyMembers(`${family}/test/0-${members - 1}/${devices}xK80`);
  const scenarios = await Promise.all(uris.map((uri) => resolveScenario(uri)));
  const measured: number[] = [];
  for (const column of columns) measured.push(await difficulty(column, scenarios, SEEDS));
  const reference = columns.map((column) => ratios[column]);
  const apart = measured.map((ratio, i) => ratio - reference[i]);
  const print = (head: string, values: readonly number[]) =>
    console.log(
      line(
        head,
        values.map((value) => value.toFixed(3)),
      ),
    );
  print(`${family}, ${devices} devices`, measured);
  print(`  study: ${study}, ${devices} devices`, reference);
  print("  difference", apart);
  return columns.every((column, i) => !tuned.includes(column) || Math.abs(apart[i]) <= TOLERANCE);
}

const [only, membersText = "16"] = process.argv.slice(2);
const rows = referenceRows.filter(({ family }) => only === undefined || family === only);
if (rows.length === 0) {
  const known = [...new Set(referenceRows.map(({ family }) => family))];
  console.error(`No family "${only}" is calibrated, of ${families.length} these are: ${known.join(", ")}.`);
  process.exit(2);
}
console.log(line("step time over bound", columns));
let near = true;
for (const reference of rows) near = (await measure(reference, Number(membersText))) && near;
console.log(
  near
    ? `Random and hill climbing are within ${TOLERANCE} of the study everywhere.`
    : `Random or hill climbing is more than ${TOLERANCE} away from the study somewhere.`,
);
process.exitCode = near ? 0 : 1;
