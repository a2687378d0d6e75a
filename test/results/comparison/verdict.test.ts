import { expect, test } from "vitest";
import type { CellResult } from "../../../results/comparison/cell.ts";
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
    "heft is best with 60.00 us, 20.0% above the bound. The best learned agent, reinforce, is 10.0% behind; ahead of it: heft and mcmc.",
  );
  expect(await verdict({ heft: { value: 66 }, reinforce: { value: 60, kind: "agent" } })).toBe(
    "reinforce is best with 60.00 us, 20.0% above the bound. The best classic planner, heft, is 10.0% behind.",
  );
});

test("a tie of an agent and a planner is a tie, and on the bound it is optimal", async () => {
  expect(await verdict({ heft: { value: 50 }, reinforce: { value: 50, kind: "agent" } })).toBe(
    "heft and reinforce tie at 50.00 us, which meets the bound and so is optimal.",
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
    "heft is best with 60.00 us, without a bound to measure it by.",
  );
});

test("over several scenarios the best mean rank is named, shared where it is shared", async () => {
  const one = await reportOf({ a: { value: 60 }, b: { value: 70 } }, ["x", "y"]);
  expect(overallVerdict(one.methods, 2)).toBe("Over 2 scenarios a has the best mean rank, 1.0.");
  const both = await reportOf({ a: { value: 60 }, b: { value: 60 } }, ["x", "y"]);
  expect(overallVerdict(both.methods, 2)).toBe("Over 2 scenarios a and b share the best mean rank, 1.0.");
  expect(overallVerdict(one.methods, 1)).toBe("");
});
