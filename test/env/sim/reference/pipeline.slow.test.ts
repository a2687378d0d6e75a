/** Many more random pipelines against their specification. */
import { expect, test } from "vitest";
import { compareTwins } from "./pipeline-twins.ts";

test("2,000 pipelines take the same time where stages share no link", () => {
  const { compared, apart, wrong, different, over } = compareTwins(10_000, 12_000, { networks: ["pairs"] });
  console.log(`${compared} compared, ${apart} of them share no link, ${different} of the others differ`);
  expect(compared).toBeGreaterThan(1_900);
  expect(apart).toBeGreaterThan(400);
  expect([wrong, over]).toEqual([[], []]);
  expect(different).toBeLessThan(0.01 * compared);
});

test("1,000 pipelines differ by at most a fifth where transfers meet on a link", () => {
  const { worst, different, compared } = compareTwins(20_000, 21_000, { networks: ["egress", "hub"] });
  console.log(`${different} of ${compared} differ, by at most ${(100 * worst).toFixed(1)}%`);
  expect(worst).toBeLessThan(0.2);
});
