/**
 * What the network of `house` is and comes from.
 * Made by test/bench/house/train.ts; not written by hand.
 */
import type { NetworkRecipe } from "./stored-network.ts";

export const houseRecipe: NetworkRecipe = {
  inputs: 40,
  hidden: 32,
  hash: "81e780a0",
  seed: 1,
  recipe:
    "npm run train:house -- --seed 1 --rounds 9: 16468 pools of 64 changes from train splits of layered, series-parallel, regal, inception, enas-ptb and transformer, and from rnnlm, wavenet, amoebanet-d, resnet-50, squeezenet, unet, gcn-reddit and t5-small",
  trainedOn: [
    "layered/train",
    "series-parallel/train",
    "regal/train",
    "inception/train",
    "enas-ptb/train",
    "transformer/train",
    "rnnlm",
    "wavenet",
    "amoebanet-d",
    "resnet-50",
    "squeezenet",
    "unet",
    "gcn-reddit",
    "t5-small",
  ],
};
