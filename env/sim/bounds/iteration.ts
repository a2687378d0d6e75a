/**
 * Lower bounds on the time of a batch. Those on the makespan hold for placements. This one holds
 * for pipelines and shardings too, whatever their stages, replicas, schedule and splits are:
 *
 * - *work of all samples*: replicas or ranks share an op, so each op is divisible work. Its pieces
 *   together take at least as long as the whole op on its best device, as each pays its launch.
 *   Padding and recomputation only add. An update runs at least once in a batch, on one replica, on
 *   several in turn, or in parts that add up to it.
 */
import { deviceTypes } from "../../model/cluster/device-types.ts";
import { runTimesUs } from "../../model/cluster/speed.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { Bound } from "../evaluator/contract.ts";
import { EVERY_KIND } from "./best.ts";
import { workBound } from "./work-bound.ts";

/** The shares of an op add up to its time but for their last digits. */
const ROUNDING = 1e-11;

/** `placements`: bounds on the makespan. `samples`: what a value is divided by. */
export function iterationBounds(scenario: Scenario, placements: readonly Bound[], samples: number): Bound[] {
  const { graph, cluster } = scenario;
  const runUs = runTimesUs(graph, cluster);
  const { first, typeOf } = deviceTypes(cluster.devices.length, [runUs]);
  const columns = first.map((d) => (v: number) => runUs[v * cluster.devices.length + d]);
  const timesUs = new Float64Array(graph.opCount * first.length);
  for (let v = 0; v < graph.opCount; v++)
    columns.forEach((us, type) => {
      timesUs[v * first.length + type] = us(v);
    });
  const machines = first.map((_, type) => typeOf.reduce((count, of) => count + (of === type ? 1 : 0), 0));
  return [
    {
      argument: "work of all samples",
      covers: EVERY_KIND,
      value: (workBound(timesUs, machines).valueUs * (1 - ROUNDING)) / samples,
    },
    ...placements
      .filter(({ covers }) => !covers.includes("pipeline"))
      .map((bound) => ({ ...bound, value: bound.value / samples })),
  ];
}
