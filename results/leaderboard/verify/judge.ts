/**
 * What cells of a track are held against: its scenarios, their evaluators and the bounds of the
 * simulator. A scenario is opened once and has the content hash of the track. Loads no TensorFlow.
 */
import { InputError } from "../../../env/model/errors.ts";
import { scenarioHash } from "../../../env/model/file.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Bound, Evaluator } from "../../../env/sim/evaluator/contract.ts";
import { evaluator } from "../../../env/sim/objectives/evaluator.ts";
import { resolveScenario } from "../../../scenarios/resolve.ts";
import type { Track } from "../contract.ts";
import { tracks as boardTracks, trackNamed } from "../tracks/tracks.ts";

export interface Judged {
  readonly uri: string;
  readonly hash: string;
  readonly scenario: Scenario;
  readonly evaluator: Evaluator;
  /** The simulator's: anybody can compute it again. */
  readonly bound: Bound;
}

export interface Judge {
  readonly tracks: readonly Track[];
  /** Throws `InputError` on an id of no track. */
  track(id: string): Track;
  /** Of one scenario of a track, by its number there. */
  judged(track: Track, index: number): Promise<Judged>;
}

/** Opens each scenario when it is first asked for. Tracks with equal scenarios share them. */
export function createJudge(tracks: readonly Track[] = boardTracks): Judge {
  const known = new Map<string, Promise<Judged>>();
  return {
    tracks,
    track: (id) => trackNamed(id, tracks),
    judged(track, index) {
      const [uri, hash] = track.scenarios[index];
      const judged = known.get(hash) ?? open(track, uri, hash);
      known.set(hash, judged);
      return judged;
    },
  };
}

async function open({ id, objective, answers }: Track, uri: string, hash: string): Promise<Judged> {
  const scenario = await resolveScenario(uri, { objective });
  const found = scenarioHash(scenario);
  if (found !== hash)
    throw new InputError(
      `Scenario "${uri}" of the track "${id}" is not what it was: its content hash is ${found}, expected ${hash}.`,
    );
  const score = evaluator(scenario);
  return { uri, hash, scenario, evaluator: score, bound: score.bound(answers) };
}
