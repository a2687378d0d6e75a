import { expect, test } from "vitest";
import type { CellResult } from "../../../results/cells/cell.ts";
import { compare } from "../../../results/comparison/compare.ts";
import { overallVerdict, verdictOf } from "../../../results/comparison/verdict.ts";
import { fakeRunner } from "../cells.ts";

const reportOf = (entries: Record<string, Partial<CellResult>>, scenarios = ["tiny"]) =>
  compare(
    { scenarios, methods: Object.keys(entries), seeds: 1, seed: 0, budget: { evaluations: 10 } },
    { runCell: fakeRunner(({ method }) => entries[method]), clock: () => 0, cpuClock: () => 0 },
  );
const verdict = async (entries: Record<string, Partial<CellResult>>) =>
  verdictOf((await reportOf(entries)).scenarios[0]);
const overfull: Partial<CellResult> = {
  value: null,
  violation: { device: "gpu:0", excessBytes: 1, op: null },
};

test("a planner's win over the agents is said as plainly as an agent's win over the planners", async () => {
  expect(
    await verdict({ heft: { value: 60 }, mcmc: { value: 62 }, reinforce: { value: 66, kind: "agent" } }),
  ).toBe(
    "The lowest makespan is 60.00 us, 20.0% above the bound; found by heft. The best learned agent, reinforce, is 10.0% behind; ahead of it: heft and mcmc.",
  );
  expect(await verdict({ heft: { value: 66 }, reinforce: { value: 60, kind: "agent" } })).toBe(
    "The lowest makespan is 60.00 us, 20.0% above the bound; found by reinforce. The best classic planner, heft, is 10.0% behind; one seed shows no win.",
  );
});

test("a tie of an agent and a planner is a tie, and on the bound it is optimal", async () => {
  expect(await verdict({ heft: { value: 50 }, reinforce: { value: 50, kind: "agent" } })).toBe(
    "The lowest makespan is 50.00 us, which meets the bound and so is optimal; found by heft and reinforce.",
  );
});

test("agents or planners without a plan that fits are named as such", async () => {
  expect(await verdict({ heft: { value: 60 }, reinforce: { ...overfull, kind: "agent" } })).toMatch(
    /No learned agent found a plan that fits in memory\.$/,
  );
  expect(await verdict({ heft: overfull, reinforce: { value: 60, kind: "agent" } })).toMatch(
    /No classic planner found a plan that fits in memory\.$/,
  );
});

test("a bound of zero measures nothing, and is not called optimal", async () => {
  const nothing = { value: 60, simulatorBounds: [] };
  expect(await verdict({ heft: nothing })).toBe(
    "The lowest makespan is 60.00 us, without a bound to measure it by; found by heft.",
  );
});

test("over several scenarios the lowest mean rank is named, shared where it is shared", async () => {
  const one = await reportOf({ a: { value: 60 }, b: { value: 70 } }, ["x", "y"]);
  expect(overallVerdict(one.methods, 2)).toBe("The lowest mean rank over 2 scenarios is 1.0, of a.");
  const both = await reportOf({ a: { value: 60 }, b: { value: 60 } }, ["x", "y"]);
  expect(overallVerdict(both.methods, 2)).toBe("The lowest mean rank over 2 scenarios is 1.0, of a and b.");
  expect(overallVerdict(one.methods, 1)).toBe("");
  const [best, ...others] = one.methods;
  const fewer = [...others, { ...best, scenarios: 1 }];
  expect(overallVerdict(fewer, 2)).toBe("");
  expect(overallVerdict([...both.methods, { ...best, method: "c", meanRank: 0.5, scenarios: 1 }], 2)).toBe(
    "The lowest mean rank over 2 scenarios is 1.0, of a and b.",
  );
});

test("many that tie are counted, not listed", async () => {
  const tie = Object.fromEntries(Array.from({ length: 22 }, (_, i) => [`m${i}`, { value: 60 }]));
  expect(await verdict(tie)).toMatch(/; found by m0, m1, m10 and 19 more\.$/);
});

test("beside a value of zero a worse method is at its value, because nothing is a multiple of zero", async () => {
  const zero = { simulatorBounds: [] };
  expect(
    await verdict({ heft: { value: 0, ...zero }, reinforce: { value: 5, kind: "agent", ...zero } }),
  ).toBe(
    "The lowest makespan is 0 us, below which no value is; found by heft. " +
      "The best learned agent, reinforce, is at 5.000 us; ahead of it: heft.",
  );
});

test("a method with a word for its name is the subject of no sentence that the word could end", async () => {
  expect(await verdict({ best: { value: 60 }, heft: { value: 70 } })).not.toMatch(/best is best/);
});
