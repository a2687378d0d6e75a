/**
 * The rows of the judge: `house`, the settings of `best`, and ablations of the ranker.
 *
 * - `handmade`: a score of four of the numbers in place of the network;
 * - `shuffled`: the network sees the numbers of other changes of the pool;
 * - `even`: every change of the pool is as likely, so the pool only keeps from trying one twice;
 * - `family=NAME`: weights that were trained on one family alone, from HOUSE_WEIGHTS.
 */
import { readFileSync } from "node:fs";
import { houseOf } from "../../../agents/planners/placement/search/house.ts";
import type { RoundsOptions } from "../../../agents/search/groups/best-rounds.ts";
import { NUMBER_COUNT, numberNames } from "../../../agents/search/ranker/change-numbers.ts";
import { houseNetwork } from "../../../agents/search/ranker/house-network.ts";
import { houseRecipe } from "../../../agents/search/ranker/house-recipe.ts";
import { type Network, Ranker } from "../../../agents/search/ranker/network.ts";
import { type ChangeScorer, RankedProposals } from "../../../agents/search/ranker/ranked-proposals.ts";
import { openNetwork } from "../../../agents/search/ranker/stored-network.ts";
import { createRng } from "../../../env/index.ts";

export const rowNames = [
  "best",
  "best?draws=1",
  "best?draws=4",
  "best?draws=64",
  "annealing",
  "house",
  "handmade",
  "shuffled",
  "even",
] as const;

const settings = houseOf([]).options.parse({});

/** How a row searches from the first plans; null for a method that has none. */
export async function roundsOf(row: string): Promise<Partial<RoundsOptions> | null> {
  const draws = /^best(?:\?draws=(\d+))?$/.exec(row);
  if (draws !== null) return draws[1] === undefined ? {} : { draws: Number(draws[1]) };
  const scorer = scorerOf(row);
  if (scorer === null) return null;
  const { hot, cold, groups, rebuilds } = settings;
  return {
    hot,
    cold,
    groups,
    rebuilds,
    guide: (parts) => new RankedProposals({ ...parts, scorer }, settings),
  };
}

function scorerOf(row: string): ChangeScorer | null {
  if (row === "house") return shipped();
  if (row === "handmade") return { score: handmade };
  if (row === "even") return { score: (_numbers, _rows, out) => out.fill(0) };
  if (row === "shuffled") return shuffled(shipped());
  const file = /^file=(.+)$/.exec(row);
  return file === null ? null : new Ranker(networkIn(file[1]));
}

const shipped = () => new Ranker(openNetwork({ ...houseRecipe, base64: houseNetwork }));

/** A network as train.ts keeps it in its folder. */
function networkIn(path: string): Network {
  const { mean, scale, weights, hidden } = JSON.parse(readFileSync(path, "utf8"));
  return {
    inputs: NUMBER_COUNT,
    hidden,
    mean: Float32Array.from(mean),
    scale: Float32Array.from(scale),
    weights: Float32Array.from(weights),
  };
}

const at = (name: (typeof numberNames)[number]) => numberNames.indexOf(name);
const [SAVED, ADDED] = [at("critical transfers saved"), at("critical transfers added")];
const [LOAD, SQUARES, PATH] = [at("largest load change"), at("square load change"), at("longest path")];
/** The factor was chosen on the validation split from 10, 30, 100 and 300. */
const STEEPNESS = 30;

/** Critical transfers saved, less those added, the loads' changes and the path beyond the step. */
function handmade(numbers: Float32Array, rows: number, out: Float32Array): void {
  for (let row = 0; row < rows; row++) {
    const of = (i: number) => numbers[row * NUMBER_COUNT + i];
    out[row] = STEEPNESS * (of(SAVED) - of(ADDED) - of(LOAD) - of(SQUARES) - Math.max(0, of(PATH)));
  }
}

function shuffled(inner: ChangeScorer): ChangeScorer {
  const rng = createRng("shuffled");
  return {
    score(numbers, rows, out) {
      const mixed = new Float32Array(rows * NUMBER_COUNT);
      for (let i = 0; i < NUMBER_COUNT; i++)
        rng.shuffle(Array.from({ length: rows }, (_, row) => row)).forEach((from, row) => {
          mixed[row * NUMBER_COUNT + i] = numbers[from * NUMBER_COUNT + i];
        });
      inner.score(mixed, rows, out);
    },
  };
}
