/**
 * How hard the families are, compared with the study that the learning thresholds were set on.
 *
 *     npm run calibrate -- [FAMILY] [MEMBERS]
 *
 * Each family is shown at 2 and 4 K80 dies, each method at 3,000 evaluations. A figure is the step
 * time over max(longest compute path, work / devices). It is a mean over MEMBERS of the test split
 * and 3 seeds. By default families that are tuned to the study have all 16 members, with the
 * study's figures and the differences below each row. The others have 4 members. The exit code is 1
 * where random or hill climbing is more than 0.1 away from the study.
 */
import { families, familyMembers, resolveScenario } from "../../scenarios/index.ts";
import { columns, difficulty, referenceRows, tuned } from "../scenarios/families/difficulty.ts";

const TOLERANCE = 0.1;
const SEEDS = [1, 2, 3];

const line = (head: string, cells: readonly string[]) =>
  [head.padEnd(34), ...cells.map((cell) => cell.padStart(12))].join("");

/**
 * Whether the family is as hard as the study asks for; true where the study has nothing like it.
 */
async function measure(family: string, devices: number, membersText: string | undefined): Promise<boolean> {
  const reference = referenceRows.find((row) => row.family === family && row.devices === devices);
  const members = Number(membersText ?? (reference === undefined ? 4 : 16));
  const uris = familyMembers(`${family}/test/0-${members - 1}/${devices}xK80`);
  const scenarios = await Promise.all(uris.map((uri) => resolveScenario(uri)));
  const measured: number[] = [];
  for (const column of columns) measured.push(await difficulty(column, scenarios, SEEDS));
  print(`${family}, ${devices} devices`, measured);
  if (reference === undefined) return true;
  const apart = columns.map((column, i) => measured[i] - reference.ratios[column]);
  print(`  study: ${reference.study}`, Object.values(reference.ratios));
  print("  difference", apart);
  return columns.every((column, i) => !tuned.includes(column) || Math.abs(apart[i]) <= TOLERANCE);
}

function print(head: string, ratios: readonly number[]): void {
  console.log(
    line(
      head,
      ratios.map((ratio) => ratio.toFixed(3)),
    ),
  );
}

const [only, membersText] = process.argv.slice(2);
const names = families.map(({ name }) => name).filter((name) => only === undefined || name === only);
if (names.length === 0) {
  console.error(`There is no family "${only}", expected ${families.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}
console.log(line("step time over bound", columns));
let near = true;
for (const name of names)
  for (const devices of [2, 4]) near = (await measure(name, devices, membersText)) && near;
if (near) console.log(`Where the study has a row, random and hill climbing are within ${TOLERANCE} of it.`);
else console.log(`Random or hill climbing is more than ${TOLERANCE} away from the study somewhere.`);
process.exitCode = near ? 0 : 1;
