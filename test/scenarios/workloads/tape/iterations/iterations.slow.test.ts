/** What iterations.test.ts does, on many sizes. */
import { test } from "vitest";
import { cases } from "./cases.ts";
import { expectPartsOf } from "./property.ts";

test.each(cases)("parts of $name make the whole at many sizes", (network) => {
  expectPartsOf(network, { runs: 60, margin: 5 });
});
