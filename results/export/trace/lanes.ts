/**
 * The threads of a trace: one for each device, one for each link that carries something. Spans of
 * one thread must not overlap. Where a link carries several transfers at once, each further one has
 * a lane of its own.
 */
import { roleNames } from "../../../env/model/graph/graph.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Task, Tasks } from "../../../env/sim/timeline/explain/tasks.ts";
import { CLUSTER, type MetadataEvent, onGrid, type SpanEvent } from "./events.ts";

export interface Lane {
  readonly name: string;
  readonly tid: number;
  /** In order of time, without overlap. */
  readonly tasks: readonly Task[];
}

export function lanesOf({ cluster }: Scenario, { ops, transfers }: Tasks): Lane[] {
  const lanes: { name: string; tasks: Task[] }[] = [];
  const group = (tasks: readonly Task[], names: readonly { readonly name: string }[]) =>
    names.map(({ name }, index) => ({
      name,
      own: tasks.filter(({ resource }) => resource.index === index).sort(inTime),
    }));
  for (const { name, own } of group(ops, cluster.devices)) lanes.push({ name, tasks: own });
  for (const { name, own } of group(transfers, cluster.links)) lanes.push(...sideBySide(name, own));
  return lanes.map((lane, i) => ({ ...lane, tid: i + 1 }));
}

const inTime = (a: Task, b: Task): number => a.startUs - b.startUs || a.doneUs - b.doneUs || a.op - b.op;

/** Each task on the first lane that is free by then. Pre: in order of their start. */
export function sideBySide<Own extends Pick<Task, "startUs" | "doneUs">>(
  name: string,
  tasks: readonly Own[],
): { name: string; tasks: Own[] }[] {
  const lanes: { name: string; tasks: Own[]; freeUs: number }[] = [];
  for (const task of tasks) {
    let lane = lanes.find(({ freeUs }) => freeUs <= task.startUs);
    if (lane === undefined) {
      lane = { name: lanes.length === 0 ? name : `${name} (${lanes.length + 1})`, tasks: [], freeUs: 0 };
      lanes.push(lane);
    }
    lane.tasks.push(task);
    lane.freeUs = task.doneUs;
  }
  return lanes;
}

/** A viewer shows the lanes in this order: devices, then links. */
export function laneNames({ name, tid }: Pick<Lane, "name" | "tid">): MetadataEvent[] {
  const spot = { ph: "M", pid: CLUSTER, tid } as const;
  return [
    { ...spot, name: "thread_name", args: { name } },
    { ...spot, name: "thread_sort_index", args: { sort_index: tid } },
  ];
}

/** The category of an op is its role. Spans on the critical path are marked. */
export function spanOf(
  scenario: Scenario,
  tasks: Tasks,
  { task, tid, critical }: { readonly task: Task; readonly tid: number; readonly critical: boolean },
): SpanEvent {
  const { graph } = scenario;
  const ts = onGrid(task.startUs);
  const span = { ph: "X", pid: CLUSTER, tid, ts, dur: onGrid(task.doneUs) - ts } as const;
  const waitedUs = task.startUs - task.readyUs;
  if (task.kind === "transfer")
    return {
      ...span,
      name: `send ${graph.names[task.op]}`,
      cat: "transfer",
      args: { ...transferFacts(scenario, tasks, task), waitedUs, critical },
    };
  return {
    ...span,
    name: graph.names[task.op],
    cat: roleNames[graph.role[task.op]],
    args: { ...opFacts(scenario, tasks, task), waitedUs, critical },
  };
}

function opFacts({ graph, grouping }: Scenario, { compiled }: Tasks, { op }: Task): Record<string, unknown> {
  return {
    type: graph.types[op],
    role: roleNames[graph.role[op]],
    group: grouping.groupOf[op],
    flops: graph.flops[op],
    bytesTouched: graph.bytesTouched[op],
    parameterBytes: graph.parameterBytes[op],
    outputBytes: compiled.outputBytes[op],
  };
}

function transferFacts(
  { graph, cluster }: Scenario,
  { journeys, timeline: { device } }: Tasks,
  { op, journey, doneUs, endUs }: Task,
): Record<string, unknown> {
  const { bytes, consumers } = journeys[journey];
  const receivers = new Set(consumers.map((consumer) => cluster.devices[device[consumer]].name));
  return {
    producer: graph.names[op],
    bytes,
    from: cluster.devices[device[op]].name,
    to: [...receivers].join(", "),
    consumers: consumers.length,
    firstConsumer: graph.names[consumers[0]],
    latencyUs: endUs - doneUs,
  };
}
