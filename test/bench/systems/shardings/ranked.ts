/**
 * AutoMap's line on its learned ranker. One part is what it does for the search of a deep stack.
 * The other is how it ranks arguments of stacks that it was not trained on.
 */
import { automap } from "../../../../agents/planners/sharding/automap.ts";
import {
  rankedArguments,
  type rankings,
  tileScores,
} from "../../../../agents/search/sharding/decision-ranker/kept-tiles.ts";
import { createRng, evaluator, metered, type Rng, type ShardingPlan } from "../../../../env/index.ts";
import { drawnStack, programOf, relevantTiles } from "../../automap-ranker/lessons.ts";
import type { SystemCheck } from "../check.ts";
import { kept } from "../kept.ts";
import { percent } from "../pipelines/figures.ts";
import { seedsAt } from "../runs.ts";
import { gptLike } from "./gpt-like.ts";

const SEEDS = 20;
const LAYERS = 24;
const EPISODES = 1000;
/** As deep as two decisions a block need, and rollouts that get there: for every ranking. */
const SEARCH = { grouped: false, episodes: EPISODES, depth: 64, stop: 0.01 };
/** At every scale, since they are cheap beside the searches. */
const GRAPHS = 20;
const HELD_OUT = { least: 5, most: 12 };
const TOP = 25;

/** The episodes after which each seed's search had Megatron's layout; null where it never had. */
async function reached(ranker: (typeof rankings)[number], seeds: readonly number[]) {
  const found: (number | null)[] = [];
  for (const seed of seeds) {
    const name = `${LAYERS} blocks alone, ranker ${ranker}, ${EPISODES} episodes, seed ${seed}`;
    found.push(await kept("automap", name, () => firstMegatron(ranker, seed)));
  }
  return found;
}

/** Evaluations until then. */
async function firstMegatron(ranker: (typeof rankings)[number], seed: number): Promise<number | null> {
  const { scenario, isMegatron } = await gptLike(LAYERS, 4);
  const meter = metered(evaluator(scenario), { evaluations: EPISODES });
  const options = automap.options.parse({ ...SEARCH, ranker });
  for await (const plan of automap.create(options).plan(scenario, meter, createRng(seed)))
    if (isMegatron(plan as ShardingPlan)) return meter.evaluations;
  return null;
}

interface Ranked {
  readonly blocks: number;
  readonly all: number;
  readonly relevant: number;
  /** Of the relevant argument that comes last, from 1. */
  readonly last: number;
}

async function ranked(rng: Rng): Promise<Ranked> {
  const { layers, scenario } = await drawnStack(rng, HELD_OUT.least, HELD_OUT.most);
  const program = programOf(scenario);
  const { rules, tiles, sizes } = program;
  const relevant = new Set(relevantTiles(scenario, program).map((i) => tiles[i].ops[0]));
  const order = rankedArguments(tiles, await tileScores(scenario, rules, tiles, sizes)).map(([op]) => op);
  const last = [...relevant].reduce((most, op) => Math.max(most, 1 + order.indexOf(op)), 0);
  return { blocks: layers, all: order.length, relevant: relevant.size, last };
}

/** Stacks of more arguments than are kept, at most that many of them relevant. */
async function heldOut(count: number): Promise<Ranked[]> {
  const found: Ranked[] = [];
  for (let i = 0; found.length < count; i++) {
    const name = `ranks of arguments, held-out stack ${i}`;
    const one = await kept("automap", name, () => ranked(createRng("held-out stacks").child(String(i))));
    if (one.relevant > 0 && one.relevant <= TOP && one.all > TOP) found.push(one);
  }
  return found;
}

const hits = (found: readonly (number | null)[]) => found.filter((each) => each !== null).length;

export const rankerCheck: SystemCheck = {
  system: "automap",
  check:
    "the ranker, trained on stacks of at most 8 blocks: success on 24 ungrouped blocks in 1,000 episodes; relevant arguments among its first 25",
  target: ">= 3 times that of the plain search, or >= 80% where that is > 25%; in >= 95% of graphs",
  seeds: SEEDS,
  async run(scale) {
    const seeds = seedsAt(SEEDS, scale);
    const [decisions, plain, ofArguments] = [
      await reached("decisions", seeds),
      await reached("none", seeds),
      await reached("arguments", seeds.slice(0, 1)),
    ];
    const [own, without] = [hits(decisions), hits(plain)].map((count) => count / seeds.length);
    const graphs = await heldOut(GRAPHS);
    const inside = graphs.filter(({ last }) => last <= TOP).length;
    const several = graphs.filter(({ relevant }) => relevant > 1);
    const isBetter = without > 0.25 ? own >= 0.8 : own >= Math.max(3 * without, 1 / seeds.length);
    return {
      measured:
        `${hits(decisions)} of ${seeds.length} seeds with the best decision of each argument kept, ${hits(plain)} of ${seeds.length} without a ranker, ` +
        `${hits(ofArguments)} of ${ofArguments.length} with all decisions of its arguments kept; ${inside} of ${graphs.length} graphs (${percent(inside / graphs.length)}), ` +
        `of which ${several.length} have ${Math.min(...several.map(({ relevant }) => relevant))} to ${Math.max(...several.map(({ relevant }) => relevant))} relevant arguments and the others one`,
      passed: isBetter && inside >= 0.95 * graphs.length,
    };
  },
};
