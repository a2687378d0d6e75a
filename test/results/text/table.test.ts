import { describe, expect, test } from "vitest";
import type { CellResult } from "../../../results/cells/cell.ts";
import { compare } from "../../../results/comparison/compare.ts";
import { formatTable } from "../../../results/text/table.ts";
import { fakeRunner } from "../cells.ts";

const GB = 1e9;

async function tableOf(
  entries: Record<string, Partial<CellResult>>,
  { scenarios = ["tiny"], seeds = 1 }: { scenarios?: string[]; seeds?: number } = {},
): Promise<string> {
  const report = await compare(
    { scenarios, methods: Object.keys(entries), seeds, seed: 0, budget: { evaluations: 3000 } },
    { runCell: fakeRunner(({ method }) => entries[method]), clock: () => 0, cpuClock: () => 0 },
  );
  return formatTable(report);
}

describe("the text table", () => {
  test("is aligned, sorted by gap, and puts infeasible rows last with device and excess", async () => {
    const text = await tableOf({
      "single-device": {
        value: null,
        violation: { device: "gpu:0", excessBytes: 1.2 * GB, op: null },
        simulatorBounds: [bound],
        largestPeakBytes: 9.2 * GB,
        simulations: 3,
        evaluations: 3,
      },
      reinforce: {
        value: 12_900,
        kind: "agent",
        simulations: 3000,
        evaluations: 3000,
        simulatorBounds: [bound],
        largestPeakBytes: 4 * GB,
      },
      "hill-climb": {
        value: 12_500,
        simulations: 3000,
        evaluations: 3000,
        simulatorBounds: [bound],
        largestPeakBytes: 3.21 * GB,
      },
    });
    expect(text).toBe(
      [
        "tiny: bound 12.00 ms (work)",
        "  #  method         makespan ms  bound    gap  peak memory  simulations  evaluations  CPU s  seeds  over memory",
        "  1  hill-climb           12.50  12.00  4.17%      3.21 GB        3,000        3,000   1.25      1",
        "  2  reinforce            12.90  12.00  7.50%      4.00 GB        3,000        3,000   1.25      1",
        "  3  single-device   infeasible  12.00      -      9.20 GB            3            3   1.25      1  gpu:0 +1.20 GB",
        "The lowest makespan is 12.50 ms, 4.17% above the bound; found by hill-climb. The best learned agent, reinforce, is 3.20% behind; ahead of it: hill-climb.",
        "",
      ].join("\n"),
    );
  });

  test("says that a plan on its bound is optimal, and that methods tie", async () => {
    const text = await tableOf({ dp: { value: 50 }, ilp: { value: 50 } });
    expect(text).toContain(
      "The lowest makespan is 50.00 us, which meets the bound and so is optimal; found by dp and ilp.",
    );
  });

  test("says so where nothing fits in memory or a method has no plan", async () => {
    const text = await tableOf({
      heft: { value: null, violation: { device: "gpu:1", excessBytes: 1000, op: null } },
      dp: { value: null, plan: null, peakBytes: null, largestPeakBytes: null, failure: "Too many ideals." },
    });
    expect(text).toContain("No method found a plan that fits in memory.");
    expect(text).toMatch(/2 {2}dp +no plan/);
    expect(text).toContain("  dp: Too many ideals");
  });

  test("says what a row owes to training beyond its budget", async () => {
    const pretraining = { run: "runs/nmt", simulations: 20_000, evaluations: 19_000 };
    const text = await tableOf({ "placeto@runs/nmt": { value: 60, pretraining }, heft: { value: 70 } });
    expect(text).toContain(
      "  placeto@runs/nmt: begins with the policy of runs/nmt, trained with 20,000 simulations beyond this budget",
    );
  });

  test("shows the policy's own plan beside the best that its training met", async () => {
    const text = await tableOf({
      placeto: { value: 60, ownPlan: { value: 75 } },
      reinforce: { value: 61, ownPlan: { value: null } },
      heft: { value: 70 },
    });
    expect(text).toContain("  placeto: the policy's own plan 75.00 us");
    expect(text).toContain("  reinforce: the policy's own plan does not fit in memory");
    expect(text).not.toContain("heft: the policy");
  });

  test("calls no lead of less than 1% a win of a learned agent", async () => {
    const agent = { value: 60, kind: "agent" as const };
    const near = await tableOf({ placeto: agent, heft: { value: 60.3 } });
    expect(near).toContain("The best classic planner, heft, is within 1% of it, which is no win.");
    const far = await tableOf({ placeto: agent, heft: { value: 61 } });
    expect(far).toMatch(/The best classic planner, heft, is 1\.\d+% behind; one seed shows no win\./);
  });

  test("adds the best seed and a summary where there are several seeds and scenarios", async () => {
    const text = await tableOf(
      { a: { value: 60 }, b: { value: 70 } },
      { scenarios: ["one", "two"], seeds: 2 },
    );
    expect(text).toMatch(/makespan us +best +bound/);
    expect(text).toContain("All 2 scenarios");
    expect(text).toMatch(/a +1\.0 +20\.0% +2 +2 of 2/);
    expect(text).toContain("The lowest mean rank over 2 scenarios is 1.0, of a.");
  });

  test("no line ends in a blank and nothing is coloured", async () => {
    const text = await tableOf(
      { a: { value: 60 }, b: { value: 70 } },
      { scenarios: ["one", "two"], seeds: 2 },
    );
    for (const line of text.split("\n")) expect(line).toBe(line.trimEnd());
    expect(text).not.toContain("\u001b");
  });
});

const bound = { value: 12_000, argument: "work", covers: ["placement"] as const };
