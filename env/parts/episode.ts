/**
 * `EpisodeView`: what the replaceable parts of an env may look at, one episode as it stands.
 *
 * Parts read it and never write to it, and keep nothing between calls: clones of an env share their
 * parts.
 */
import type { Scenario } from "../model/scenario.ts";

export interface EpisodeView {
  readonly scenario: Scenario;
  /** Device of each group; groups not yet placed hold their default device. */
  readonly device: Int32Array;
  /** 1 where the start placement or an action has placed the group. */
  readonly placed: Uint8Array;
  /** How often an action has placed the group in this episode. */
  readonly visits: Int32Array;
  /** The group that the next action places, -1 where the next action is not about one group. */
  readonly current: number;
  /**
   * When each group's first op started in the last simulated run in us, null where none was
   * simulated.
   */
  readonly startUs: Float64Array | null;
}
