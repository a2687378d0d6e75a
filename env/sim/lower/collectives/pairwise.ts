/**
 * Collectives in which each member sends to each other one what that one needs: in round k to the
 * member k places on (pairwise exchange; Thakur, Rabenseifner and Gropp, IJHPCA 2005).
 */
import { message, round, type Steps } from "./steps.ts";

/** Every member sends a part of 1/n of the bytes to each other one: n - 1 rounds. */
export function allToAll(steps: Steps): readonly number[] {
  const count = steps.last.length;
  let last = steps.last;
  for (let distance = 1; distance < count; distance++)
    last = round(
      steps,
      last,
      () => 1 / count,
      (member) => (member + count - distance) % count,
    );
  return last;
}

/** Every member gets all bytes of its source; one that is its own source gets none. */
export function permute(steps: Steps, sources: readonly number[]): readonly number[] {
  const last = [...steps.last];
  const before = steps.last;
  sources.forEach((source, member) => {
    if (source === member) return;
    const at = [...before];
    message(steps, at, { from: source, to: member, share: 1 });
    last[member] = at[member];
  });
  return last;
}
