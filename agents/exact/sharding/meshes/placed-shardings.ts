/**
 * A sharding on all placements of its mesh axes, one for each parallelism matrix (Xie et al., MLSys
 * 2022, "P2"). Each has the best reduction program for each of its sums. Times are closed formulas,
 * all steps one after the other.
 */
import { elementsIn } from "../../../../env/model/layout/layout.ts";
import type { Mesh } from "../../../../env/model/layout/mesh.ts";
import { machineOrder, reductionLevels } from "../../../../env/model/layout/reductions/hierarchy.ts";
import type { ReductionProgram } from "../../../../env/model/layout/reductions/steps.ts";
import type { PlanReduction, ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import type { ShardedProgram } from "../../../../env/sim/lower/sharding/instructions.ts";
import { neededSums } from "../../../../env/sim/lower/sharding/needed-sums.ts";
import { shardedProgram } from "../../../../env/sim/lower/sharding/program.ts";
import { type StepCost, stepTimes } from "../../../problems/sharding/labels/mesh-times.ts";
import { stepPrice } from "../../../problems/sharding/reductions/step-times.ts";
import { type ParallelismMatrix, parallelismMatrices, placesOf } from "./parallelism-matrices.ts";
import { bestProgram, programCost } from "./reduction-programs.ts";

export interface PlacedSharding {
  readonly matrix: ParallelismMatrix;
  readonly plan: ShardingPlan;
  /** Estimates of all steps between layouts: with the programs, and with plain all-reduces. */
  readonly us: number;
  readonly plainUs: number;
}

/** Levels of all devices of a mesh, outermost first, and the devices in the order of machines. */
function hierarchyOf({ cluster }: Scenario, { devices }: Mesh) {
  const line: Mesh = { axes: [{ name: "all", size: devices.length }], devices };
  const order = machineOrder(cluster, line, [...devices.keys()]);
  return { levels: reductionLevels(cluster, line, [0]), devices: order.map((rank) => devices[rank]) };
}

/** Best first; of equal ones in the order of matrices. */
export function placedShardings(scenario: Scenario, plan: ShardingPlan, mostSteps: number): PlacedSharding[] {
  const { levels, devices } = hierarchyOf(scenario, plan.mesh);
  const program = shardedProgram(scenario, plan);
  const sums = neededSums(program);
  const isTree = plan.collective === "tree";
  const sizes = plan.mesh.axes.map(({ size }) => size);
  const placed = [...parallelismMatrices(levels, sizes)].map((matrix): PlacedSharding => {
    const mesh = { ...plan.mesh, devices: Array.from(placesOf(matrix), (place) => devices[place]) };
    let us = otherStepsUs(program, stepTimes(scenario.cluster, mesh));
    let plainUs = us;
    const reductions = sums.map((sum): PlanReduction => {
      const own = reductionLevels(scenario.cluster, mesh, sum.axes);
      const price = stepPrice(scenario.cluster, mesh, own, sum, isTree);
      const { program: steps, cost } = bestProgram(own, price, mostSteps);
      us += cost;
      plainUs += programCost(own, oneAllReduce(own), price);
      return { axes: sum.axes, levels: own, steps };
    });
    return { matrix, us, plainUs, plan: { ...plan, mesh, reductions } };
  });
  return placed.sort((a, b) => a.us - b.us);
}

/** Steps between layouts that are no sums. */
function otherStepsUs({ instructions, values }: ShardedProgram, stepUs: StepCost): number {
  let us = 0;
  for (const instruction of instructions) {
    if (instruction.kind !== "move" || instruction.step.kind === "all-reduce") continue;
    const { shape, bytes } = values[instruction.from];
    us += stepUs(instruction.step, shape, bytes / Math.max(1, elementsIn(shape)));
  }
  return us;
}

/** Levels of one member are at neither end of the range, as in `possibleSteps`. */
function oneAllReduce(levels: readonly number[]): ReductionProgram {
  const several = [...levels.keys()].filter((level) => levels[level] > 1);
  const [from, to] = [several[0], several[several.length - 1] + 1];
  return [{ collective: "all-reduce", from, to, leadersOnly: false }];
}
