/**
 * Which operators have a rule. `recorded/aten-ops.txt` holds the op types of 36 exports of
 * torchvision and transformers (torch 2.14.1), before and after `run_decompositions()`.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { coverageOf, operatorOf } from "../../../../scenarios/import/torch-fx/operators.ts";

const recorded = readFileSync(new URL("./recorded/aten-ops.txt", import.meta.url), "utf8")
  .trim()
  .split("\n");

test("every op type of the exports is known", () => {
  const counts = { rule: 0, "zero-cost": 0, unknown: 0 };
  for (const type of recorded) counts[coverageOf(type)]++;
  console.log(`aten op types of 36 exports: ${JSON.stringify(counts)} of ${recorded.length}`);
  expect(recorded.filter((type) => coverageOf(type) === "unknown")).toEqual([]);
  expect(counts["zero-cost"]).toBeGreaterThan(10);
  expect(counts.rule).toBeGreaterThan(100);
});

test("what no rule knows is unknown, by every kind of name", () => {
  for (const type of [
    "aten.mystery.default",
    "mylib.attention_v9.default",
    "Mystery",
    "<function mystery at 0x7f>",
  ])
    expect(coverageOf(type)).toBe("unknown");
});

test.each([
  ["aten.conv2d.default", "conv2d"],
  ["aten.add_.Tensor", "add"],
  ["aten._softmax.default", "_softmax"],
  ["torchvision.roi_align.default", "roi_align"],
  ["prims.convert_element_type.default", "convert_element_type"],
  ["<built-in function getitem>", "getitem"],
  ["<built-in method flatten of type object at 0x7f>", "flatten"],
  ["<function relu at 0x7f>", "relu"],
  ["torch.nn.modules.conv.Conv2d", "Conv2d"],
  ["aten.permute_copy.default", "permute_copy"],
])("%s is %s", (target, operator) => {
  expect(operatorOf(target)).toBe(operator);
  expect(coverageOf(target)).not.toBe("unknown");
});
