/**
 * `PlacementView`: what the replaceable parts of a placement env may read of a running episode.
 *
 * Parts never write to it and keep nothing between calls, because clones of an env share their
 * parts.
 */
import type { Scenario } from "../../model/scenario.ts";

export interface PlacementView {
  readonly scenario: Scenario;
  /** Device of each group. A group that is not placed yet has its default device here. */
  readonly device: Int32Array;
  /** 1 where the start placement or an action has placed the group. */
  readonly placed: Uint8Array;
  /** How often an action has placed the group in this episode. */
  readonly visits: Int32Array;
  /** The group that the next action places, -1 where the next action is not about one group. */
  readonly current: number;
  /**
   * Start of each group's first op in the last simulated step in us. Null where no step was
   * simulated.
   */
  readonly startUs: Float64Array | null;
  /**
   * The group that the last action placed, where it changed no more than that and `current`. Else
   * it is -1.
   */
  readonly onlyPlaced: number;
}
