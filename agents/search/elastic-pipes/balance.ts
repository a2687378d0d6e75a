/**
 * PipeTransformer's balancing of sub-layers over the K partitions of a pipeline, by parameters.
 * Each partition is filled in turn, while its size with the next unit stays below a criterion:
 *
 *   mean + variance,  mean = parameters left / partitions left,
 *                     variance = population variance of the units left / partitions left
 *
 * The last partition takes everything that is left. Frozen units start in partition 0, where their
 * parameters count at 1/6.
 *
 * A mean and a variance of parameters have different units, so the result depends on the unit. The
 * released program counts millions of parameters.
 */
import { InputError } from "../../../env/model/errors.ts";

export interface FillRule {
  /**
   * Share of a frozen unit's parameters that counts: 1/6 in the article. Later releases keep frozen
   * units out of the balance, which is 0.
   */
  readonly frozenFactor: number;
  /** `mean` leaves the variance out; no unit of parameters then matters. */
  readonly criterion: "mean+variance" | "mean";
}

export const publishedFill: FillRule = { frozenFactor: 1 / 6, criterion: "mean+variance" };

export interface Balance {
  /** Units of each partition, frozen ones included. */
  readonly lengths: Int32Array;
  /** Largest partition, with frozen parameters at their factor. */
  readonly largest: number;
}

/**
 * @param millions of parameters of each unit
 * @param frozen units at the bottom that are frozen
 */
export function greedyFill(
  millions: ArrayLike<number>,
  partitions: number,
  frozen: number,
  rule: FillRule,
): Balance {
  checkUnits(millions, partitions, frozen);
  const lengths = new Int32Array(partitions);
  const sizes = new Float64Array(partitions);
  lengths[0] = frozen;
  sizes[0] = rule.frozenFactor * sum(millions, 0, frozen);
  let next = frozen;
  let left = sum(millions, frozen, millions.length);
  for (let partition = 0; partition < partitions; partition++) {
    const partitionsLeft = partitions - partition;
    const spread = rule.criterion === "mean+variance" ? variance(millions, next) / partitionsLeft : 0;
    const criterion = left / partitionsLeft + spread;
    for (; next < millions.length; next++) {
      const isLast = partition === partitions - 1;
      if (!isLast && !(sizes[partition] + millions[next] < criterion)) break;
      sizes[partition] += millions[next];
      lengths[partition]++;
      left -= millions[next];
    }
  }
  return { lengths, largest: sizes.reduce((a, b) => Math.max(a, b)) };
}

function sum(values: ArrayLike<number>, start: number, end: number): number {
  let total = 0;
  for (let i = start; i < end; i++) total += values[i];
  return total;
}

/** Population variance of the values from `start` on; 0 of none. */
function variance(values: ArrayLike<number>, start: number): number {
  const count = values.length - start;
  if (count === 0) return 0;
  const mean = sum(values, start, values.length) / count;
  let squares = 0;
  for (let i = start; i < values.length; i++) squares += (values[i] - mean) ** 2;
  return squares / count;
}

function checkUnits(millions: ArrayLike<number>, partitions: number, frozen: number): void {
  if (!Number.isInteger(partitions) || partitions < 1)
    throw new InputError(`Units cannot fill ${partitions} partitions, expected at least 1.`);
  if (!Number.isInteger(frozen) || frozen < 0 || frozen > millions.length)
    throw new InputError(`${frozen} of ${millions.length} units cannot be frozen.`);
}
