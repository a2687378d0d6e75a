/**
 * CPU seconds of Piper's planner on its public inputs, beside those of the released planner. Each
 * case is planned three times and the median is told, with what the search looked at.
 *
 *     npx tsx test/bench/piper.ts
 *
 * Released times are those of the sheet of the system, "on one slow core". They were not measured
 * beside ours.
 */
import { readFileSync } from "node:fs";
import { type PiperAnswer, piperPlan } from "../../agents/exact/stages/piper/planner.ts";
import { problemOfCell, type SheetInput } from "../golden/piper-sheet.ts";
import { ABSENT, sharedPath } from "../shared-folder.ts";
import { cpuSeconds } from "./cpu-seconds.ts";

const CASES: readonly (readonly [SheetInput, gib: number, devices: number, released: string])[] = [
  ["bert32a100", 8, 8, "0.05"],
  ["bert32a100", 8, 512, "4.9"],
  ["bert32a100", 2, 512, ""],
  ["bert32a100", 8, 2048, ""],
  ["resnet", 8, 8, "3 to 13"],
  ["resnet", 1.5, 32, "3 to 13"],
  ["resnet", 1.5, 128, "3 to 13"],
  ["gnmt", 2.5, 2, "190"],
  ["gnmt", 1.2, 8, ""],
];
const ROUNDS = 3;

const data = sharedPath("data", "piper");
if (data === null) console.log(`Nothing measured: ${ABSENT}.`);
else main(data);

function main(folder: string): void {
  console.log("| input | GiB | devices | down-sets | runs | stages | knapsacks | released, s | CPU s |");
  console.log("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
  for (const [input, gib, devices, released] of CASES) {
    const file = JSON.parse(readFileSync(`${folder}/${input}.json`, "utf8"));
    const problem = problemOfCell(file, { input, gib, devices, mode: "piper", time: null });
    const seconds: number[] = [];
    let answer: PiperAnswer | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      const before = cpuSeconds();
      answer = piperPlan(problem);
      seconds.push(cpuSeconds() - before);
    }
    const median = seconds.sort((a, b) => a - b)[ROUNDS >> 1];
    const { downSets, runs, stages, knapsacks } = answer!;
    const counts = [downSets, runs, stages, knapsacks].map((count) => count.toLocaleString("en-US"));
    console.log(`| ${[input, gib, devices, ...counts, released, median.toFixed(2)].join(" | ")} |`);
  }
}
