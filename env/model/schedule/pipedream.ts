/**
 * `pipedream`: one forward, one backward in turn without a flush (Narayanan et al., "PipeDream",
 * SOSP 2019).
 *
 * Weights are updated after every micro-batch. A backward uses the weights of its forward, so each
 * replica stashes one version for each micro-batch in flight. Without replicas those are S - s at
 * stage s of S. Dealt replicas take micro-batches in turn; the backward runs where the forward did.
 *
 * `inFlight` keeps that number at most in flight in each replica, as HetPipe's Nm does (Park et
 * al., USENIX ATC 2020), and so fewer versions.
 */
import type { ScheduleMaker } from "./contract.ts";
import { inFlightLimits } from "./in-flight.ts";
import { inTurn, oneForwardOneBackward, orderOf } from "./lanes.ts";
import { checkOptionNames, countOption } from "./options.ts";

interface PipedreamOptions {
  /** Most micro-batches in flight in each replica; infinite for as many as it takes. */
  readonly inFlight: number;
}

export const pipedream: ScheduleMaker<PipedreamOptions> = {
  name: "pipedream",
  summary: "One forward, one backward in turn without a flush; weights stashed for each micro-batch.",
  paper: "Narayanan et al., PipeDream, SOSP 2019",
  asynchronous: true,
  options(given) {
    checkOptionNames("pipedream", given, ["inFlight"]);
    return { inFlight: countOption("pipedream", given, "inFlight", Number.POSITIVE_INFINITY) };
  },
  make(shape, { inFlight }) {
    const limits = inFlightLimits(shape, (needed) => Math.min(needed, inFlight));
    const order = orderOf(
      shape,
      (stage, microBatches) => oneForwardOneBackward(stage, microBatches, limits[stage]),
      0,
      shape.microBatches * shape.iterations,
    );
    return { order, replicaOf: inTurn(shape), weightVersions: limits, update: "micro-batch" };
  },
};
