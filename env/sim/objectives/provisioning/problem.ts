/**
 * Provisioning as HeterPS has it: a chain of layers, resource types at a price, and a floor under
 * the throughput. A plan gives each layer a type. Consecutive layers of one type form a stage, and
 * every stage rents units of its type.
 *
 * Source: Liu et al., "HeterPS: Distributed Deep Learning with Reinforcement Learning Based
 * Scheduling in Heterogeneous Environments", arXiv 2111.10635. Times are in any one unit of time;
 * prices are for a unit of a type for that time, and the floor is samples in it.
 */
import { InputError } from "../../../model/errors.ts";

export interface ProvisioningProblem {
  readonly layers: number;
  readonly types: number;
  /**
   * Computing one batch on one unit (OCT), shape [layers x types]; infinite where the type cannot.
   */
  readonly computeTime: Float64Array;
  /** Bringing one batch to each layer where a stage begins with it (ODT), shape [layers]. */
  readonly transferTime: Float64Array;
  /** Samples of the batch that both were measured with. */
  readonly batch: number;
  /** Share of the computing that more units divide among them, shape [types]. */
  readonly computeShare: Float64Array;
  /** The same of the transfers, shape [types]. */
  readonly transferShare: Float64Array;
  /** Of one unit for one unit of time, shape [types]. */
  readonly price: Float64Array;
  /** Units of each type for all its stages together, shape [types]. */
  readonly limit: Int32Array;
  /** Samples to train on. */
  readonly samples: number;
  /** Samples in a unit of time that a plan has to reach. */
  readonly floor: number;
}

/** Throws one sentence that names the first number that makes no sense; answers its argument. */
export function checkProblem(problem: ProvisioningProblem): ProvisioningProblem {
  const { layers, types } = problem;
  if (!(layers >= 1 && types >= 1))
    throw new InputError(`Provisioning has ${layers} layers and ${types} types, expected one of each.`);
  const tables = [
    ["computeTime", problem.computeTime, layers * types, 0, Number.POSITIVE_INFINITY],
    ["transferTime", problem.transferTime, layers, 0, Number.MAX_VALUE],
    ["computeShare", problem.computeShare, types, 0, 1],
    ["transferShare", problem.transferShare, types, 0, 1],
    ["price", problem.price, types, 0, Number.MAX_VALUE],
    ["limit", problem.limit, types, 0, 2 ** 30],
    ["batch", [problem.batch], 1, Number.MIN_VALUE, Number.MAX_VALUE],
    ["samples", [problem.samples], 1, 0, Number.MAX_VALUE],
    ["floor", [problem.floor], 1, 0, Number.MAX_VALUE],
  ] as const;
  for (const [name, values, length, least, most] of tables) {
    if (values.length !== length)
      throw new InputError(`Provisioning: ${name} has ${values.length} entries, expected ${length}.`);
    for (let i = 0; i < length; i++)
      if (!(values[i] >= least && values[i] <= most))
        throw new InputError(
          `Provisioning: ${name}[${i}] is ${values[i]}, expected a number from ${least} to ${most}.`,
        );
  }
  return problem;
}

/** Consecutive layers of one type: from `first` up to, not including, `end`. */
export interface TypeStage {
  readonly first: number;
  readonly end: number;
  readonly type: number;
  /** Of one batch on one unit. */
  readonly computeTime: number;
  readonly transferTime: number;
}

/** The stages of a plan with one type for each layer. */
export function stagesOf(problem: ProvisioningProblem, typeOf: ArrayLike<number>): TypeStage[] {
  const { layers, types, transferTime } = problem;
  const stages: TypeStage[] = [];
  for (let first = 0, end = 0; first < layers; first = end) {
    const type = typeOf[first];
    let computeTime = 0;
    for (end = first; end < layers && typeOf[end] === type; end++)
      computeTime += problem.computeTime[end * types + type];
    stages.push({ first, end, type, computeTime, transferTime: transferTime[first] });
  }
  return stages;
}
