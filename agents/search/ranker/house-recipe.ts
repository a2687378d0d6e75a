/**
 * What the network of `house` is and comes from.
 * Made by test/bench/house/train.ts; not written by hand.
 */
import type { NetworkRecipe } from "./stored-network.ts";

export const houseRecipe: NetworkRecipe = {
  inputs: 40,
  hidden: 32,
  hash: "0e47ee3e",
  seed: 1,
  recipe:
    "npm run train:house -- --seed 1 --rounds 4, before best had rebuilds: 7,670 pools of 64 changes from train splits of layered, series-parallel, regal, inception, enas-ptb and transformer",
};
