import fc from "fast-check";
import { expect, test } from "vitest";
import { LABEL_STEP, labelPositions } from "../../../../results/page/charts/label-positions.ts";

const heightsOf = fc.array(
  fc.oneof(fc.constantFrom(12, 200, 300), fc.double({ min: 12, max: 300, noNaN: true })),
  {
    minLength: 1,
    maxLength: 40,
  },
);

test("labels keep the order of their lines, never cover each other and stay inside the picture", () => {
  fc.assert(
    fc.property(heightsOf, (heights) => {
      const bottom = 12 + Math.max(288, LABEL_STEP * heights.length);
      const placed = labelPositions(heights, { left: 0, right: 0, top: 12, bottom });
      const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b] || a - b);
      for (let k = 1; k < order.length; k++)
        expect(placed[order[k]] - placed[order[k - 1]]).toBeGreaterThanOrEqual(LABEL_STEP - 1e-9);
      for (const height of placed) {
        expect(height).toBeGreaterThanOrEqual(12);
        expect(height).toBeLessThanOrEqual(bottom);
      }
    }),
  );
});

test("a label with room stands at its line, and a crowd stands around the line that it shares", () => {
  const frame = { left: 0, right: 0, top: 0, bottom: 400 };
  expect(labelPositions([30, 200, 350], frame)).toEqual([30, 200, 350]);
  expect(labelPositions([200, 200, 200], frame)).toEqual([186, 200, 214]);
});
