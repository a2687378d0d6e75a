/**
 * Turns of the event loop within a long search, so that timers, signals and progress bars run. They
 * change nothing that a search decides.
 */
import { setImmediate } from "node:timers/promises";

/** Returns a function to await once per step; every `steps`-th call yields to the event loop. */
export function yieldEvery(steps: number): () => Promise<void> | undefined {
  let count = 0;
  return () => (++count % steps === 0 ? setImmediate() : undefined);
}
