/**
 * `episodeStatistics`: the last step of an episode has `info.episode`, its return and length, as
 * Gymnasium's RecordEpisodeStatistics does. A wrapper that rescales rewards goes around it, not
 * inside.
 */
import { z } from "zod";
import type { Env, Reset, ResetOptions, Step } from "../contract.ts";
import { parseSaved } from "../envs/saved-state.ts";
import { Wrapper } from "./wrapper.ts";

const ownSchema = z.object({ return: z.number(), length: z.int().min(0) });

/** What `info.episode` holds: the sum of the episode's rewards and its number of steps. */
export type EpisodeStatistics = Readonly<z.infer<typeof ownSchema>>;

export function episodeStatistics<O, A>(env: Env<O, A>): Env<O, A> {
  return new RecordEpisodeStatistics(env);
}

class RecordEpisodeStatistics<O, A> extends Wrapper<O, A> {
  protected readonly wrapperName = "episodeStatistics";
  private episode: EpisodeStatistics = { return: 0, length: 0 };

  override reset(options?: ResetOptions): Reset<O> {
    const reset = this.inner.reset(options);
    this.episode = { return: 0, length: 0 };
    return reset;
  }

  override step(action: A): Step<O> {
    const step = this.inner.step(action);
    this.episode = { return: this.episode.return + step.reward, length: this.episode.length + 1 };
    if (!step.terminated && !step.truncated) return step;
    return { ...step, info: { ...step.info, episode: this.episode } };
  }

  protected around(inner: Env<O, A>): Env<O, A> {
    const copy = new RecordEpisodeStatistics(inner);
    copy.episode = this.episode;
    return copy;
  }

  protected ownState(): EpisodeStatistics {
    return this.episode;
  }

  protected restoreOwn(own: unknown): void {
    this.episode = parseSaved(this.wrapperName, ownSchema, own, "own");
  }
}
