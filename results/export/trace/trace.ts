/**
 * A simulated step as a trace in the JSON format of Chrome's tracing. Perfetto (ui.perfetto.dev),
 * speedscope and chrome://tracing open it. It has ops, transfers, arrows from producer to consumer,
 * and memory over time. Times are in us.
 *
 * Pre: the explanation is of a plan of the scenario.
 *
 * Post:
 *
 * - the spans of a thread are in order and do not overlap;
 * - every flow has one start and one end;
 * - the highest memory counter of a device is its peak.
 */

import type { Scenario } from "../../../env/model/scenario.ts";
import type { Explanation } from "../../../env/sim/timeline/explain/explanation.ts";
import { memorySteps } from "../../../env/sim/timeline/explain/memory-steps.ts";
import { busyLinkCounter, memoryCounters, memoryPartCounters } from "./counters.ts";
import { CLUSTER, type TraceEvent } from "./events.ts";
import { flowsOf } from "./flows.ts";
import { laneNames, lanesOf, spanOf } from "./lanes.ts";

export interface Trace {
  readonly displayTimeUnit: "ms";
  readonly otherData: Readonly<Record<string, string | number>>;
  readonly traceEvents: readonly TraceEvent[];
}

export function traceOf(scenario: Scenario, { timeline, tasks, criticalPath }: Explanation): Trace {
  const critical = new Set(criticalPath.segments.map(({ task }) => task));
  const lanes = lanesOf(scenario, tasks);
  const tidOf = new Map(lanes.flatMap((lane) => lane.tasks.map((task) => [task, lane.tid] as const)));
  const steps = memorySteps(tasks);
  const traceEvents: TraceEvent[] = [
    { ph: "M", pid: CLUSTER, tid: 0, name: "process_name", args: { name: scenario.cluster.name } },
    ...lanes.flatMap(laneNames),
    ...Array.from(tidOf, ([task, tid]) =>
      spanOf(scenario, tasks, { task, tid, critical: critical.has(task) }),
    ),
    ...flowsOf(scenario, tasks, tidOf),
    ...memoryCounters(scenario, steps),
    ...memoryPartCounters(scenario, steps),
    ...busyLinkCounter(tasks),
  ];
  const { makespanUs } = timeline;
  return {
    displayTimeUnit: "ms",
    otherData: { scenario: scenario.name, fidelity: scenario.fidelity.name, makespanUs },
    traceEvents,
  };
}
