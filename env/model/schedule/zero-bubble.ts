/**
 * `zb-h1`: one forward, one backward in turn, with the backward pass split in two (Qi et al., "Zero
 * Bubble Pipeline Parallelism", ICLR 2024).
 *
 * Only the gradients of inputs wait for the next stage; those of weights fill the bubbles. Stage s
 * of S puts off s micro-batches of weights at most. With its S - s in flight no stage keeps more
 * than S. For M >= S and equal phases an iteration takes `M (f + b + w) + (S - 1)(f + b - w)`.
 */
import { Phase, type ScheduleItem, type ScheduleMaker } from "./contract.ts";
import { inFlightLimits } from "./in-flight.ts";
import { item, oneForwardOneBackward, withFlush } from "./lanes.ts";
import { noOptions } from "./options.ts";

export const zeroBubble: ScheduleMaker<null> = {
  name: "zb-h1",
  summary: "One forward, one backward in turn; gradients of weights fill the bubbles before the flush.",
  paper: "Qi et al., Zero Bubble Pipeline Parallelism, ICLR 2024",
  asynchronous: false,
  options: noOptions("zb-h1"),
  make(shape) {
    const limits = inFlightLimits(shape);
    return withFlush(shape, (stage, microBatches) => {
      const putOff = Math.max(0, limits[0] - limits[stage]);
      const items: ScheduleItem[] = [];
      let backwards = 0;
      let weights = 0;
      for (const each of oneForwardOneBackward(stage, microBatches, limits[stage])) {
        items.push(each);
        if (each.phase === Phase.backward && backwards++ - weights >= putOff)
          items.push(item(stage, microBatches[weights++], Phase.weights));
      }
      for (; weights < microBatches.length; weights++)
        items.push(item(stage, microBatches[weights], Phase.weights));
      return items;
    });
  },
};
