/**
 * The stages of PipeDream's interval program (interval-program.ts) on single devices. A machine of
 * an outer level that replicates a stage divides it into stages of its own. Those become stages of
 * the whole pipeline, and the replicas multiply.
 *
 * Minibatches are dealt to the outer replicas in turn, and within each to the inner ones. So the
 * replicas of a stage come in an order in which the outer machine changes fastest.
 */
import type { IntervalStage } from "./interval-program.ts";

export interface FlatStage {
  readonly layers: readonly number[];
  /** Places of its devices, in the order in which minibatches are dealt to them. */
  readonly places: readonly number[];
}

/**
 * Devices are numbered machine by machine. A stage without layers is left out.
 *
 * @param machines by level, innermost first
 */
export function flatStages(stages: readonly IntervalStage[], machines: readonly number[]): FlatStage[] {
  return onLevel(stages, machines, machines.length - 1);
}

/** Stages of one machine above the level; places count from its first device. */
function onLevel(stages: readonly IntervalStage[], machines: readonly number[], level: number): FlatStage[] {
  const size = machines.slice(0, level).reduce((all, each) => all * each, 1);
  let first = 0;
  return stages.flatMap(({ layers, replicas, inside }): FlatStage[] => {
    const starts = Array.from({ length: replicas }, (_, r) => (first + r) * size);
    first += replicas;
    const within = level === 0 ? [{ layers, places: [0] }] : onLevel(inside, machines, level - 1);
    return within
      .filter((stage) => stage.layers.length > 0)
      .map((stage) => ({
        layers: stage.layers,
        places: stage.places.flatMap((place) => starts.map((start) => start + place)),
      }));
  });
}
