/**
 * Golden-section search (Kiefer, 1953): finds where a concave function is largest between two
 * points, to a precision that `sections` sets.
 */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

export function goldenSection(
  valueAt: (x: number) => number,
  from: number,
  to: number,
  sections: number,
): number {
  let low = from;
  let high = to;
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let leftValue = valueAt(left);
  let rightValue = valueAt(right);
  for (let section = 0; section < sections; section++) {
    if (leftValue < rightValue) {
      low = left;
      left = right;
      leftValue = rightValue;
      right = low + GOLDEN * (high - low);
      rightValue = valueAt(right);
    } else {
      high = right;
      right = left;
      rightValue = leftValue;
      left = high - GOLDEN * (high - low);
      leftValue = valueAt(left);
    }
  }
  return (low + high) / 2;
}
