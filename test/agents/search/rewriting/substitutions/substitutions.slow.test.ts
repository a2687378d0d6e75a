import { expect, test } from "vitest";
import { agreement } from "../../../../../agents/search/rewriting/substitutions/instances.ts";
import { isProven } from "../../../../../agents/search/rewriting/substitutions/proof.ts";
import { properties } from "../../../../../agents/search/rewriting/substitutions/properties.ts";
import { createRng } from "../../../../../env/index.ts";
import { verified } from "../../../../../env/model/graph/rewriting/verified/verified.ts";

test("all properties and all verified substitutions agree on 100 random shapes; all are proven", () => {
  const rng = createRng("all substitutions");
  for (const each of [...properties, ...verified]) {
    expect(agreement(each, 100, rng), each.text).toBe(100);
    expect(isProven(each, rng), each.text).toBe(true);
  }
});
