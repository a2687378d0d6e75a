/**
 * The episodes of the HTTP interface: envs by an id that the client chooses. One that nobody asks
 * for is forgotten after a time, and the oldest where there are too many.
 */
import type { Env, Reset } from "../../../../../env/contract.ts";
import { InputError } from "../../../../../env/model/errors.ts";
import { packageVersion } from "../../../../version.ts";
import type { NamedArray } from "../frames/frame.ts";
import { checkPlain } from "../session/env-options.ts";
import { type Fields, objectIn, optionalTextIn } from "../session/fields.ts";
import { spaceJson } from "../session/spaces.ts";

export interface Episodes {
  readonly metadata: object;
  readonly schema: object;
  reset(request: Fields): object;
  step(request: Fields): object;
  state(id: string | undefined): object;
}

export interface EpisodesOptions {
  readonly make: () => Env;
  readonly sessions: number;
  readonly idleSeconds: number;
  /** Seconds on a steady clock. */
  readonly seconds: () => number;
}

interface Episode {
  readonly env: Env;
  steps: number;
  usedAt: number;
}

const DEFAULT_ID = "0";

/** Makes one env at once, so that wrong options are told before the server starts. */
export function createEpisodes({ make, sessions, idleSeconds, seconds }: EpisodesOptions): Episodes {
  const open = new Map<string, Episode>();
  const first = make();
  const forgetIdle = () => {
    for (const [id, { usedAt }] of open) if (seconds() - usedAt > idleSeconds) open.delete(id);
  };
  const episodeOf = (id: string): Episode => {
    forgetIdle();
    const episode = open.get(id);
    if (episode === undefined)
      throw new InputError(`There is no episode "${id.slice(0, 60)}"; call reset first, or it was idle.`);
    episode.usedAt = seconds();
    return episode;
  };
  /** After the reset has succeeded: one that is refused ends no other episode. */
  const keep = (id: string, env: Env) => {
    if (!open.has(id) && open.size >= sessions) open.delete(open.keys().next().value!);
    open.delete(id);
    open.set(id, { env, steps: 0, usedAt: seconds() });
  };
  return {
    metadata: metadataOf(first),
    schema: schemaOf(first),
    reset(request) {
      const id = optionalTextIn(request, "episode_id") ?? DEFAULT_ID;
      const seed = (request.seed ?? undefined) as number | string | undefined;
      const options = objectIn(request, "options");
      checkPlain("reset", options);
      forgetIdle();
      const env = open.get(id)?.env ?? make();
      const seen = env.reset({ seed, options });
      keep(id, env);
      return { observation: shownTo(seen), reward: null, done: false, episode_id: id };
    },
    step(request) {
      const id = optionalTextIn(request, "episode_id") ?? DEFAULT_ID;
      const episode = episodeOf(id);
      const { reward, terminated, truncated, ...seen } = episode.env.step(actionIn(request));
      episode.steps++;
      const ends = { terminated, truncated, done: terminated || truncated };
      return { observation: shownTo(seen), reward, ...ends, episode_id: id };
    },
    state(id = DEFAULT_ID) {
      const { steps, env } = episodeOf(id);
      return { episode_id: id, step_count: steps, scenario: env.scenario.name };
    },
  };
}

/** A number or a list, bare or in an object with the field `action`. */
function actionIn({ action }: Fields): unknown {
  const isObject = typeof action === "object" && action !== null && !Array.isArray(action);
  return isObject ? (action as Fields).action : action;
}

/** Observation with mask, and the outcome of the evaluation where there was one. */
function shownTo({ observation, info }: Reset<unknown>): object {
  const { actionMask, outcome } = info;
  const seen = ArrayBuffer.isView(observation) ? { flat: observation } : (observation as object);
  return {
    ...Object.fromEntries(Object.entries(seen).map(([name, value]) => [name, plain(value)])),
    action_mask: plain(actionMask),
    metadata:
      outcome === undefined ? {} : { feasible: outcome.feasible, value: outcome.value, cost: outcome.cost },
  };
}

const plain = (value: unknown): unknown =>
  ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value;

const metadataOf = ({ metadata, scenario }: Env): object => ({
  name: metadata.id,
  description: `Device placement on ${scenario.name}.`,
  version: packageVersion,
});

function schemaOf({ actionSpace, observationSpace }: Env): object {
  const arrays: NamedArray[] = [];
  const spaces = {
    action: spaceJson(actionSpace, "action", arrays),
    observation: spaceJson(observationSpace, "observation", arrays),
  };
  return { ...spaces, arrays: Object.fromEntries(arrays.map(({ name, data }) => [name, plain(data)])) };
}
