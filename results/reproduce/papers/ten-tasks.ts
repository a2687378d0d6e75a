/**
 * The ten-task example of Topcuoglu, Hariri, Wu (TPDS 2002), figures 2 and 3: a cost matrix, three
 * processors, and links on which nothing waits.
 */
import { egressCluster } from "../../../env/model/cluster/cluster.ts";
import { colocationGrouping } from "../../../env/model/coarsen/grouping.ts";
import { createScenario } from "../../../env/model/create-scenario.ts";
import { defaultFidelity } from "../../../env/model/fidelity/fidelity.ts";
import { withNetwork } from "../../../env/model/fidelity/networks.ts";
import { graphBuilder } from "../../../env/model/graph/builder.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import type { Scenario } from "../../../env/model/scenario.ts";

const costUs = [
  [14, 16, 9],
  [13, 19, 18],
  [11, 13, 19],
  [13, 8, 17],
  [12, 13, 10],
  [13, 16, 9],
  [7, 15, 11],
  [5, 11, 14],
  [18, 12, 20],
  [21, 7, 16],
];
const edges =
  "1-2:18 1-3:12 1-4:9 1-5:11 1-6:14 2-8:19 2-9:16 3-7:23 4-8:27 4-9:23 5-9:13 6-8:15 7-10:17 8-10:11 9-10:13";

export function tenTaskGraph(): OpGraph {
  const builder = graphBuilder();
  costUs.forEach(([p1, p2, p3], i) => {
    builder.op({ name: String(i + 1), measuredUs: { P1: p1, P2: p2, P3: p3 }, outputs: [0] });
  });
  for (const edge of edges.split(" ")) {
    const [from, to, bytes] = edge.split(/[-:]/);
    builder.edge({ from, to, bytes: Number(bytes) });
  }
  return builder.build();
}

export function tenTasks(): Scenario {
  const graph = tenTaskGraph();
  const devices = ["P1", "P2", "P3"].map((kind) => ({
    name: kind.toLowerCase(),
    kind,
    flopsPerUs: { float32: 1 },
    memoryBytesPerUs: 1,
    memoryBytes: Number.POSITIVE_INFINITY,
    launchUs: 0,
  }));
  const scenario = createScenario({
    name: "ten tasks of Topcuoglu et al., 2002",
    graph,
    grouping: colocationGrouping(graph),
    cluster: egressCluster("three processors", devices, { bytesPerUs: 1, latencyUs: 0 }),
    objective: "makespan",
    fidelity: { ...defaultFidelity, optimizerSlots: 0 },
  });
  return withNetwork(scenario, "contention-free");
}
