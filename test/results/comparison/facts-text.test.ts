import { expect, test } from "vitest";
import { clausesOf, estimateText, factText } from "../../../results/comparison/facts-text.ts";
import { scaleFor } from "../../../results/text/format.ts";

const ms = scaleFor("us", 6_000);
const megabytes = scaleFor("bytes", 3e6);

test("a fact is told in the unit of the table, however small it is", () => {
  expect(factText({ name: "transfers cut", value: 0.024, unit: "us" }, ms)).toBe("transfers cut 0.000024 ms");
  expect(factText({ name: "its best", value: 12_500, unit: "us" }, ms)).toBe("its best 12.500 ms");
  expect(factText({ name: "nothing", value: 0, unit: "us" }, ms)).toBe("nothing 0.000 ms");
  expect(factText({ name: "weights", value: 12_345, unit: "bytes" }, megabytes)).toBe("weights 0.012 MB");
});

test("a fact of another kind keeps its own unit", () => {
  expect(factText({ name: "weights", value: 12_345, unit: "bytes" }, ms)).toBe("weights 12.3 kB");
  expect(factText({ name: "nodes", value: 12_345 }, ms)).toBe("nodes 12,345");
  expect(factText({ name: "certified by", value: 1_000, unit: "steps" }, ms)).toBe(
    "certified by 1,000 steps",
  );
  expect(factText({ name: "share", value: 2 / 3 }, ms)).toBe("share 0.6667");
});

test("estimates and clauses have the same scale", () => {
  const estimate = { value: 900, unit: "us", model: "its program" } as const;
  expect(estimateText(estimate, 1_800, ms)).toBe("0.900 ms by its program, the simulator +100%");
  const facts = [{ name: "cut", value: 1_500, unit: "us" }];
  expect(clausesOf({ optimalAmong: "all", facts }, ms)).toEqual(["optimal among all", "cut 1.500 ms"]);
});
