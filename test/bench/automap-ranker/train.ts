/**
 * Trains AutoMap's ranker:
 *
 *     npm run train:automap-ranker -- [--out FOLDER] [--seed 1] [--lessons 64] [--epochs 150]
 *
 * Labels, then weights after each epoch, are files of the folder. A run that was stopped goes on
 * where it stood, and gives the same files. `--write FOLDER` writes the source that the package
 * ships.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  type Lesson,
  lessonLoss,
  type RankerNetwork,
  rankerNetwork,
} from "../../../agents/search/sharding/decision-ranker/ranker-network.ts";
import { loadTf } from "../../../agents/tensors/tf.ts";
import type { Tf } from "../../../agents/tensors/types.ts";
import { type Adam, createAdam } from "../../../agents/training/adam.ts";
import { createRng } from "../../../env/index.ts";
import { drawnStack, lessonOf, programOf, relevantTiles } from "./lessons.ts";
import { writeSource } from "./weights-source.ts";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: "runs/automap-ranker" },
    seed: { type: "string", default: "1" },
    lessons: { type: "string", default: "64" },
    epochs: { type: "string", default: "150" },
    write: { type: "string" },
  },
});

const MOST_BLOCKS = 8;
const BATCH = 8;
const RATE = 3e-3;
const CLIP = 1;

const seed = Number(values.seed);
const root = createRng(seed).child("train automap's ranker");
const labels = join(values.out, "labels.jsonl");
const checkpoint = join(values.out, "checkpoint.json");

/** Numbers of the relevant tiles of each lesson, which cost searches; the rest is made again. */
async function lessons(): Promise<Lesson[]> {
  const known = existsSync(labels) ? readFileSync(labels, "utf8").trim().split("\n") : [];
  const made: Lesson[] = [];
  for (let i = 0; i < Number(values.lessons); i++) {
    const { scenario } = await drawnStack(root.child(`lesson ${i}`), 1, MOST_BLOCKS);
    const program = programOf(scenario);
    const relevant = i < known.length ? (JSON.parse(known[i]) as number[]) : relevantTiles(scenario, program);
    if (i >= known.length) appendFileSync(labels, `${JSON.stringify(relevant)}\n`);
    made.push(lessonOf(scenario, program, relevant));
    if (i % 8 === 7) console.log(`${i + 1} lessons`);
  }
  return made;
}

function learn(tf: Tf, network: RankerNetwork, given: readonly Lesson[]): void {
  const epochs = Number(values.epochs);
  const adam = createAdam(tf, network.weights.list, { learningRate: RATE, clipNorm: CLIP });
  for (let epoch = loaded(network, adam); epoch < epochs; epoch++) {
    const order = root.child(`epoch ${epoch}`).shuffle([...given.keys()]);
    adam.learningRate = RATE * (1 - epoch / epochs);
    let sum = 0;
    for (let at = 0; at < order.length; at += BATCH) {
      const batch = order.slice(at, at + BATCH).map((i) => given[i]);
      sum += adam.minimize(() => lessonLoss(tf, network, batch)).loss * batch.length;
    }
    console.log(`epoch ${epoch + 1}: loss ${(sum / given.length).toFixed(4)}`);
    saved(network, adam, epoch + 1);
  }
  adam.dispose();
}

/** Epochs that were learned before. */
function loaded({ weights }: RankerNetwork, adam: Adam): number {
  if (!existsSync(checkpoint)) return 0;
  const { epoch, weights: known, moments } = JSON.parse(readFileSync(checkpoint, "utf8"));
  weights.load(known);
  adam.load(moments);
  return epoch;
}

function saved({ weights }: RankerNetwork, adam: Adam, epoch: number): void {
  const text = JSON.stringify({ epoch, weights: weights.save(), moments: adam.save() });
  writeFileSync(`${checkpoint}.new`, text);
  renameSync(`${checkpoint}.new`, checkpoint);
}

mkdirSync(values.out, { recursive: true });
const { tf } = await loadTf();
const network = rankerNetwork(tf, root.child("weights"));
learn(tf, network, await lessons());
const recipe = `npm run train:automap-ranker -- --seed ${seed} --lessons ${values.lessons} --epochs ${values.epochs}`;
if (values.write !== undefined) writeSource(values.write, network.weights, recipe);
