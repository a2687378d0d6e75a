/**
 * `EpisodeState`: a placement env's whole state as plain JSON values, and the check of one that
 * comes from outside.
 *
 * Numbers survive JSON exactly, so an env restored from the text goes on as the original would,
 * random numbers included.
 */
import { z } from "zod";
import { InputError } from "../../model/errors.ts";
import type { RngState } from "../../model/rng.ts";
import type { Scenario } from "../../model/scenario.ts";

const rngSchema = z.object({
  path: z.string(),
  alea: z.object({ c: z.number(), s0: z.number(), s1: z.number(), s2: z.number() }),
});
const isRngState = (value: unknown): boolean => rngSchema.safeParse(value).success;

const stateSchema = z.object({
  id: z.string(),
  /** Before the first reset, in an episode, after its end, after close. */
  phase: z.enum(["new", "running", "ended", "closed"]),
  rng: z.custom<RngState>(isRngState, "expected the state of a random generator"),
  device: z.array(z.int().min(0)),
  placed: z.array(z.int().min(0).max(1)),
  visits: z.array(z.int().min(0)),
  current: z.int().min(-1),
  startUs: z.array(z.number()).nullable(),
  utility: z.number(),
  /** The best placement scored since the last seeded reset, for episodes that start there. */
  best: z.object({ device: z.array(z.int().min(0)), cost: z.number() }).nullable(),
});

export type EpisodeState = z.infer<typeof stateSchema>;
export type Phase = EpisodeState["phase"];

/** Throws one sentence on anything but a state of the env `id` on a scenario of this size. */
export function parseState(state: unknown, id: string, scenario: Scenario): EpisodeState {
  const parsed = stateSchema.safeParse(state);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0];
    throw new InputError(`The saved state of ${id} is damaged at "${path.join(".")}": ${message}.`);
  }
  const saved = parsed.data;
  if (saved.id !== id) throw new InputError(`The saved state is one of ${saved.id}, expected ${id}.`);
  const { groupCount } = scenario.grouping;
  const deviceCount = scenario.cluster.devices.length;
  const perGroup = [saved.device, saved.placed, saved.visits, saved.startUs, saved.best?.device];
  const otherLength = perGroup.find((entries) => entries && entries.length !== groupCount);
  if (otherLength)
    throw new InputError(
      `The saved state of ${id} covers ${otherLength.length} groups, but scenario "${scenario.name}" has ${groupCount}.`,
    );
  if (saved.current >= groupCount)
    throw new InputError(`The saved state of ${id} is at group ${saved.current} of ${groupCount}.`);
  const unknownDevice = [...saved.device, ...(saved.best?.device ?? [])].find((d) => d >= deviceCount);
  if (unknownDevice !== undefined)
    throw new InputError(
      `The saved state of ${id} uses device ${unknownDevice}, but scenario "${scenario.name}" has ${deviceCount}.`,
    );
  return saved;
}
