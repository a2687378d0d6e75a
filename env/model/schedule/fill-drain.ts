/**
 * `gpipe`: all forwards, then all backwards in the reverse order of micro-batches, as the last
 * stage holds what it made last (Huang et al., "GPipe", NeurIPS 2019).
 *
 * Every replica keeps all its micro-batches at once. With S stages of equal forward f and backward
 * b and M micro-batches an iteration takes (M + S - 1)(f + b).
 */
import { Phase, type ScheduleMaker } from "./contract.ts";
import { item, withFlush } from "./lanes.ts";
import { noOptions } from "./options.ts";

export const fillDrain: ScheduleMaker<null> = {
  name: "gpipe",
  summary: "All forwards, then all backwards in reverse order, then a flush.",
  paper: "Huang et al., GPipe, NeurIPS 2019",
  asynchronous: false,
  options: noOptions("gpipe"),
  make: (shape) =>
    withFlush(shape, (stage, microBatches) => {
      const items = microBatches.map((m) => item(stage, m, Phase.forward));
      for (let i = microBatches.length - 1; i >= 0; i--)
        items.push(item(stage, microBatches[i], Phase.backward));
      return items;
    }),
};
