/** What slower copies would make of an order goes into notes, and never changes a verdict. */
import { expect, test } from "vitest";
import { OUR_DEFAULT, TF_2017 } from "../../../../results/reproduce/placement/assumptions.ts";
import { comparedUnder } from "../../../../results/reproduce/placement/orders.ts";
import { withSlowCopies } from "../../../../results/reproduce/placement/slow-copies.ts";
import { method } from "../../../../results/reproduce/placement/systems.ts";
import { fakeLaboratory } from "../fake-laboratory.ts";

const comparison = {
  statement: "One GPU is faster.",
  paperFigure: "1 s against 2 s",
  source: "from memory",
  rule: { kind: "below", limit: 1 },
  scenarios: ["rnnlm/2xK80"],
  ours: method("one", "one", 10),
  theirs: method("two", "two", 10),
} as const;

test("a claim that does not hold is told with three latencies; one that holds is left alone", async () => {
  const lab = fakeLaboratory(({ scenario, method: name }) => {
    if (name === "one") return 10;
    const ms = Number(/latency=(\d+)ms/.exec(scenario)?.[1] ?? 0);
    return scenario.includes("fidelity") && ms === 0 ? 20 : 5 + ms;
  });
  const plain = await comparedUnder([OUR_DEFAULT, TF_2017], comparison, 2, lab);
  const [reversed, holds] = await withSlowCopies(plain, comparison, lab);
  expect(holds).toEqual(plain[1]);
  expect(reversed.verdict).toBe("does not hold");
  expect(reversed.note).toBe(
    "With a latency on each link that nobody published it is 1.667 at 1 ms, 0.6667 at 10 ms, 0.09524 at 100 ms (one seed).",
  );
});
