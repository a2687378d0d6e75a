/**
 * `1f1b`: one forward, one backward in turn, with a flush at the end of each iteration
 * (PipeDream-Flush in Narayanan et al., "Memory-Efficient Pipeline-Parallel DNN Training", ICML
 * 2021).
 *
 * It takes the time of fill and drain on equal stages, but stage s of S keeps min(M, S - s)
 * micro-batches, not all M.
 */
import type { ScheduleMaker } from "./contract.ts";
import { inFlightLimits } from "./in-flight.ts";
import { oneForwardOneBackward, withFlush } from "./lanes.ts";
import { noOptions } from "./options.ts";

export const oneForwardOneBackwardFlush: ScheduleMaker<null> = {
  name: "1f1b",
  summary: "One forward, one backward in turn, with a flush at the end of each iteration.",
  paper: "Narayanan et al., Memory-Efficient Pipeline-Parallel DNN Training, ICML 2021",
  asynchronous: false,
  options: noOptions("1f1b"),
  make(shape) {
    const limits = inFlightLimits(shape);
    return withFlush(shape, (stage, microBatches) =>
      oneForwardOneBackward(stage, microBatches, limits[stage]),
    );
  },
};
