/** A collective that goes on: who takes part, and the last task of each member so far. */
import type { TaskBuilder } from "../tasks/task-builder.ts";

export interface Steps {
  readonly builder: TaskBuilder;
  /** Entry of the table of bytes that is moved: what a member has where it has most. */
  readonly amount: number;
  /** Shares of the bytes that the members' chunks have; absent for equal ones that add up to 1. */
  readonly chunks?: readonly number[];
  readonly step: (member: number) => number;
  readonly last: readonly number[];
}

/** Share of the bytes in a member's chunk; members are counted round the ring. */
export function chunkOf({ chunks, last }: Pick<Steps, "chunks" | "last">, member: number): number {
  const count = last.length;
  return chunks === undefined ? 1 / count : chunks[((member % count) + count) % count];
}

/** Shares of whole elements that differ by one at most, larger ones first. */
export function wholeChunks(elements: number, count: number): readonly number[] | undefined {
  if (elements % count === 0) return undefined;
  const least = Math.floor(elements / count);
  const larger = elements % count;
  return Array.from({ length: count }, (_, member) => (least + (member < larger ? 1 : 0)) / elements);
}

/** The same collective among some of the members, which have other numbers there. */
export const among = (steps: Steps, members: readonly number[], last: readonly number[]): Steps => ({
  ...steps,
  step: (i) => steps.step(members[i]),
  last: members.map((member) => last[member]),
});

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

/** Every member sends a message to another one at once; `sourceOf` names whose each one gets. */
export function round(
  { builder, amount, step }: Pick<Steps, "builder" | "amount" | "step">,
  last: readonly number[],
  shareOf: (sender: number) => number,
  sourceOf: (member: number) => number,
): readonly number[] {
  const first = builder.message(last[0], amount, shareOf(0));
  for (let member = 1; member < last.length; member++) builder.message(last[member], amount, shareOf(member));
  return last.map((before, member) => {
    const next = step(member);
    builder.after(next, before);
    // Messages are numbered one after the other.
    builder.uses(next, first + sourceOf(member));
    return next;
  });
}
