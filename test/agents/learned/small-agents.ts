/**
 * Every agent of the registry, with options that make its network and its batches small. What an
 * agent must keep to is the same at every size.
 */
import { type AgentModule, traitsOf } from "../../../agents/contract.ts";
import { methods } from "../../../agents/registry/registry.ts";
import { suiteNamed } from "../../../scenarios/suites/index.ts";

export type GivenOptions = Readonly<Record<string, number | string | boolean>>;

const sequence = { hidden: 8, attention: 4, embedding: 4 };

const rainbow = {
  hidden: 8,
  atoms: 11,
  capacity: 64,
  warmUp: 8,
  minibatch: 8,
  learnEvery: 32,
  plans: 2,
  episodes: 2,
};

const smallOptions: Readonly<Record<string, GivenOptions>> = {
  seq2seq: sequence,
  colocrl: sequence,
  hdp: { ...sequence, groups: 6, learningRate: 0.03 },
  spotlight: { ...sequence, learningRate: 0.01 },
  regal: { width: 4, rounds: 1, budget: 6, population: 4, elite: 0.25, batch: 2, graphs: 1 },
  tapp: { ...sequence, partitionHidden: 8 },
  placeto: { width: 4, rounds: 2, episodes: 2 },
  gdp: { width: 8, heads: 2, segment: 4, batch: 10 },
  "auto-map": rainbow,
  "auto-map-pipeline": rainbow,
  doppler: {
    width: 4,
    edgeWidth: 2,
    latent: 4,
    hidden: 4,
    batch: 4,
    imitationUpdates: 2,
    learningRate: 0.02,
  },
};

export const smallAgents: readonly (readonly [string, AgentModule, GivenOptions])[] = methods
  .filter((method): method is AgentModule => method.kind === "agent")
  .map((module) => [module.card.id, module, smallOptions[module.card.id] ?? {}]);

/** For agents that rent devices. */
const [RENTED] = suiteNamed("papers/heterps").members;
/** For agents of pipelines. */
const PIPED = "alexnet/2xP100?granularity=layer&batch=8&objective=iteration";
/** For agents of shardings, which need to know what ops iterate over. */
const SHARDED = "alexnet/2xP100?batch=8&objective=iteration";

/** Address of a small scenario under an objective that the agent is made for. */
export function smallScenarioOf(module: AgentModule): string {
  const { objectives, answers } = traitsOf(module);
  if (objectives === "any") return "toy/overlap";
  if (answers === "sharding") return SHARDED;
  return objectives.includes("cost") ? RENTED : PIPED;
}

/** The agent with its options, as on a command line. */
export function specOf([id, , options]: (typeof smallAgents)[number]): string {
  const given = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  return given.length === 0 ? id : `${id}?${given.join("&")}`;
}
