/**
 * `dapple-pa` and `dapple-pb`: early backward with a flush (Fan et al., "DAPPLE", PPoPP 2021).
 *
 * Stage s of S begins with K forwards, then runs one backward and one forward in turn. Policy A has
 * K = min(S - s, D), policy B has K = min(2 (S - s) - 1, D). D is the number of micro-batches that
 * fit in the memory of a device; by default all do. A stage keeps K micro-batches, whatever M is.
 */
import type { ScheduleMaker } from "./contract.ts";
import { inFlightLimits } from "./in-flight.ts";
import { oneForwardOneBackward, withFlush } from "./lanes.ts";
import { checkOptionNames, countOption } from "./options.ts";

export interface DappleOptions {
  /** D; infinite where all micro-batches fit. */
  readonly depth: number;
}

const policy = (
  name: string,
  summary: string,
  warmUp: (needed: number) => number,
): ScheduleMaker<DappleOptions> => ({
  name,
  summary,
  paper: "Fan et al., DAPPLE, PPoPP 2021",
  asynchronous: false,
  options(given) {
    checkOptionNames(name, given, ["depth"]);
    return { depth: countOption(name, given, "depth", Number.POSITIVE_INFINITY) };
  },
  make(shape, { depth }) {
    const limits = inFlightLimits(shape, (needed) => Math.min(warmUp(needed), depth));
    return withFlush(shape, (stage, microBatches) =>
      oneForwardOneBackward(stage, microBatches, limits[stage]),
    );
  },
});

export const dapplePolicyA = policy(
  "dapple-pa",
  "Early backward after S - s forwards at stage s of S, with a flush.",
  (needed) => needed,
);

export const dapplePolicyB = policy(
  "dapple-pb",
  "Early backward after 2 (S - s) - 1 forwards at stage s of S, with a flush.",
  (needed) => 2 * needed - 1,
);
