/**
 * The mesh of planners that divide step by step: all accelerators of one kind. It has an axis for
 * each prime factor of each level of machines. The outermost level comes first, so axis 0 crosses
 * the slowest links. Splits along the axes in turn are splits within splits.
 */
import { acceleratorsOf } from "../../../../env/model/cluster/cluster.ts";
import { mistakeIn } from "../../../../env/model/errors.ts";
import type { Mesh } from "../../../../env/model/layout/mesh.ts";
import { replicatedPlan } from "../../../../env/model/plan/sharding.ts";
import { checkSharding } from "../../../../env/model/plan/sharding-checks.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { type NestedDevices, nestedDevices } from "../../pipeline/machine-levels.ts";
import { ofCommonKind, unknownDimensions } from "./meshes.ts";

export interface LevelMesh {
  readonly mesh: Mesh;
  /** Of each axis: bytes per us of the slowest pair of devices that it parts. */
  readonly bytesPerUs: readonly number[];
}

/** A sentence where there is no such mesh, or where its devices do not run all ops. */
export function levelMesh(scenario: Scenario): LevelMesh | string {
  const devices = ofCommonKind(scenario.cluster, acceleratorsOf(scenario.cluster));
  if (devices.length === 0) return "The cluster has no accelerator to divide ops over.";
  const unknown = unknownDimensions(scenario);
  if (unknown !== null) return unknown;
  const found = meshOf(nestedDevices(scenario, devices));
  return mistakeIn(() => checkSharding(scenario, replicatedPlan(scenario.graph, found.mesh))) ?? found;
}

/** The same, for planners that halve at every axis. */
export function binaryMesh(scenario: Scenario, planner: string): LevelMesh | string {
  const found = levelMesh(scenario);
  if (typeof found === "string") return found;
  const { axes, devices } = found.mesh;
  if (axes.every(({ size }) => size === 2)) return found;
  return `${planner} halves the devices again and again, and ${devices.length} are not a power of two above 1.`;
}

function meshOf({ devices, levels }: NestedDevices): LevelMesh {
  const axes = [...levels]
    .reverse()
    .flatMap(({ machines, bytesPerUs }) => primesOf(machines).map((size) => ({ size, bytesPerUs })));
  const whole = axes.length === 0 ? [{ size: 1, bytesPerUs: Number.POSITIVE_INFINITY }] : axes;
  return {
    mesh: { axes: whole.map(({ size }, axis) => ({ name: `level ${axis}`, size })), devices },
    bytesPerUs: whole.map((axis) => axis.bytesPerUs),
  };
}

/** Ascending. */
function primesOf(count: number): number[] {
  const found: number[] = [];
  let rest = count;
  for (let prime = 2; rest > 1; prime++) for (; rest % prime === 0; rest /= prime) found.push(prime);
  return found;
}
