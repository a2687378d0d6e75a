/** The source file of the ranker's trained weights, which the package ships. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Weights } from "../../../agents/nets/weights.ts";
import { packWeights } from "../../../agents/search/sharding/decision-ranker/packed-weights.ts";

const WIDTH = 96;

export function writeSource(folder: string, weights: Weights, recipe: string): void {
  const lines = packWeights(weights).match(new RegExp(`.{1,${WIDTH}}`, "g")) ?? [];
  writeFileSync(
    join(folder, "ranker-weights.ts"),
    `/**
 * The weights of AutoMap's ranker, made by test/bench/automap-ranker/train.ts; not written by hand:
 *
 *     ${recipe}
 */
export const rankerWeights: string = [
${lines.map((line) => `  "${line}",`).join("\n")}
].join("");
`,
  );
}
