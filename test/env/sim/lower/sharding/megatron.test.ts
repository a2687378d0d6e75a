/**
 * Megatron's layout of a transformer block (shared sheet 18, from Shoeybi et al., arXiv 1909.08053,
 * and Korthikanti et al., arXiv 2205.05198): which collectives fall out of the splits.
 */
import { describe, expect, test } from "vitest";
import { machines } from "../machines.ts";
import { expectNumbersOfOneDevice } from "./one-device.ts";
import { collectivesOf, runSharding, shardedScenario } from "./sharded.ts";
import { megatron, transformerBlock } from "./transformer-block.ts";

const SIZES = { b: 2, s: 4, h: 8, a: 4, d: 2, f: 16 };
const BYTES = 8 * SIZES.b * SIZES.s * SIZES.h;
const block = transformerBlock(SIZES);

const sentIn = (devices: number, sequence: boolean) => {
  const scenario = shardedScenario(block, machines([devices]));
  return collectivesOf(scenario, runSharding(scenario, megatron(block, devices, { sequence })));
};

describe.each([2, 4])("on %i devices", (n) => {
  test("the layout takes 4 all-reduces of b x s x h and nothing else", () => {
    const collectives = sentIn(n, false);
    expect(collectives.map(({ kind, op }) => [kind, op])).toEqual([
      ["all-reduce", "projection"],
      ["all-reduce", "outer"],
      ["all-reduce", "dnorm2"],
      ["all-reduce", "dnorm1"],
    ]);
    for (const { sent } of collectives)
      for (const bytes of sent) expect(bytes).toBeCloseTo((2 * (n - 1) * BYTES) / n, 9);
  });

  test("with sequence parallelism it takes 4 reduce-scatters and 4 all-gathers of the same bytes", () => {
    const collectives = sentIn(n, true);
    const kinds = collectives.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "reduce-scatter")).toHaveLength(4);
    expect(kinds.filter((kind) => kind === "all-gather")).toHaveLength(4);
    expect(kinds).toHaveLength(8);
    for (const { sent } of collectives)
      for (const bytes of sent) expect(bytes).toBeCloseTo(((n - 1) * BYTES) / n, 9);
  });
});

test("the block computes the same numbers under any plan", () => {
  const small = transformerBlock({ b: 2, s: 2, h: 4, a: 2, d: 2, f: 4 });
  expect(expectNumbersOfOneDevice(small, 4)).toBeGreaterThan(25);
});
