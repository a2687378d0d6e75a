/**
 * `EpisodeState`: a saved env as plain JSON values, and the check of one that comes from outside.
 *
 * Numbers survive JSON exactly. So an env restored from the text goes on as the original would,
 * random numbers included. The fields of the env's `PlanState` are saved next to those listed here.
 */
import { z } from "zod";
import { InputError } from "../../model/errors.ts";
import { scenarioHash } from "../../model/file.ts";
import type { RngState } from "../../model/rng.ts";
import type { Scenario } from "../../model/scenario.ts";
import { parseSaved } from "../saved-state.ts";

const rngSchema = z.object({
  path: z.string(),
  alea: z.object({ c: z.number(), s0: z.number(), s1: z.number(), s2: z.number() }),
});
const isRngState = (value: unknown): boolean => rngSchema.safeParse(value).success;

const stateSchema = z.looseObject({
  id: z.string(),
  /** Content hash of the scenario; other scenarios cannot go on from here. */
  scenario: z.string(),
  /** Before the first reset, in an episode, after its end, after close. */
  phase: z.enum(["new", "running", "ended", "closed"]),
  rng: z.custom<RngState>(isRngState, "expected the state of a random generator"),
  utility: z.number(),
  /** The best decisions scored since the last seeded reset, for episodes that start there. */
  best: z.object({ decisions: z.unknown(), cost: z.number() }).nullable(),
});

export type EpisodeState = z.infer<typeof stateSchema>;
export type Phase = EpisodeState["phase"];

/** Hashing a large scenario takes long, and a search saves its env in every step. */
const keys = new WeakMap<Scenario, string>();

/** The content hash of a scenario, made once for each. */
export function stateKeyOf(scenario: Scenario): string {
  let key = keys.get(scenario);
  if (key === undefined) {
    key = scenarioHash(scenario);
    keys.set(scenario, key);
  }
  return key;
}

/**
 * Throws one sentence on anything but a state of the env `id` on this scenario. The plan state
 * checks its fields.
 */
export function parseState(state: unknown, id: string, scenario: Scenario): EpisodeState {
  const saved = parseSaved(id, stateSchema, state);
  if (saved.id !== id) throw new InputError(`The saved state is one of ${saved.id}, expected ${id}.`);
  const key = stateKeyOf(scenario);
  if (saved.scenario !== key)
    throw new InputError(
      `The saved state of ${id} is of the scenario with hash ${saved.scenario.slice(0, 16)}, expected ${key.slice(0, 16)}, "${scenario.name}".`,
    );
  return saved;
}
