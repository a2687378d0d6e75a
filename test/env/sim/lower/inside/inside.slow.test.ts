/** Many hybrids drawn at random against the work bound and the ceiling. */
import { test } from "vitest";
import { expectDrawnHybrids } from "./drawn-hybrids.ts";

test("300 hybrids are never below the work bound or above the ceiling, and take the same time again", () => {
  expectDrawnHybrids(0, 300);
}, 60_000);
