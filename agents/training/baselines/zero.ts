/** Expects 0, for rewards that are differences already, such as the drop in step time by a move. */
import { type Baseline, everywhere } from "./baseline.ts";

export const zeroBaseline = (): Baseline => ({
  expected: (returns) => everywhere(returns, 0),
  save: () => null,
  load() {},
});
