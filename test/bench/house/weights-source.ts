/** The source files of a trained network, which the package ships: what it is, and its numbers. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Network } from "../../../agents/search/ranker/network.ts";
import { type NetworkRecipe, storeNetwork } from "../../../agents/search/ranker/stored-network.ts";

const WIDTH = 96;
const MADE = "Made by test/bench/house/train.ts; not written by hand.";

export function writeSources(
  folder: string,
  network: Network,
  { recipe, seed, trainedOn }: Pick<NetworkRecipe, "recipe" | "seed" | "trainedOn">,
): void {
  const { base64, ...known } = storeNetwork(network, recipe, seed);
  const lines = base64.match(new RegExp(`.{1,${WIDTH}}`, "g")) ?? [];
  writeFileSync(
    join(folder, "house-recipe.ts"),
    `/**
 * What the network of \`house\` is and comes from.
 * ${MADE}
 */
import type { NetworkRecipe } from "./stored-network.ts";

export const houseRecipe: NetworkRecipe = {
  inputs: ${known.inputs},
  hidden: ${known.hidden},
  hash: "${known.hash}",
  seed: ${seed},
  recipe:
    "${recipe}",
  trainedOn: [
${trainedOn.map((name) => `    "${name}",`).join("\n")}
  ],
};
`,
  );
  writeFileSync(
    join(folder, "house-network.ts"),
    `/**
 * The numbers of the network of \`house\`, see house-recipe.ts.
 * ${MADE}
 */
export const houseNetwork: string = [
${lines.map((line) => `  "${line}",`).join("\n")}
].join("");
`,
  );
}
