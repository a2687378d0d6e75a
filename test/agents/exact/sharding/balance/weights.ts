/** Lists of positive integer weights for fast-check. */
import fc from "fast-check";

export const weightLists = (most: number) =>
  fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: most });
