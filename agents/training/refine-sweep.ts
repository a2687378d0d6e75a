/**
 * Sweeps of a policy over the groups of a scenario, on `Placement/Refine-v1`. Episodes run in lock
 * step. What they saw, did and got is cut into parts for the optimizer.
 */
import type { Env } from "../../env/contract.ts";
import type { PlacementObservation } from "../../env/parts/observation.ts";
import type { Utility } from "../../env/parts/utility.ts";
import type { Outcome } from "../../env/sim/evaluator/contract.ts";
import type { Visit } from "../nets/positional-policy.ts";
import { visitOf } from "../nets/visit.ts";

export type RefineEnv = Env<PlacementObservation, number>;

/** What an episode saw, did and got. */
export interface Episode {
  readonly visits: Visit[];
  readonly actions: number[];
  readonly rewards: number[];
  /** Utility before each step. */
  readonly before: number[];
  finalCost: number;
}

/** Answers a device for each visit. */
export type Choice = (visits: readonly Visit[]) => Int32Array;

/** One sweep in every given env, in lock step. */
export function sweep(
  envs: readonly RefineEnv[],
  groups: number,
  utility: Utility,
  choose: Choice,
): Episode[] {
  const begun = envs.map((env) => env.reset());
  const seen = begun.map(({ observation }) => visitOf(observation));
  const standing = begun.map(({ info }) => utility.of(info.outcome as Outcome));
  const episodes = envs.map(
    (): Episode => ({ visits: [], actions: [], rewards: [], before: [], finalCost: 0 }),
  );
  for (let group = 0; group < groups; group++) {
    const actions = choose(seen);
    envs.forEach((env, i) => {
      const step = env.step(actions[i]);
      episodes[i].visits.push(seen[i]);
      episodes[i].actions.push(actions[i]);
      episodes[i].rewards.push(step.reward);
      episodes[i].before.push(standing[i]);
      standing[i] += step.reward;
      episodes[i].finalCost = (step.info.outcome as Outcome).cost;
      if (!step.terminated) seen[i] = visitOf(step.observation);
    });
  }
  return episodes;
}

/** Discounted sum of the rewards from each step on. */
export function returnsOf(rewards: readonly number[], discount: number): Float64Array {
  const returns = new Float64Array(rewards.length);
  let later = 0;
  for (let step = rewards.length - 1; step >= 0; step--) {
    later = rewards[step] + discount * later;
    returns[step] = later;
  }
  return returns;
}

/** Steps that are differentiated together. */
export interface Part {
  readonly visits: readonly Visit[];
  readonly actions: readonly number[];
  readonly advantages: Float32Array;
}

/** All steps of all episodes in order, cut into parts of at most `size` steps. */
export function partsOf(
  episodes: readonly Episode[],
  advantages: readonly Float32Array[],
  size: number,
): Part[] {
  const visits = episodes.flatMap((episode) => episode.visits);
  const actions = episodes.flatMap((episode) => episode.actions);
  const flat = Float32Array.from(advantages.flatMap((episode) => [...episode]));
  return Array.from({ length: Math.ceil(visits.length / size) }, (_, i) => ({
    visits: visits.slice(i * size, (i + 1) * size),
    actions: actions.slice(i * size, (i + 1) * size),
    advantages: flat.slice(i * size, (i + 1) * size),
  }));
}
