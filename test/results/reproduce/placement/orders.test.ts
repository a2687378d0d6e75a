/** One comparison under several assumptions: a claim for each, with the reason where it fails. */
import { expect, test } from "vitest";
import { addressUnder, OUR_DEFAULT, TF_2017 } from "../../../../results/reproduce/placement/assumptions.ts";
import { comparedUnder, notRun } from "../../../../results/reproduce/placement/orders.ts";
import { method } from "../../../../results/reproduce/placement/systems.ts";
import { fakeLaboratory } from "../fake-laboratory.ts";

const comparison = {
  statement: "One is faster than two.",
  paperFigure: "1 s against 2 s",
  source: "from memory",
  rule: { kind: "below", limit: 1 },
  scenarios: ["rnnlm/2xK80?groups=8"],
  ours: method("one", "one", 10),
  theirs: method("two", "two", 10),
  why: "Copies are cheap here.",
} as const;

test("an assumption adds its options to an address with options and to one without", () => {
  expect(addressUnder("a/b", TF_2017)).toBe("a/b?fidelity=tf-2017");
  expect(addressUnder("a/b?groups=8", TF_2017)).toBe("a/b?groups=8&fidelity=tf-2017");
  expect(addressUnder("a/b", OUR_DEFAULT)).toBe("a/b");
});

test("an order that holds under one assumption alone says why under the other", async () => {
  const lab = fakeLaboratory(({ scenario, method: name }) => {
    if (name === "one") return 10;
    return scenario.includes("tf-2017") ? 20 : 5;
  });
  const claims = await comparedUnder([OUR_DEFAULT, TF_2017], comparison, 2, lab);
  expect(claims.map(({ under, verdict, note, measured }) => [under, verdict, measured?.value, note])).toEqual(
    [
      ["our default", "does not hold", expect.closeTo(2), "Copies are cheap here."],
      ["tf-2017", "holds", expect.closeTo(0.5), null],
    ],
  );
});

test("the reason stands before what was left out, and without a plan nothing was run", async () => {
  const lab = fakeLaboratory(() => null);
  const [claim] = await comparedUnder([OUR_DEFAULT], comparison, 2, lab);
  expect(claim.verdict).toBe("not run");
  expect(claim.note).toBe("Copies are cheap here. 2 of 2 pairs are left out: no plan fits in one of them.");
});

test("a claim that was not measured has a reason and no number", () => {
  const { why: _, scenarios: __, ours: ___, theirs: ____, ...said } = comparison;
  expect(notRun(said, "our default", "No data.")).toMatchObject({
    verdict: "not run",
    measured: null,
    note: "No data.",
  });
});
