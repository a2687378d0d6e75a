/** An item of a schedule in a sentence. */
import type { ScheduleItem } from "../contract.ts";

const names = ["forward", "backward", "weights"] as const;

/** `backward of stage 3, micro-batch 5`. */
export function itemText({ stage, microBatch, phase, span = 1 }: ScheduleItem): string {
  const batches =
    span === 1 ? `micro-batch ${microBatch}` : `micro-batches ${microBatch} to ${microBatch + span - 1}`;
  return `${names[phase]} of stage ${stage}, ${batches}`;
}
