/**
 * heterps-small: small problems with every plan of types tried. Compared are the optimum by trying
 * all and by the exact program, and the number of feasible plans. So are the price of the file's
 * own plan and the best cost of each type alone.
 */
import { cheapestPlan } from "../../../agents/exact/provisioning/cheapest-plan.ts";
import { everyPlan } from "../../../agents/exact/provisioning/every-plan.ts";
import {
  checkProblem,
  type ProvisioningProblem,
  stagesOf,
} from "../../../env/sim/objectives/provisioning/problem.ts";
import {
  bestUnits,
  isWithinLimits,
  provisioningOf,
} from "../../../env/sim/objectives/provisioning/provision.ts";
import { reachesFloor } from "../../../env/sim/objectives/provisioning/stage-time.ts";
import type { Compared, GoldenCheck } from "./contract.ts";

interface Row {
  readonly types: number;
  /** By layer and type. */
  readonly oct: readonly (readonly number[])[];
  readonly odt: readonly number[];
  readonly B0: number;
  readonly alpha: readonly number[];
  readonly beta: readonly number[];
  readonly price: readonly number[];
  readonly limit: readonly number[];
  readonly examples: number;
  readonly floor: number;
  readonly optimum: {
    readonly cost: number;
    readonly plan: readonly number[];
    readonly units: readonly number[];
    readonly throughput: number;
  } | null;
  readonly feasiblePlans: number;
  readonly singleType: readonly (number | null)[];
}

export const heterpsSmall: GoldenCheck = {
  name: "heterps-small",
  tolerance: 1e-9,
  *compare(content) {
    for (const [number, row] of (content as { rows: readonly Row[] }).rows.entries())
      yield* comparedRow(`row ${number}`, row);
  },
};

export const problemOf = (row: Omit<Row, "optimum" | "feasiblePlans" | "singleType">): ProvisioningProblem =>
  checkProblem({
    layers: row.oct.length,
    types: row.types,
    computeTime: Float64Array.from(row.oct.flat()),
    transferTime: Float64Array.from(row.odt),
    batch: row.B0,
    computeShare: Float64Array.from(row.alpha),
    transferShare: Float64Array.from(row.beta),
    price: Float64Array.from(row.price),
    limit: Int32Array.from(row.limit),
    samples: row.examples,
    floor: row.floor,
  });

function* comparedRow(row: string, golden: Row): Iterable<Compared> {
  const { optimum, feasiblePlans, singleType } = golden;
  const problem = problemOf(golden);
  const all = everyPlan(problem);
  const costs = [all.best, cheapestPlan(problem)].map((plan) => plan?.provisioning.cost);
  yield { row, ...numbers([optimum?.cost, optimum?.cost], costs) };
  yield { row, expected: feasiblePlans, found: all.feasible };
  const alone = Array.from({ length: problem.types }, (_, type) => {
    const stages = stagesOf(problem, new Int32Array(problem.layers).fill(type));
    return bestUnits(problem, stages)?.cost;
  });
  yield { row, ...numbers(singleType, alone) };
  if (optimum === null) return;
  const stages = stagesOf(problem, optimum.plan);
  const { cost, time } = provisioningOf(problem, stages, optimum.units);
  const isFeasible = isWithinLimits(problem, stages, optimum.units) && reachesFloor(problem, time);
  yield {
    row,
    expected: [optimum.cost, optimum.throughput, 1],
    found: [cost, 1 / time, Number(isFeasible)],
  };
}

/** What is infeasible is -1. */
const numbers = (
  expected: readonly (number | null | undefined)[],
  found: readonly (number | null | undefined)[],
) => ({
  expected: expected.map((value) => value ?? -1),
  found: found.map((value) => value ?? -1),
});
