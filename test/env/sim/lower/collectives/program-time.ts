/** Reduction programs on a cluster by the engine, in all groups along axis 0 of a mesh at once. */
import type { Cluster } from "../../../../../env/index.ts";
import type { Mesh } from "../../../../../env/model/layout/mesh.ts";
import { reductionGroups, reductionLevels } from "../../../../../env/model/layout/reductions/hierarchy.ts";
import type { ReductionProgram } from "../../../../../env/model/layout/reductions/steps.ts";
import { programAllReduce } from "../../../../../env/sim/lower/collectives/program.ts";
import { among } from "../../../../../env/sim/lower/collectives/steps.ts";
import { engineUs } from "./counted.ts";

/** Time of one sum of so many bytes of each rank, us. Pre: the mesh has all devices. */
export function programUs(
  cluster: Cluster,
  mesh: Mesh,
  { steps, bytes }: { readonly steps: ReductionProgram; readonly bytes: number },
): number {
  const levels = reductionLevels(cluster, mesh, [0]);
  return engineUs(
    (on) => {
      const last = [...on.last];
      for (const ranks of reductionGroups(cluster, mesh, [0])) {
        const devices = ranks.map((rank) => mesh.devices[rank]);
        const done = programAllReduce(among(on, devices, last), { levels, steps }, false);
        devices.forEach((device, i) => {
          last[device] = done[i];
        });
      }
      return last;
    },
    cluster,
    bytes,
  );
}
