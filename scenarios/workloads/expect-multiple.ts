/**
 * Options whose values layers divide: refused in one sentence where something would be left over.
 */
import { InputError } from "../../env/model/errors.ts";

export function expectMultiple(workload: string, option: string, value: number, divisor: number): void {
  if (value % divisor !== 0)
    throw new InputError(`${workload}: ${option} is ${value}, expected a multiple of ${divisor}.`);
}
