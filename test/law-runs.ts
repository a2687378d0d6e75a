/**
 * How many instances a law is tried on. A law states the number of a whole run. `npm test` draws a
 * share of them, `npm run test:laws` all: it has PLACEMENT_GYM_LAWS=whole.
 */
import { createRng } from "../env/model/rng.ts";

const SHARE = 0.25;

const isWhole = process.env.PLACEMENT_GYM_LAWS === "whole";

/** Instances to draw of so many. Of those that must be of some kind, the same share. */
export const drawn = (count: number): number => (isWhole ? count : Math.ceil(count * SHARE));

/** As many of these cases, in their order. The seed is a name, so each law has its own. */
export function drawnFrom<T>(cases: readonly T[], seed: string): T[] {
  const rng = createRng(`draw ${seed}`);
  const left = cases.map((_, i) => i);
  while (left.length > drawn(cases.length)) left.splice(rng.int(left.length), 1);
  return left.map((i) => cases[i]);
}
