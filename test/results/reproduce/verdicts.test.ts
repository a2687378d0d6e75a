/** The laws by which a measured interval is a verdict. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Rule } from "../../../results/reproduce/contract.ts";
import { claimVerdict, judged, ruleText, verdictCounts } from "../../../results/reproduce/verdicts.ts";
import type { Interval } from "../../../results/statistics/contract.ts";

const positive = fc.double({ min: 0.01, max: 100, noNaN: true });
const intervals: fc.Arbitrary<Interval> = fc
  .tuple(positive, positive, positive)
  .map((ends) => ends.sort((a, b) => a - b))
  .map(([low, value, high]) => ({ low, value, high }));
const at = (value: number): Interval => ({ value, low: value, high: value });
const turned = ({ value, low, high }: Interval): Interval => ({
  value: 1 / value,
  low: 1 / high,
  high: 1 / low,
});

describe("an order", () => {
  test("holds on its right side, does not on its wrong side, and is a tie across its limit", () => {
    fc.assert(
      fc.property(intervals, positive, (measured, limit) => {
        const { low, high } = measured;
        const expected = high < limit ? "holds" : low > limit ? "does not hold" : "tie";
        expect(claimVerdict({ kind: "below", limit }, measured)).toBe(expected);
      }),
    );
  });

  test("and the order of the other system over ours have the same verdict", () => {
    fc.assert(
      fc.property(intervals, (measured) => {
        const below = claimVerdict({ kind: "below", limit: 1 }, measured);
        expect(claimVerdict({ kind: "above", limit: 1 }, turned(measured))).toBe(below);
      }),
    );
  });

  test("is a tie where both systems are equal", () => {
    expect(claimVerdict({ kind: "below", limit: 1 }, at(1))).toBe("tie");
    expect(claimVerdict({ kind: "above", limit: 1 }, at(1))).toBe("tie");
  });

  test("never turns from holding to not holding when the interval grows", () => {
    fc.assert(
      fc.property(intervals, fc.double({ min: 1, max: 3, noNaN: true }), (measured, factor) => {
        const wider = { ...measured, low: measured.low / factor, high: measured.high * factor };
        const [narrow, wide] = [measured, wider].map((each) =>
          claimVerdict({ kind: "below", limit: 1 }, each),
        );
        expect(wide === narrow || wide === "tie").toBe(true);
      }),
    );
  });
});

describe("a ratio", () => {
  test("holds exactly where the interval meets the paper's ratio within the factor", () => {
    fc.assert(
      fc.property(
        intervals,
        positive,
        fc.double({ min: 1.01, max: 4, noNaN: true }),
        (measured, paper, within) => {
          const meets = measured.high >= paper / within && measured.low <= paper * within;
          const rule: Rule = { kind: "ratio", paper, within };
          expect(claimVerdict(rule, measured)).toBe(meets ? "holds" : "does not hold");
          expect(claimVerdict(rule, at(paper))).toBe("holds");
          expect(claimVerdict({ ...rule, paper: 1 / paper }, turned(measured))).toBe(
            claimVerdict(rule, measured),
          );
        },
      ),
    );
  });
});

describe("an exact figure", () => {
  test.each([
    [80, "holds"],
    [80 * (1 + 1e-7), "holds"],
    [80 * (1 + 1e-5), "does not hold"],
    [79, "does not hold"],
  ])("of 80 at %d: %s", (value, verdict) => {
    expect(claimVerdict({ kind: "exactly", value: 80 }, at(value))).toBe(verdict);
  });
});

test("what was not measured is not run, by every rule", () => {
  const rules: Rule[] = [
    { kind: "below", limit: 1 },
    { kind: "above", limit: 1 },
    { kind: "ratio", paper: 2, within: 1.1 },
    { kind: "exactly", value: 3 },
  ];
  for (const rule of rules) expect(claimVerdict(rule, null)).toBe("not run");
  expect(rules.map(ruleText)).toEqual(["below 1", "above 1", "2 within a factor of 1.1", "3"]);
});

test("a claim has the verdict of its rule, and verdicts are counted in words", () => {
  const claim = judged({
    statement: "A is faster than B.",
    paperFigure: "2 s against 3 s",
    source: "from memory",
    under: "default",
    quantity: "A over B",
    rule: { kind: "below", limit: 1 },
    measured: at(0.9),
    seeds: 5,
  });
  expect(claim).toMatchObject({ verdict: "holds", note: null });
  const missed = { ...claim, verdict: "does not hold" } as const;
  expect(verdictCounts([claim, missed, missed])).toBe("1 holds, 2 do not hold");
  expect(verdictCounts([])).toBe("no claims");
});
