/** The source file of a trained network, which the package ships. */
import type { Network } from "../../../agents/search/ranker/network.ts";
import { storeNetwork } from "../../../agents/search/ranker/stored-network.ts";

const WIDTH = 96;

export function sourceOf(network: Network, recipe: string, seed: number): string {
  const { inputs, hidden, hash, base64 } = storeNetwork(network, recipe, seed);
  const lines = base64.match(new RegExp(`.{1,${WIDTH}}`, "g")) ?? [];
  return `/** The network of \`house\`. Made by test/bench/house/train.ts; not written by hand. */
import type { StoredNetwork } from "./stored-network.ts";

export const houseNetwork: StoredNetwork = {
  inputs: ${inputs},
  hidden: ${hidden},
  hash: "${hash}",
  seed: ${seed},
  recipe:
    ${JSON.stringify(recipe)},
  base64: [
${lines.map((line) => `    "${line}",`).join("\n")}
  ].join(""),
};
`;
}
