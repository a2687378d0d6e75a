import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  chainStates,
  intervalStates,
  isBefore,
  type Layers,
} from "../../../../agents/exact/intervals/interval-states.ts";
import { drawn } from "../../../law-runs.ts";

function layersOf(successors: readonly (readonly number[])[]): Layers {
  const bytes = Float64Array.from(successors, (_, v) => 1 << v);
  const zeros = new Float64Array(successors.length);
  return { count: successors.length, successors, timeUs: bytes, weightBytes: zeros, activationBytes: bytes };
}

/** Layers that each take something from one or two earlier ones, so that there is one input. */
const oneInput = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 8 }).map((list) => {
  const successors = list.map(() => new Set<number>());
  list.forEach((from, v) => {
    if (v > 0) for (const u of from) successors[u % v].add(v);
  });
  return successors.map((of) => [...of].sort((a, b) => a - b));
});

/** Sets of layers, as bits, that hold all inputs of their layers. */
function idealsOf(successors: readonly (readonly number[])[]): number[] {
  const n = successors.length;
  const isIdeal = (set: number) =>
    successors.every((list, u) => list.every((v) => ((set >> v) & 1) === 0 || ((set >> u) & 1) === 1));
  return Array.from({ length: 2 ** n - 1 }, (_, i) => i + 1).filter(isIdeal);
}

describe("states of PipeDream's planner", () => {
  test("are all non-empty ideals of a graph with one input, smaller ones first", () => {
    fc.assert(
      fc.property(oneInput, (successors) => {
        const states = intervalStates(layersOf(successors), 1_000)!;
        const sets = [...states.timeUs];
        expect([...sets].sort((a, b) => a - b)).toEqual(idealsOf(successors));
        sets.forEach((one, k) => {
          sets.forEach((other, j) => {
            const isWithin = k !== j && (one & ~other) === 0;
            expect(isBefore(states, k, j)).toBe(isWithin);
            if (isWithin) expect(k).toBeLessThan(j);
          });
        });
      }),
      { numRuns: drawn(200), seed: 1 },
    );
  });

  test("walk the branches of the published order: the first step of a state last", () => {
    // 0 feeds 1 and 2, both feed 3.
    const states = intervalStates(layersOf([[1, 2], [3], [3], []]), 100)!;
    const members = states.layersOf.map((list) => Array.from(list));
    expect(members).toEqual([[0], [0, 2], [0, 1], [0, 1, 2], [0, 1, 2, 3]]);
  });

  test("send what a later layer still needs from before their last layers", () => {
    const states = intervalStates(layersOf([[1, 2], [2], []]), 100)!;
    expect([...states.outBytes]).toEqual([1, 1 + 2, 4]);
  });

  test("of a chain are its prefixes", () => {
    const layers = layersOf([[1], [2], []]);
    const { timeUs, weightBytes, activationBytes } = layers;
    const states = chainStates(timeUs, weightBytes, activationBytes, activationBytes);
    expect(states).toEqual(intervalStates(layers, 10));
  });

  test("are not listed beyond the limit, and a graph without layers has none", () => {
    const wide = [Array.from({ length: 8 }, (_, v) => v + 1), ...Array.from({ length: 8 }, () => [])];
    expect(intervalStates(layersOf(wide), 255)).toBeNull();
    expect(intervalStates(layersOf(wide), 256)!.count).toBe(256);
    expect(intervalStates(layersOf([]), 10)).toBeNull();
  });
});
