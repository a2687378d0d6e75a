/**
 * Two shapes of the same elements, axis by axis. Axes are grouped where the products of sizes
 * agree, such as a width with the heads and the head width that it is made of.
 */

export interface AxisGroup {
  /** First axis of the group in each shape: the major factor, which parts may cut. */
  readonly from: number;
  readonly to: number;
  /** Equal parts that both axes can be cut into, so that a part is the same elements in both. */
  readonly parts: number;
}

/** Pre: both shapes have the same number of elements, and no axis of size 0. */
export function matchedAxes(from: readonly number[], to: readonly number[]): readonly AxisGroup[] {
  const groups: AxisGroup[] = [];
  let [i, j] = [0, 0];
  while (i < from.length && j < to.length) {
    groups.push({ from: i, to: j, parts: greatestDivisor(from[i], to[j]) });
    let [left, right] = [from[i++], to[j++]];
    while (left !== right && (left < right ? i < from.length : j < to.length)) {
      if (left < right) left *= from[i++];
      else right *= to[j++];
    }
  }
  return groups;
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));
