/**
 * Keeps a long search polite: lets timers, signals and progress bars run now and then. Changes
 * nothing that a search decides.
 */
import { setImmediate } from "node:timers/promises";

/** Returns a function to await once per step; every `steps`-th call gives the event loop a turn. */
export function breathEvery(steps: number): () => Promise<void> | undefined {
  let count = 0;
  return () => (++count % steps === 0 ? setImmediate() : undefined);
}
