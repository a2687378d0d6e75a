import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { box, dict, discrete, multiDiscrete, namesSpace } from "../../../env/index.ts";
import { InputError } from "../../../env/model/errors.ts";
import { createRng } from "../../../env/model/rng.ts";

const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 8 });
const seed = fc.integer();
const bound = fc.oneof(
  fc.float({ noNaN: true }),
  fc.constantFrom(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0),
);

describe("every space", () => {
  test("contains its own samples and repeats them from the same seed", () => {
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: -5, max: 5 }),
        fc.array(fc.tuple(bound, bound)),
        seed,
        (n, start, pairs, s) => {
          const low = pairs.map(([a, b]) => Math.min(a, b));
          const high = pairs.map(([a, b]) => Math.max(a, b));
          const parts = {
            one: discrete(n.length + 1, { start }),
            many: multiDiscrete(n, { start }),
            floats: box({ shape: [pairs.length], low, high }),
            names: namesSpace(n.map((size) => `column ${size}`)),
          };
          const space = dict<{
            one: number;
            many: Int32Array;
            floats: Float32Array;
            names: readonly string[];
          }>(parts);
          const sample = space.sample(createRng(s));
          expect(space.contains(sample)).toBe(true);
          expect(space.sample(createRng(s))).toEqual(sample);
        },
      ),
    );
  });
});

describe("Discrete", () => {
  test("samples every legal element and nothing else under a mask", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 5 }), seed, (bits, s) => {
        fc.pre(bits.includes(1));
        const rng = createRng(s);
        const seen = new Set<number>();
        for (let i = 0; i < 200; i++) seen.add(discrete(bits.length).sample(rng, Uint8Array.from(bits)));
        expect([...seen].sort()).toEqual(bits.flatMap((bit, i) => (bit === 1 ? [i] : [])));
      }),
      { numRuns: 30 },
    );
  });

  test("counts from its start", () => {
    const space = discrete(3, { start: -1 });
    expect([-2, -1, 0, 1, 2].map((value) => space.contains(value))).toEqual([false, true, true, true, false]);
    expect(space.sample(createRng(0), Uint8Array.of(1, 0, 0))).toBe(-1);
    expect(space.describe()).toBe("Discrete(3, start -1)");
  });

  test("contains whole numbers only", () => {
    for (const value of [0.5, Number.NaN, "1", null, undefined, [1]])
      expect(discrete(3).contains(value)).toBe(false);
  });

  test("refuses a mask of another length, or one that allows nothing", () => {
    expect(() => discrete(3).sample(createRng(0), new Uint8Array(2))).toThrow(
      new InputError("Discrete(3): the mask has 2 entries, expected 3."),
    );
    expect(() => discrete(3).sample(createRng(0), new Uint8Array(3))).toThrow(/allows nothing/);
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses the size %s", (size) => {
    expect(() => discrete(size)).toThrow(InputError);
  });
});

describe("MultiDiscrete", () => {
  test("keeps each component to its own row of the mask", () => {
    fc.assert(
      fc.property(sizes, seed, (n, s) => {
        const space = multiDiscrete(n);
        const rng = createRng(s);
        const mask = new Uint8Array(space.maskStart[n.length]);
        const wanted = n.map((size) => rng.int(size));
        wanted.forEach((choice, i) => {
          mask[space.maskStart[i] + choice] = 1;
        });
        expect([...space.sample(rng, mask)]).toEqual(wanted);
      }),
    );
  });

  test("contains only Int32Arrays of its length and range", () => {
    const space = multiDiscrete([2, 3]);
    expect(space.contains(Int32Array.of(1, 2))).toBe(true);
    for (const value of [Int32Array.of(2, 0), Int32Array.of(-1, 0), Int32Array.of(0), [0, 0], null])
      expect(space.contains(value)).toBe(false);
  });

  test("names the component that its mask leaves without a choice", () => {
    expect(() => multiDiscrete([2, 2]).sample(createRng(0), Uint8Array.of(1, 1, 0, 0))).toThrow(
      "MultiDiscrete([2, 2]): the mask allows nothing to be sampled for component 1.",
    );
  });

  test("counts from its start, in elements and samples but not in the mask", () => {
    const space = multiDiscrete([2, 3], { start: -1 });
    expect(space.contains(Int32Array.of(-1, 1))).toBe(true);
    expect(space.contains(Int32Array.of(1, 1))).toBe(false);
    expect([...space.sample(createRng(0), Uint8Array.of(1, 0, 0, 0, 1))]).toEqual([-1, 1]);
    expect(space.describe()).toBe("MultiDiscrete([2, 3], start -1)");
    expect(() => multiDiscrete([2], { start: 0.5 })).toThrow("start is 0.5, expected a whole number");
  });

  test("describes many equal components briefly", () => {
    expect(multiDiscrete([3, 2]).describe()).toBe("MultiDiscrete([3, 2])");
    expect(multiDiscrete(new Int32Array(60).fill(4)).describe()).toBe("MultiDiscrete(60 x 4)");
  });
});

describe("Box", () => {
  test("holds each entry to its own bounds", () => {
    const space = box({ shape: [2], low: [0, -1], high: [1, Number.POSITIVE_INFINITY] });
    expect(space.contains(Float32Array.of(1, 1e30))).toBe(true);
    expect(space.contains(Float32Array.of(1.01, 0))).toBe(false);
    expect(space.contains(Float32Array.of(0, -1.01))).toBe(false);
    expect(space.contains(Float32Array.of(Number.NaN, 0))).toBe(false);
    expect(space.contains(Float64Array.of(0, 0))).toBe(false);
    expect(space.contains(Float32Array.of(0))).toBe(false);
  });

  test("refuses bounds that cross, bounds of another size, and masks", () => {
    expect(() => box({ shape: [1], low: 1, high: 0 })).toThrow(/entry 0 has low 1 and high 0/);
    expect(() => box({ shape: [2], low: [0], high: 1 })).toThrow(/low has 1 entries for 2/);
    expect(() => box({ shape: [1], low: 0, high: 1 }).sample(createRng(0), new Uint8Array(1))).toThrow(
      /mask/,
    );
  });
});

describe("Dict", () => {
  test("contains objects with exactly its keys", () => {
    const space = dict<{ a: number }>({ a: discrete(2) });
    expect(space.contains({ a: 1 })).toBe(true);
    for (const value of [{}, { a: 2 }, { a: 1, b: 0 }, null, 1]) expect(space.contains(value)).toBe(false);
    expect(space.describe()).toBe("Dict(a: Discrete(2))");
  });
});

describe("Names", () => {
  test("contains its own list and no other, and refuses masks", () => {
    const space = namesSpace(["compute", "visits"]);
    expect(space.contains(["compute", "visits"])).toBe(true);
    for (const value of [["visits", "compute"], ["compute"], "compute", undefined])
      expect(space.contains(value)).toBe(false);
    expect(space.describe()).toBe("Names(compute, visits)");
    expect(() => space.sample(createRng(0), new Uint8Array(2))).toThrow(/mask/);
  });
});
