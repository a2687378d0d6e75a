import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { PlannerModule } from "../../../agents/contract.ts";
import { methods } from "../../../agents/registry/registry.ts";
import { parseOptions } from "../../../agents/registry/spec.ts";
import { createRng } from "../../../env/model/rng.ts";
import { type Dimension, drawn, searchSpace } from "../../../results/tuning/search-space.ts";

const module: PlannerModule = {
  kind: "planner",
  card: { id: "tuned", name: "Tuned", summary: "", searchSpace: "" },
  options: z.object({
    rate: z.number().positive().default(0.01),
    decay: z.number().min(0).max(1).default(0.98),
    batch: z.int().min(1).default(10),
    entropy: z.number().min(0).default(0),
    start: z.enum(["one", "two"]).default("one"),
    resets: z.boolean().default(false),
    note: z.string().default(""),
  }),
  create: () => {
    throw new Error("not run");
  },
};
const none = { ranges: [], choices: [] };
const given = (options: Record<string, string> = {}) => new Map(Object.entries(options));
const named = (dimensions: readonly Dimension[]) =>
  Object.fromEntries(dimensions.map((each) => [each.name, each]));

describe("what is tried of a method", () => {
  test("follows from types, limits and defaults", () => {
    expect(named(searchSpace(module, given(), none))).toEqual({
      rate: { kind: "range", name: "rate", from: 0.001, to: 0.1, isWhole: false, scale: "log" },
      decay: {
        kind: "range",
        name: "decay",
        from: expect.closeTo(0.8),
        to: 0.998,
        isWhole: false,
        scale: "near-one",
      },
      batch: { kind: "range", name: "batch", from: 3, to: 40, isWhole: true, scale: "log" },
      start: { kind: "choice", name: "start", values: ["one", "two"] },
      resets: { kind: "choice", name: "resets", values: ["true", "false"] },
    });
  });

  test("can be narrowed, and leaves given options alone", () => {
    const narrowing = { ranges: ["rate=0.5..0.6"], choices: ["entropy=0,0.01"], vary: ["rate", "batch"] };
    expect(named(searchSpace(module, given({ batch: "7" }), { ...narrowing, vary: ["rate"] }))).toEqual({
      rate: { kind: "range", name: "rate", from: 0.5, to: 0.6, isWhole: false, scale: "linear" },
      entropy: { kind: "choice", name: "entropy", values: ["0", "0.01"] },
    });
    expect(searchSpace(module, given(), narrowing).map(({ name }) => name)).toEqual([
      "rate",
      "batch",
      "entropy",
    ]);
  });

  test.each([
    [{ ranges: ["rate"] }, '"rate" names no option'],
    [{ ranges: ["rat=1..2"] }, 'Did you mean "rate"?'],
    [{ ranges: ["rate=2..1"] }, "expected two rising numbers"],
    [{ ranges: ["start=1..2"] }, "expected two rising numbers"],
    [{ choices: ["start=one,one"] }, "expected different values"],
    [{ ranges: ["rate=1..2"], choices: ["rate=1"] }, "narrowed twice"],
    [{ ranges: ["batch=1..2"] }, "is given in the spec"],
    [{ vary: ["note"] }, 'Option "note" has no usual range'],
    [{ vary: ["nte"] }, 'Did you mean "note"?'],
  ])("refuses %j in one sentence", (narrowing, sentence) => {
    expect(() => searchSpace(module, given({ batch: "7" }), { ...none, ...narrowing })).toThrow(sentence);
  });

  test.each(methods.map((each) => [each.card.id, each] as const))(
    "is inside the limits of every option of %s",
    (_, method) => {
      let dimensions: Dimension[];
      try {
        dimensions = searchSpace(method, given(), none);
      } catch (error) {
        expect(String(error)).toContain("has no option to tune");
        return;
      }
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          for (const dimension of dimensions) {
            const text = drawn(dimension, createRng(seed).child(dimension.name));
            expect(() => parseOptions(method, given({ [dimension.name]: text }))).not.toThrow();
            if (dimension.kind === "choice") continue;
            expect(Number(text)).toBeGreaterThanOrEqual(dimension.from * (1 - 1e-5));
            expect(Number(text)).toBeLessThanOrEqual(dimension.to * (1 + 1e-5));
          }
        }),
        { numRuns: 4 },
      );
    },
  );

  test("is spread over all of a range, also on a logarithmic scale and near 1", () => {
    const { rate, decay, batch } = named(searchSpace(module, given(), none));
    const draws = (dimension: Dimension) =>
      Array.from({ length: 400 }, (_, i) => Number(drawn(dimension, createRng(i)))).sort((a, b) => a - b);
    expect(draws(rate)[200]).toBeGreaterThan(0.007);
    expect(draws(rate)[200]).toBeLessThan(0.014);
    expect(draws(decay)[200]).toBeGreaterThan(0.97);
    expect(draws(decay)[200]).toBeLessThan(0.988);
    expect(new Set(draws(batch)).size).toBeGreaterThan(25);
  });
});
