/**
 * `ObservationPart`: what an env shows of its state.
 *
 * An observation is a fresh one, whose arrays belong to the caller. A part that says which of its
 * entries can change may also write a new moment into an observation that it made before. That
 * saves the arrays of each step.
 */
import type { Space } from "../contract.ts";
import type { PlacementView } from "./views/placement-view.ts";

/** A part reads the state as a `View`. */
export interface ObservationPart<Observation, View = PlacementView> {
  readonly space: Space<Observation>;
  /**
   * Whether `observe` reads `startUs`. Under the makespan it costs a second run of the engine.
   */
  readonly needsStartTimes: boolean;
  observe(view: View): Observation;
  /**
   * Makes an observation of this part, of any moment, that of `view`. Where `isNext`, it is of the
   * moment before: an action ago. Without it observations are always made anew.
   */
  rewrite?(observation: Observation, view: View, isNext: boolean): void;
  /** Entries that are the same in all observations, such as the edges of a graph. */
  readonly constant?: Partial<Observation>;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface RewritableRules<Observation, View>
  extends Pick<ObservationPart<Observation, View>, "space" | "needsStartTimes" | "constant"> {
  /** An observation of fresh arrays, in which all that never changes is right. */
  blank(): Observation;
  /** Writes all that `blank` leaves open. */
  rewrite(observation: Writable<Observation>, view: View, isNext: boolean): void;
}

/** A part whose observations are blank ones that were written once. */
export function rewritable<Observation, View>(
  rules: RewritableRules<Observation, View>,
): ObservationPart<Observation, View> {
  return {
    ...rules,
    observe(view) {
      const observation = rules.blank();
      rules.rewrite(observation, view, false);
      return observation;
    },
  };
}
