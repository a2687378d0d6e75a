import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deviceStages } from "../../../../agents/problems/pipeline/device-stages.ts";

/** Edges to layers of higher number, by pairs of draws. */
const edgesOf = (layers: number, pairs: readonly (readonly [number, number])[]): number[][] => {
  const successors = Array.from({ length: layers }, () => new Set<number>());
  for (const [a, b] of pairs) {
    const [from, to] = [Math.min(a, b) % layers, Math.max(a, b) % layers];
    if (from !== to) successors[Math.min(from, to)].add(Math.max(from, to));
  }
  return successors.map((set) => [...set].sort((one, other) => one - other));
};

const drawn = fc.integer({ min: 1, max: 9 }).chain((layers) =>
  fc.record({
    edges: fc
      .array(fc.tuple(fc.nat(50), fc.nat(50)), { maxLength: 16 })
      .map((pairs) => edgesOf(layers, pairs)),
    device: fc.array(fc.integer({ min: 3, max: 6 }), { minLength: layers, maxLength: layers }),
  }),
);

const chain = (layers: number) => Array.from({ length: layers }, (_, i) => (i + 1 < layers ? [i + 1] : []));
const shown = (edges: readonly (readonly number[])[], device: readonly number[]) => {
  const { stageOfLayer, stages } = deviceStages(edges, device);
  return [[...stageOfLayer], stages.map((stage) => stage.devices[0])];
};

describe("stages of devices of layers", () => {
  test("keep every layer on its device, and all data goes to the same or a later stage", () => {
    fc.assert(
      fc.property(drawn, ({ edges, device }) => {
        const { stageOfLayer, stages } = deviceStages(edges, device);
        expect([...stageOfLayer].map((stage) => stages[stage].devices)).toEqual(device.map((d) => [d]));
        expect(new Set(stageOfLayer)).toEqual(new Set(stages.keys()));
        edges.forEach((list, from) => {
          for (const to of list) expect(stageOfLayer[from]).toBeLessThanOrEqual(stageOfLayer[to]);
        });
      }),
    );
  });

  test("are one for each device where all data between devices goes one way", () => {
    fc.assert(
      fc.property(drawn, ({ edges, device }) => {
        const sorted = [...device].sort((a, b) => a - b);
        expect(deviceStages(edges, sorted).stages).toHaveLength(new Set(device).size);
      }),
    );
  });

  test("are the runs of a chain", () => {
    expect(shown(chain(5), [3, 3, 4, 4, 3])).toEqual([
      [0, 0, 1, 1, 2],
      [3, 4, 3],
    ]);
    expect(shown(chain(4), [5, 4, 4, 3])).toEqual([
      [0, 1, 1, 2],
      [5, 4, 3],
    ]);
  });

  test("of two branches are not cut by each other", () => {
    // 0 feeds 1 and 2, both feed 3.
    expect(shown([[1, 2], [3], [3], []], [3, 4, 3, 4])).toEqual([
      [0, 1, 0, 1],
      [3, 4],
    ]);
  });
});
