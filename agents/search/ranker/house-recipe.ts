/** What the network of `house` is and comes from. Made by test/bench/house/train.ts; not written by hand. */
import type { NetworkRecipe } from "./stored-network.ts";

export const houseRecipe: NetworkRecipe = {
  inputs: 40,
  hidden: 32,
  hash: "485bc0cc",
  seed: 1,
  recipe:
    "provisional",
};
