/**
 * `pipedream`: one forward, one backward in turn without a flush (Narayanan et al., "PipeDream",
 * SOSP 2019).
 *
 * Weights are updated after every micro-batch. A backward uses the weights of its forward, so each
 * replica stashes one version for each micro-batch in flight. Without replicas those are S - s at
 * stage s of S. Dealt replicas take micro-batches in turn; the backward runs where the forward did.
 */
import type { ScheduleMaker } from "./contract.ts";
import { inFlightLimits } from "./in-flight.ts";
import { inTurn, oneForwardOneBackward, orderOf } from "./lanes.ts";
import { noOptions } from "./options.ts";

export const pipedream: ScheduleMaker<null> = {
  name: "pipedream",
  summary: "One forward, one backward in turn without a flush; weights stashed for each micro-batch.",
  paper: "Narayanan et al., PipeDream, SOSP 2019",
  asynchronous: true,
  options: noOptions("pipedream"),
  make(shape) {
    const limits = inFlightLimits(shape);
    const order = orderOf(
      shape,
      (stage, microBatches) => oneForwardOneBackward(stage, microBatches, limits[stage]),
      0,
      shape.microBatches * shape.iterations,
    );
    return { order, replicaOf: inTurn(shape), weightVersions: limits, update: "micro-batch" };
  },
};
