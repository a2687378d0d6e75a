import { describe, expect, test } from "vitest";
import { deviceLogits } from "../../../../agents/learned/regal/device-logits.ts";
import { choicesOf } from "../../../../agents/problems/choices.ts";
import { distributionsOf } from "../../../../agents/search/keys/key-bins.ts";
import { createRng, testScenario } from "../../../../env/index.ts";

const graph = `
    a 100 400B
    b 300 400B <- a
    c 50 kinds=CPU <- b`;
const choices = choicesOf(testScenario({ graph, devices: ["GPU", "GPU", "CPU"] }), "accelerators");
/** Bins of mean, variance and elite bias of a key that is near 1, near 0, or uniform. */
const [HIGH, LOW, UNIFORM] = [
  [14, 12, 10],
  [1, 12, 10],
  [8, 2, 10],
];

describe("logits of devices", () => {
  const keys = [HIGH, LOW, UNIFORM, UNIFORM, UNIFORM].flat();
  const logits = deviceLogits(distributionsOf(keys), choices, createRng(1));

  test("are highest where the key is always the largest, and never out of reach", () => {
    expect(logits[0]).toBeCloseTo(Math.log(200.5), 5);
    expect(logits[1]).toBeCloseTo(Math.log(0.5), 5);
  });

  test("are near each other where keys are alike", () => {
    expect(Math.abs(logits[3] - logits[4])).toBeLessThan(1);
  });

  test("rule out devices that have no key", () => {
    expect([logits[2], logits[5], logits[6], logits[7]]).toEqual(new Array(4).fill(Number.NEGATIVE_INFINITY));
    expect(logits[8]).toBeCloseTo(Math.log(200.5), 5);
  });

  test("come from the stream alone", () => {
    expect(deviceLogits(distributionsOf(keys), choices, createRng(1))).toEqual(logits);
  });
});
