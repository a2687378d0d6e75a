/** The bars of the READMEs of the measured sets, on all rows that are here. */
import { describe, expect, test } from "vitest";
import { ABSENT, sharedPath } from "../../shared-folder.ts";
import { fidelity } from "./command.ts";

const data = sharedPath("data", "measured");

describe.skipIf(data === null)(`measured training steps (skipped where ${ABSENT})`, () => {
  const reportOf = (set: string) => {
    const texts: string[] = [];
    fidelity(["--set", set, "--json"], (text) => texts.push(text));
    return JSON.parse(texts[0]);
  };

  test("vTrain, one node: composed to 1e-6, by the device model within 9% and 0.98", () => {
    const { composed } = reportOf("vtrain-single").groups;
    expect(composed.rows).toBe(865);
    expect(composed.max).toBeLessThan(1e-4);
    const roofline = reportOf("vtrain-single-roofline");
    expect(roofline.rows).toBe(960);
    expect(roofline.mape).toBeLessThan(9);
    expect(roofline.spearman).toBeGreaterThan(0.98);
  });

  test("vTrain, many nodes: 9%, median 4.5%, 0.93", () => {
    const { rows, mape, median, spearman } = reportOf("vtrain-multi");
    expect(rows).toBe(73);
    expect(mape).toBeLessThan(9);
    expect(median).toBeLessThan(4.5);
    expect(spearman).toBeGreaterThan(0.93);
  });

  test("Calculon's eight: 5%, the largest 9%", () => {
    const { rows, mape, max } = reportOf("calculon");
    expect(rows).toBe(8);
    expect(mape).toBeLessThan(5);
    expect(max).toBeLessThan(9);
  });

  test("Sailor: 8.5% and 0.99 on sound rows, 7.5% on mixed devices, memory 6% and 7%", () => {
    const { groups, memory } = reportOf("sailor");
    expect(groups["gh200, sound rows"].rows).toBe(21);
    expect(groups["gh200, sound rows"].mape).toBeLessThan(8.5);
    expect(groups["gh200, sound rows"].spearman).toBeGreaterThan(0.99);
    expect(groups.mixed.mape).toBeLessThan(7.5);
    expect(memory.gh200.mape).toBeLessThan(6);
    expect(memory.mixed.mape).toBeLessThan(7);
  });
});
