/**
 * AutoMap (Schaarschmidt et al., arXiv 2112.02958): tree search over decisions on weights and
 * inputs, each of which propagates through the program. An episode is one plan, scored by the
 * evaluator.
 *
 * It plays `Sharding/Mesh-v1`. Large programs are made small in two ways. Equal ops of repeated
 * blocks are decided at once (`grouped`). A learned ranker keeps the arguments that are worth a
 * decision, or the decisions (`ranker`).
 */
import { z } from "zod";
import { createMeshEnv, type MeshEnv, STOP } from "../../../env/envs/sharding/mesh.ts";
import { type Mesh, sizesOf } from "../../../env/model/layout/mesh.ts";
import { meshOf } from "../../../env/model/layout/mesh-of.ts";
import type { ZeroStage } from "../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { discrete } from "../../../env/spaces/discrete.ts";
import type { PlannerModule } from "../../contract.ts";
import { yieldEvery } from "../../event-loop.ts";
import { meshOption, meshRefusal, zeroOption } from "../../problems/sharding/mesh/mesh-options.ts";
import { unknownDimensions } from "../../problems/sharding/mesh/meshes.ts";
import { keptTiles, rankings } from "../../search/sharding/decision-ranker/kept-tiles.ts";
import { type TreeGame, treeEpisodes } from "../../search/sharding/uct.ts";

const options = z.strictObject({
  mesh: meshOption,
  zero: zeroOption,
  grouped: z.boolean().default(true).describe("Decide equal ops of repeated blocks at once."),
  ranker: z
    .enum(rankings)
    .default("none")
    .describe(
      "What a learned ranker keeps for the search: all, every decision on the best arguments, or the best decision on each of them.",
    ),
  top: z
    .int()
    .min(1)
    .default(25)
    .describe("Arguments that it keeps; more where it holds more of them to be likely."),
  episodes: z.int().min(1).default(500).describe("Episodes of the search."),
  exploration: z.number().min(0).default(1).describe("Weight of rarely tried decisions in UCT."),
  stop: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("Probability that a rollout stops before each further decision."),
  depth: z.int().min(0).default(16).describe("Most decisions of an episode."),
});
type Options = z.infer<typeof options>;

export const automap: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "automap",
    systems: ["automap"],
    name: "AutoMap",
    summary: "Searches divisions of weights and inputs by UCT; each decision propagates through the program.",
    searchSpace: "mesh axis per dimension of weights and inputs, propagated",
    paper:
      "Schaarschmidt, Grewe, Vytiniotis, Paszke et al.: Automap: Towards Ergonomic Automated Parallelism for ML Models. arXiv 2112.02958",
    limits:
      "Repeated blocks are decided at once, and the learned ranker is off, by default. It was trained on 64 stacks of at most 8 Transformer blocks on one mesh axis, not on the paper's 20,000 variants; " +
      "it sees dimensions of ops, and width and loss are ours. The paper gives no constant of UCT, no rollout and no depth, so exploration, stop and depth are ours. Costs are the evaluator's, not a static model of bytes and memory. No decision keeps a tensor whole.",
    weights:
      "of the ranker: seed 1; npm run train:automap-ranker -- --seed 1 --lessons 64 --epochs 150: plans of drawn Transformer stacks of 1 to 8 blocks on drawn clusters",
    trainedOn: ["other:drawn Transformer stacks of 1 to 8 blocks"],
  },
  traits: { answers: "sharding", objectives: ["iteration"], effort: "seconds", random: true, special: true },
  options,
  refuses: (scenario, { mesh }) => unknownDimensions(scenario) ?? meshRefusal(scenario.cluster, mesh),
  create: (given) => ({
    async *plan(scenario, evaluator, rng) {
      const mesh = gridOf(scenario, given);
      const env = playedEnv(scenario, evaluator, mesh, given);
      const kept = await keptTiles(scenario, env.tiles, sizesOf(mesh), given);
      const { game, facts } = gameOf(env, kept);
      const yieldNow = yieldEvery(8);
      const episodes = treeEpisodes(game, rng, given);
      let nodes = 0;
      for (let episode = 0; episode < given.episodes; episode++) {
        await yieldNow();
        const { value } = episodes.next();
        if (value.isBest) yield env.plan();
        nodes = value.nodes;
      }
      return {
        ended: "limit",
        facts: [
          { name: "tiles", value: env.tiles.length },
          { name: "tiles that the ranker keeps", value: kept.size },
          { name: "nodes of the tree", value: nodes },
          { name: "episodes whose plan was known", value: facts.known },
        ],
      };
    },
  }),
};

const gridOf = ({ cluster }: Scenario, { mesh }: Options) =>
  meshOf(cluster, mesh === "all" ? undefined : mesh);

function playedEnv(scenario: Scenario, evaluator: MeteredEvaluator, mesh: Mesh, { zero, grouped }: Options) {
  const blind = { space: discrete(1), needsStartTimes: false, observe: () => 0 };
  return createMeshEnv<number>({
    scenario,
    evaluator,
    mesh,
    grouped,
    ...(zero > 0 && { zero: zero as ZeroStage }),
    observation: () => blind,
  });
}

/** The env as a game of the kept tiles. A state that was scored is not scored again. */
function gameOf(
  env: MeshEnv<number>,
  kept: ReadonlySet<number>,
): { readonly game: TreeGame; readonly facts: { known: number } } {
  const costs = new Map<string, number>();
  const facts = { known: 0 };
  const position = (actionMask: Uint8Array) => ({
    key: env.key(),
    legal: [...actionMask.keys()].filter(
      (action) => action !== STOP && actionMask[action] === 1 && kept.has(action - 1),
    ),
  });
  const game: TreeGame = {
    reset: () => position(env.reset().info.actionMask),
    step: (action) => position(env.step(action).info.actionMask),
    finish() {
      const key = env.key();
      const known = costs.get(key);
      if (known !== undefined) {
        facts.known++;
        return known;
      }
      const { cost } = env.step(STOP).info.outcome!;
      costs.set(key, cost);
      return cost;
    },
  };
  return { game, facts };
}
