/** A collective that goes on: who takes part, and the last task of each member so far. */
import type { TaskBuilder } from "../tasks/task-builder.ts";

export interface Steps {
  readonly builder: TaskBuilder;
  /** Entry of the table of bytes that is summed. */
  readonly amount: number;
  readonly step: (member: number) => number;
  readonly last: readonly number[];
}

/** A message of a share of the bytes from one member to another, which then has a new last task. */
export function message(
  { builder, amount, step }: Pick<Steps, "builder" | "amount" | "step">,
  last: number[],
  { from, to, share }: { from: number; to: number; share: number },
): void {
  const next = step(to);
  builder.after(next, last[to]);
  builder.uses(next, builder.message(last[from], amount, share));
  last[to] = next;
}
