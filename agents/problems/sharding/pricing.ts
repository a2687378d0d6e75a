/** Prices of label tables on a scenario's devices and links: run times and alpha-beta times, us. */
import { launchTimesUs, shareUs } from "../../../env/model/cluster/micro-batch.ts";
import { runTimesUs } from "../../../env/model/cluster/speed.ts";
import type { Mesh } from "../../../env/model/layout/mesh.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Pricing } from "./labels/label-tables.ts";
import { stepTimes } from "./labels/mesh-times.ts";

/** Run times are those of the mesh's first device. An op that only a host runs is left out. */
export function scenarioPricing({ graph, cluster, fidelity }: Scenario, mesh: Mesh): Pricing {
  const runUs = runTimesUs(graph, cluster);
  const launchUs = launchTimesUs(runUs, cluster);
  const count = cluster.devices.length;
  return {
    stepCost: stepTimes(cluster, mesh),
    optimizerSlots: fidelity.optimizerSlots,
    runCost(v, share) {
      const i = v * count + mesh.devices[0];
      return runUs[i] === Number.POSITIVE_INFINITY ? 0 : shareUs(runUs[i], launchUs[i], share);
    },
  };
}
