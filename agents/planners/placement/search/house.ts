/**
 * `house`: what `best` does, but a small network chooses which change the annealing tries next.
 *
 * The first plans and the rounds are those of `best`. Where `best` schedules blindly drawn
 * changes, this draws a pool of changes. It scores all of them by numbers read off the present
 * schedule (search/ranker). One change is then drawn from a softmax over the scores and scheduled.
 * The network is a perceptron of a few thousand weights (test/bench/house trains it). For max load
 * and latency, which have no order to search over, it does what `best` does.
 */
import { z } from "zod";
import type { Method, PlannerModule } from "../../../contract.ts";
import type { Guide } from "../../../search/groups/best-rounds.ts";
import { houseRecipe } from "../../../search/ranker/house-recipe.ts";
import { Ranker } from "../../../search/ranker/network.ts";
import { type ChangeScorer, RankedProposals } from "../../../search/ranker/ranked-proposals.ts";
import { openNetwork } from "../../../search/ranker/stored-network.ts";
import { searchFields, startThenSearch } from "./best.ts";

const options = z.strictObject({
  ...searchFields(0.2),
  pool: z.int().min(2).max(4096).default(64).describe("Changes that the network scores at a time."),
  uses: z
    .int()
    .min(1)
    .max(4096)
    .default(12)
    .describe("Changes of a pool that are tried before the next pool, where none of them is taken up."),
  tau: z
    .number()
    .positive()
    .max(100)
    .default(0.15)
    .describe("Temperature of the softmax over scores: larger is closer to blind."),
  blind: z.number().min(0).max(1).default(0.1).describe("Share of the changes that are drawn blindly."),
});
type HouseOptions = z.infer<typeof options>;

/** `scorerOf` makes what scores the changes; the shipped network by default. */
export const houseOf = (
  methods: readonly Method[],
  scorerOf: () => Promise<ChangeScorer> = shippedRanker,
): PlannerModule<HouseOptions> => ({
  kind: "planner",
  card: {
    id: "house",
    name: "House",
    summary:
      "The search of best, in which a small trained network chooses the changes that are tried from pools of drawn ones.",
    searchSpace: "device per co-location class, and an order of ops on each device",
    limits:
      "Makespan; for other objectives the same as best. The network was trained on graphs of 50 to 1,000 ops on 2 to 9 devices.",
    weights: `hash ${houseRecipe.hash}, seed ${houseRecipe.seed}; ${houseRecipe.recipe}`,
    trainedOn: houseRecipe.trainedOn,
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  create: (given) => ({
    async *plan(scenario, evaluator, rng) {
      const scorer = await scorerOf();
      const guide: Guide = (parts) => new RankedProposals({ ...parts, scorer }, given);
      const { starts, groups, hot, cold, rebuilds } = given;
      const search = { starts, groups, hot, cold, draws: 1, rebuilds, prove: false, guide };
      return yield* startThenSearch(methods, scenario, evaluator, rng, search);
    },
  }),
});

/** Loaded where it is used, so that a list of methods reads no weights. */
async function shippedRanker(): Promise<ChangeScorer> {
  const { houseNetwork } = await import("../../../search/ranker/house-network.ts");
  return new Ranker(openNetwork({ ...houseRecipe, base64: houseNetwork }));
}
