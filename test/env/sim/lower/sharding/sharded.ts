/** Sharding plans of numbered graphs on clusters of machines, run and counted. */

import type { Cluster, Scenario } from "../../../../../env/index.ts";
import { colocationGrouping } from "../../../../../env/model/coarsen/grouping.ts";
import { createScenario } from "../../../../../env/model/create-scenario.ts";
import { defaultFidelity, type Fidelity } from "../../../../../env/model/fidelity/fidelity.ts";
import type { ShardingPlan } from "../../../../../env/model/plan/sharding.ts";
import { createShardingRunner, type ShardingRun } from "../../../../../env/sim/lower/sharding/run.ts";
import { sentBytes } from "../../../../../env/sim/lower/sharding/sent-bytes.ts";
import type { NumberedGraph } from "./numbered-graph.ts";

export const shardedScenario = (
  { graph }: NumberedGraph,
  cluster: Cluster,
  fidelity: Partial<Fidelity> = {},
): Scenario =>
  createScenario({
    name: "sharded",
    graph,
    grouping: colocationGrouping(graph),
    cluster,
    objective: "iteration",
    fidelity: { ...defaultFidelity, optimizerSlots: 0, ...fidelity },
  });

export const runSharding = (scenario: Scenario, plan: ShardingPlan): ShardingRun =>
  createShardingRunner(scenario).run(plan);

/** The collectives of a run: kind, purpose, op, and bytes by device. */
export function collectivesOf(scenario: Scenario, run: ShardingRun) {
  const sent = sentBytes(run, scenario.cluster.devices.length);
  return run.moves.map(({ kind, purpose, op, members }, i) => ({
    kind,
    purpose,
    op: scenario.graph.names[op],
    members,
    sent: [...sent[i]],
  }));
}
