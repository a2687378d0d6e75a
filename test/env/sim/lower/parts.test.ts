import { expect, test } from "vitest";
import { createParts } from "../../../../env/sim/lower/parts.ts";

/** Two units whose replicas split two micro-batches, the second with its places in any order. */
function split(senders: number, places: readonly number[]) {
  const parts = createParts(2, 2);
  let task = 0;
  const add = (unit: number, at: number, of: number) => {
    for (let microBatch = 0; microBatch < 2; microBatch++)
      parts.add(unit, task++, { microBatch, span: 1, at, of });
  };
  for (let at = 0; at < senders; at++) add(0, at, senders);
  for (const at of places) add(1, at, places.length);
  return parts;
}

test("tasks with a share in common are those of all that overlap, by number", () => {
  for (const places of [[0], [0, 1, 2], [2, 0, 1], [5, 4, 3, 2, 1, 0], [3, 0, 2, 1, 6, 5, 4]])
    for (let senders = 1; senders < 9; senders++) {
      const parts = split(senders, places);
      for (let from = 0; from < 2 * senders; from++)
        for (let microBatch = 0; microBatch < 2; microBatch++) {
          const [all, sharing]: number[][] = [[], []];
          const count = parts.sharing(1, microBatch, from, sharing);
          expect(parts.all(1, microBatch, all)).toBe(places.length);
          expect(all).toEqual([...all].sort((a, b) => a - b));
          expect(sharing.slice(0, count)).toEqual(all.filter((to) => parts.overlap(from, to) > 0));
        }
    }
});
