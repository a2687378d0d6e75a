/**
 * `gpipe`: all forwards, then all backwards in the reverse order of micro-batches, as the last
 * stage holds what it made last (Huang et al., "GPipe", NeurIPS 2019).
 *
 * Every replica keeps all its micro-batches at once. With S stages of equal forward f and backward
 * b and M micro-batches an iteration takes (M + S - 1)(f + b).
 *
 * With `recompute: "except-last"` the last micro-batch, whose backward comes first, is not computed
 * again (Kim et al., "torchgpipe", 2020).
 */
import { Phase, type ScheduleMaker } from "./contract.ts";
import { item, withFlush } from "./lanes.ts";
import { checkOptionNames, wordOption } from "./options.ts";

const NAME = "gpipe";

export interface FillDrainOptions {
  /** Of the ops that the plan marks, which micro-batches are computed again. */
  readonly recompute: "all" | "except-last";
}

export const fillDrain: ScheduleMaker<FillDrainOptions> = {
  name: NAME,
  summary: "All forwards, then all backwards in reverse order, then a flush.",
  paper: "Huang et al., GPipe, NeurIPS 2019",
  asynchronous: false,
  options(given) {
    checkOptionNames(NAME, given, ["recompute"]);
    return { recompute: wordOption(NAME, given, "recompute", ["all", "except-last"]) };
  },
  make(shape, { recompute }) {
    const schedule = withFlush(shape, (stage, microBatches) => {
      const items = microBatches.map((m) => item(stage, m, Phase.forward));
      for (let i = microBatches.length - 1; i >= 0; i--)
        items.push(item(stage, microBatches[i], Phase.backward));
      return items;
    });
    if (recompute === "all") return schedule;
    return { ...schedule, keeps: (microBatch) => microBatch % shape.microBatches === shape.microBatches - 1 };
  },
};
