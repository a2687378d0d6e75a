/**
 * `Workload`: the registry entry of a built-in network, with its name, source, options and the
 * description of its forward pass.
 */
import { InputError } from "../../env/model/errors.ts";
import type { Optimizer } from "./tape/optimizers.ts";
import type { Tape } from "./tape/tape.ts";

/** A whole number that a URI may set, such as `batch=64`. */
export interface WorkloadOption {
  readonly describe: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

export interface Workload {
  readonly name: string;
  readonly summary: string;
  /** Paper of the network. */
  readonly source: string;
  readonly optimizer: Optimizer;
  readonly options: Readonly<Record<string, WorkloadOption>>;
  /** The forward pass; the values of all options are given. */
  readonly forward: (values: Readonly<Record<string, number>>) => Tape;
}

export const batch = (size: number): WorkloadOption => ({
  describe: "examples in a step",
  default: size,
  min: 1,
  max: 4096,
});

/** Refuses the value of an option that layers cannot divide without a remainder. */
export function expectMultiple(workload: string, option: string, value: number, divisor: number): void {
  if (value % divisor !== 0)
    throw new InputError(`${workload}: ${option} is ${value}, expected a multiple of ${divisor}.`);
}
