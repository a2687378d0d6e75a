/**
 * Ring all-reduce: 2 (n - 1) steps, in each of which every member sends 1/n of the bytes to the
 * next (Patarasuk and Yuan, "Bandwidth Optimal All-reduce Algorithms for Clusters of Workstations",
 * JPDC 2009). Each member sends 2 (n - 1) / n of the bytes in all.
 */
import type { Steps } from "./steps.ts";

/** Returns the last task of each member, in the order of `last`. */
export function ringAllReduce({ builder, amount, step, last }: Steps): readonly number[] {
  const count = last.length;
  let current = last;
  for (let round = 0; round < 2 * (count - 1); round++) {
    const sent = current.map((task) => builder.message(task, amount, 1 / count));
    current = current.map((before, member) => {
      const next = step(member);
      builder.after(next, before);
      builder.uses(next, sent[(member + count - 1) % count]);
      return next;
    });
  }
  return current;
}
