/**
 * An upper limit on the time of a batch of every pipeline whose stages have meshes inside. As that
 * of pipelines it is a sum of times, each on its slowest device or route. At every moment before
 * the end some task runs, some message moves, or some gap or latency passes.
 *
 * Let n be the number of devices, and M of micro-batches.
 *
 * - Replicas of a stage and their ranks are at most n devices. So a phase of a stage is at most M x
 *   n tasks on ranks. Each takes as long as its unit, which the engine runs alone on at most n
 *   ranks.
 * - A unit takes at most the sum of its ops on all ranks, each whole, and of its steps. Over all
 *   ranks and replicas, shares of one micro-batch sum to at most n. So work counts n x n times.
 *   What a smaller batch does not shorten counts M x n x n times. Both count twice where ops are
 *   computed again.
 * - Steps of a unit are as those of a sharding (sharding-ceiling.ts) among at most n ranks.
 * - What passes between stages goes to each rank on its own, and so do sums of gradients between
 *   replicas. That is at most n times what it is without meshes.
 */
import { CONTROL } from "../../model/graph/graph.ts";
import { opClasses } from "../../model/graph/op-classes.ts";
import { microBatchLimit } from "../../model/plan/pipeline.ts";
import type { Scenario } from "../../model/scenario.ts";
import { pipelineCeilingUs, slowestRoute } from "./pipeline-ceiling.ts";
import { MOST_STEPS, MOST_TRIPS } from "./sharding-ceiling.ts";

/** Forward and recomputation of a forward op are at most two runs of it. */
const RUNS = 2;
const ROUNDING = 1e-9;

export function hybridCeilingUs(scenario: Scenario): number {
  const { graph, cluster, fidelity } = scenario;
  const count = cluster.devices.length;
  const { usPerByte, latencyUs } = slowestRoute(cluster, fidelity.transferGapUs);
  const tasks = RUNS * microBatchLimit(graph) * count;
  const axes = Math.ceil(Math.log2(count)) + 1;
  const hopsUs = MOST_STEPS * axes * 2 * count * count * latencyUs;
  const { fixedPort } = opClasses(graph);
  /** Steps on a tensor in all tasks: its bytes by shares of the batch, or whole in each. */
  const stepsUs = (bytes: number, isFixed: boolean): number =>
    MOST_TRIPS * count * bytes * usPerByte * (isFixed ? tasks : RUNS * count) + tasks * hopsUs;
  // It has each op once in work and M x n times in pieces, and messages once.
  let totalUs = count * count * pipelineCeilingUs(scenario);
  for (let e = 0; e < graph.edgeCount; e++) {
    if (graph.edgeOutput[e] === CONTROL) continue;
    const port = graph.outputStart[graph.edgeSource[e]] + graph.edgeOutput[e];
    totalUs += stepsUs(graph.outputBytes[port], fixedPort[port] === 1);
  }
  graph.outputBytes.forEach((bytes, port) => {
    totalUs += stepsUs(bytes, fixedPort[port] === 1);
  });
  for (let v = 0; v < graph.opCount; v++) {
    const reads = (graph.iterations?.[v]?.parameters ?? []).length;
    if (reads === 0) continue;
    const owner = graph.parameterBytes[v] > 0 || graph.twin[v] === -1 ? v : graph.twin[v];
    // To read them, and to store new ones.
    totalUs += 2 * (stepsUs(graph.parameterBytes[owner], true) + reads * tasks * hopsUs);
  }
  return Math.max(totalUs * (1 + ROUNDING), Number.MIN_VALUE);
}
