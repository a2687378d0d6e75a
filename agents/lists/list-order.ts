/**
 * `ListOrder`: an order of the ops of a given placement, by list scheduling. A free device takes
 * the ready op with the largest upward rank. This is highest level first (Hu, "Parallel sequencing
 * and assembly line problems", Operations Research 1961); here ranks include the transfers of the
 * placement.
 *
 * It is a private model of the scenario, not the simulator. It simplifies ops and transfers that
 * exclude each other, links that share their speed, free multicast, and ties. It returns the order
 * as `opPriority`. The end of the schedule is an estimate that helps to choose which placement
 * to evaluate. A schedule has no cycle, so no plan with its order waits for itself.
 */
import type { Compiled } from "../../env/sim/engine/compile.ts";
import type { PassCounter } from "../../env/sim/evaluator/budget.ts";
import { ListSchedule } from "./list-schedule.ts";

export interface ListOrder {
  /**
   * Position of each op in the schedule, shape [opCount], for `opPriority`. Every call makes a
   * new one.
   */
  of(device: Int32Array): Float64Array;
  /** Upward rank of each op in us, in the last placement asked for. */
  readonly tailUs: Float64Array;
  /** When each op starts in the schedule of the last placement asked for, us. */
  readonly startUs: Float64Array;
  /**
   * When each slot is on each device in the last placement asked for, shape [slotCount x
   * deviceCount], us; NaN where it has not been sent.
   */
  readonly thereUs: Float64Array;
  /** When the schedule of the last placement asked for ends, us. */
  endUs(): number;
}

/** Each order is one private pass. */
export function createListOrder(compiled: Compiled, passes: PassCounter): ListOrder {
  const schedule = new ListSchedule(compiled);
  return {
    tailUs: schedule.tailUs,
    startUs: schedule.startUs,
    thereUs: schedule.thereUs,
    endUs: () => schedule.endUs,
    of(device) {
      passes.pass();
      return schedule.run(device);
    },
  };
}
