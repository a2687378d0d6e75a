/**
 * The mesh of planners that first part accelerators by their kind. Axis 0 has a half for each of
 * two kinds, and the further axes halve both alike. Devices of a kind are in the order of its
 * machines.
 */
import { acceleratorsOf } from "../../../../env/model/cluster/cluster.ts";
import { mistakeIn } from "../../../../env/model/errors.ts";
import { replicatedPlan } from "../../../../env/model/plan/sharding.ts";
import { checkSharding } from "../../../../env/model/plan/sharding-checks.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { nestedDevices, slowestWhere } from "../../pipeline/machine-levels.ts";
import type { LevelMesh } from "../mesh/level-mesh.ts";
import { unknownDimensions } from "../mesh/meshes.ts";

/** Kinds of the cluster's accelerators, in the order of their first devices. */
export const acceleratorKinds = ({ cluster }: Pick<Scenario, "cluster">): string[] => [
  ...new Set(acceleratorsOf(cluster).map((d) => cluster.devices[d].kind)),
];

/** A sentence where there is no such mesh, or where its devices do not run all ops. */
export function kindsMesh(scenario: Scenario, planner: string): LevelMesh | string {
  const { cluster } = scenario;
  const kinds = acceleratorKinds(scenario);
  const groups = kinds.map((kind) => {
    const own = acceleratorsOf(cluster).filter((d) => cluster.devices[d].kind === kind);
    return nestedDevices(scenario, own).devices;
  });
  const levels = Math.log2(groups[0].length);
  if (kinds.length !== 2 || groups[1].length !== groups[0].length || !Number.isInteger(levels))
    return `${planner} parts two kinds of accelerators, as many of each and a power of two; here are ${groups.map((own, i) => `${own.length} ${kinds[i]}`).join(", ")}.`;
  const unknown = unknownDimensions(scenario);
  if (unknown !== null) return unknown;
  const devices = groups.flat();
  const axes = Array.from({ length: 1 + levels }, (_, axis) => ({ name: `level ${axis}`, size: 2 }));
  const mesh = { axes, devices };
  const mistake = mistakeIn(() => checkSharding(scenario, replicatedPlan(scenario.graph, mesh)));
  if (mistake !== null) return mistake;
  // Places of two ranks first differ in the bit of the axis that parts them.
  const partedAt = (a: number, b: number): number => levels - Math.floor(Math.log2(a ^ b));
  const bytesPerUs = axes.map((_, axis) =>
    slowestWhere(scenario, devices, (a, b) => partedAt(a, b) === axis),
  );
  return { mesh, bytesPerUs };
}
