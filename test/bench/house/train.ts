/**
 * Trains the network of `house`:
 *
 *     npm run train:house -- [--out FOLDER] [--seed 1] [--rounds 9] [--scale 1]
 *
 * Each round labels pools that a search meets on training scenarios, then trains a fresh network on
 * the pools of all rounds. The first round searches blindly; the others follow the network of the
 * round before (DAgger: Ross, Gordon, Bagnell, AISTATS 2011). Every round ends with what the
 * network chooses on members of the validation split.
 *
 * Each round and each network is a file of the folder. A run that was stopped goes on where it
 * stood, and gives the same files. The last network is then written as the source that the package
 * ships, with `--write`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { NUMBER_COUNT } from "../../../agents/search/ranker/change-numbers.ts";
import {
  Adam,
  type LabelledPool,
  PoolLoss,
  standardise,
} from "../../../agents/search/ranker/learn-network.ts";
import { createNetwork, type Network, Ranker } from "../../../agents/search/ranker/network.ts";
import type { ChangeScorer } from "../../../agents/search/ranker/ranked-proposals.ts";
import { createRng, type Rng } from "../../../env/index.ts";
import { openCase } from "./lab.ts";
import { bestOfFew, collect } from "./labels.ts";
import { readPools, writePools } from "./pool-file.ts";
import { trainedOn, trainingUris } from "./training-scenarios.ts";
import { writeSources } from "./weights-source.ts";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: "runs/house" },
    seed: { type: "string", default: "1" },
    rounds: { type: "string", default: "9" },
    hidden: { type: "string", default: "32" },
    epochs: { type: "string", default: "16" },
    scale: { type: "string", default: "1" },
    families: { type: "string" },
    write: { type: "string" },
  },
});

/** First temperatures of searches, by turns: those that `house` has, and hotter ones. */
const HOT = [0.005, 0.02];
/** From round `WARM` on all are hotter, for states that are far from an optimum. */
const HOTTER = [0.02, 0.04];
const WARM = 6;
const COLD = 0.0005;
const SIMULATIONS = [1000, 300, 2000];
/** Labelled pools of one run, about. */
const POOLS_PER_RUN = 20;
const POOL = 64;
const BATCH = 8;
/** Networks before the last are trained for so many times fewer epochs. */
const FEWER = 4;
const RATE = 2e-3;
/** Of the search that makes labels. A blind round draws evenly from the pool. */
const SEARCH = { pool: POOL, uses: 12, tau: 0.3, blind: 0.15 };
const blind: ChangeScorer = { score: (_numbers, _rows, out) => out.fill(0) };

const seed = Number(values.seed);
const root = createRng(seed).child("train house");
const file = (name: string) => join(values.out, name);

async function main(): Promise<void> {
  mkdirSync(values.out, { recursive: true });
  const validation = await poolsOf("validation", blind, HOT, root.child("validation"), () =>
    trainingUris(100, "validation"),
  );
  const pools: LabelledPool[] = [];
  let network: Network | null = null;
  for (let round = 0; round < Number(values.rounds); round++) {
    const rng = root.child(`round ${round}`);
    const scorer = network === null ? blind : new Ranker(network);
    const hots = round < WARM ? HOT : HOTTER;
    const labels = await poolsOf(`round-${round}`, scorer, hots, rng.child("labels"), () =>
      trainingUris(round),
    );
    pools.push(...labels);
    const isLast = round === Number(values.rounds) - 1;
    const epochs = Math.ceil(Number(values.epochs) / (isLast ? 1 : FEWER));
    network = train(`network-${round}-${epochs}`, pools, validation, epochs, rng.child("network"));
    report(validation, network);
  }
  if (values.write === undefined) return;
  const recipe =
    `npm run train:house -- --seed ${seed} --rounds ${values.rounds}: ${pools.length} pools of ` +
    `${POOL} changes from train splits of layered, series-parallel, regal, inception, enas-ptb and ` +
    `transformer, and from rnnlm, wavenet, amoebanet-d, resnet-50, squeezenet, unet, gcn-reddit and t5-small`;
  writeSources(values.write, network!, { recipe, seed, trainedOn });
}

/** The pools of a file or, where it is not there, of searches that write it. */
async function poolsOf(
  name: string,
  scorer: ChangeScorer,
  hots: readonly number[],
  rng: Rng,
  urisOf: () => string[],
): Promise<LabelledPool[]> {
  const path = file(`${name}.pools`);
  if (existsSync(path)) return readPools(path, NUMBER_COUNT);
  const pools: LabelledPool[] = [];
  const wanted = urisOf().filter(
    (uri) => values.families === undefined || values.families.split(",").includes(uri.split("/")[0]),
  );
  const uris = wanted.slice(0, Math.ceil(Number(values.scale) * wanted.length));
  for (const [i, uri] of uris.entries()) {
    const simulations = SIMULATIONS[i % SIMULATIONS.length];
    const from = await openCase(uri, simulations, seed);
    if (from.starts.length === 0) continue;
    const chance = (POOLS_PER_RUN * SEARCH.uses) / simulations / 2;
    const hot = hots[i % hots.length];
    const given = { scorer, options: SEARCH, simulations, hot, cold: COLD, chance };
    pools.push(...(await collect(from, seed, rng.child(uri), given)));
    if (i % 8 === 7) console.log(`${name}: ${i + 1} of ${uris.length} scenarios, ${pools.length} pools`);
  }
  writePools(path, pools);
  return pools;
}

function train(
  name: string,
  pools: LabelledPool[],
  validation: LabelledPool[],
  epochs: number,
  rng: Rng,
): Network {
  const path = file(`${name}.json`);
  const network = createNetwork(
    { inputs: NUMBER_COUNT, hidden: Number(values.hidden) },
    rng.child("weights"),
  );
  if (existsSync(path)) {
    const { mean, scale, weights } = JSON.parse(readFileSync(path, "utf8"));
    network.mean.set(mean);
    network.scale.set(scale);
    network.weights.set(weights);
    return network;
  }
  standardise(network, pools);
  const loss = new PoolLoss(network);
  const adam = new Adam(network.weights.length);
  const order = Array.from(pools.keys());
  const steps = epochs * Math.ceil(pools.length / BATCH);
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    rng.shuffle(order);
    let sum = 0;
    for (let at = 0; at < order.length; at += BATCH, step++) {
      const batch = order.slice(at, at + BATCH);
      loss.gradient.fill(0);
      for (const k of batch) sum += loss.add(pools[k], 1 / batch.length);
      adam.step(network.weights, loss.gradient, RATE * (1 - step / steps));
    }
    if (epoch % 4 !== 3) continue;
    const unseen = validation.reduce((total, pool) => total + loss.of(pool), 0) / validation.length;
    console.log(
      `${name}: epoch ${epoch + 1}, loss ${(sum / pools.length).toFixed(4)}, validation ${unseen.toFixed(4)}`,
    );
  }
  const { mean, scale, weights } = network;
  writeFileSync(
    path,
    JSON.stringify({ hidden: network.hidden, mean: [...mean], scale: [...scale], weights: [...weights] }),
  );
  return network;
}

function report(validation: LabelledPool[], network: Network): void {
  for (const [name, kept] of [
    ["all", validation],
    ["cold", validation.filter(({ temperature }) => temperature < 0.002)],
  ] as const) {
    const found = bestOfFew(kept, new Ranker(network), root.child("report"));
    const cells = Object.entries(found).map(([what, percent]) => `${what} ${percent.toFixed(2)}%`);
    console.log(`  best change, ${name} ${kept.length} pools: ${cells.join(", ")}`);
  }
}

await main();
