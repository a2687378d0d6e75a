/**
 * `2bw`: one forward, one backward in turn without a flush, with two versions of the weights
 * (Narayanan et al., "Memory-Efficient Pipeline-Parallel DNN Training", ICML 2021).
 *
 * Gradients of an iteration are summed, and each iteration makes one new version. The forwards of
 * iteration t use the version that iteration t - 2 made, at every stage: a delay of one. That holds
 * only where all micro-batches in flight belong to two iterations, so M is at least their number.
 */
import type { ScheduleMaker } from "./contract.ts";
import { inFlightLimits, lanesFrom } from "./in-flight.ts";
import { inTurn, oneForwardOneBackward, orderOf } from "./lanes.ts";
import { noOptions } from "./options.ts";

const VERSIONS = 2;

export const twoBufferedWeights: ScheduleMaker<null> = {
  name: "2bw",
  summary: "One forward, one backward in turn without a flush; two versions of the weights.",
  paper: "Narayanan et al., Memory-Efficient Pipeline-Parallel DNN Training, ICML 2021",
  asynchronous: true,
  options: noOptions("2bw"),
  refuses(shape) {
    const [least] = lanesFrom(shape);
    if (shape.microBatches >= least) return null;
    const given = `${shape.microBatches} micro-batches are too few`;
    return `Schedule "2bw" needs at least ${least} micro-batches for two weight versions; ${given}.`;
  },
  make(shape) {
    const limits = inFlightLimits(shape);
    const order = orderOf(
      shape,
      (stage, microBatches) => oneForwardOneBackward(stage, microBatches, limits[stage]),
      0,
      shape.microBatches * shape.iterations,
    );
    return {
      order,
      replicaOf: inTurn(shape),
      weightVersions: new Int32Array(shape.stages.length).fill(VERSIONS),
      update: "iteration",
    };
  },
};
