/** Spans of the threads of a trace, and arrows over them: what traces of plans of stages share. */
import type { Scenario } from "../../../env/model/scenario.ts";
import { carriedCounter, memoryCounters, memoryPartCounters } from "./counters.ts";
import { CLUSTER, type FlowEvent, onGrid, type SpanEvent, type TraceEvent } from "./events.ts";
import { laneNames } from "./lanes.ts";
import type { Trace } from "./trace.ts";

/** What a span of the trace is made from. */
export interface Spanned {
  readonly startUs: number;
  readonly doneUs: number;
  readonly name: string;
  readonly cat: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** On its thread. */
export type Placed<Own extends Spanned = Spanned> = Own & { readonly tid: number };

export interface SpanLane<Own extends Spanned> {
  readonly name: string;
  readonly tasks: readonly Own[];
}

export const lanesWithSpans = <Own extends Spanned>(lanes: readonly SpanLane<Own>[]): SpanLane<Own>[] =>
  lanes.filter(({ tasks }) => tasks.length > 0);

interface TracedIteration {
  readonly scenario: Scenario;
  readonly iterationUs: number;
  readonly memorySteps: Parameters<typeof memoryCounters>[1];
}

interface Carried {
  readonly hops: readonly { readonly link: number; readonly startUs: number; readonly sentUs: number }[];
}

/** The trace of an iteration with these threads, and with counters of what is carried and held. */
export function spansTrace<Own extends Spanned>(
  { scenario, iterationUs, memorySteps }: TracedIteration,
  unplaced: readonly SpanLane<Own>[],
  carried: readonly Carried[],
  flowsOf: (spans: readonly Placed<Own>[]) => readonly FlowEvent[],
): Trace {
  const { lanes, spans } = placedSpans(unplaced);
  const hops = carried.flatMap((each) =>
    each.hops.map(({ link, startUs, sentUs }) => ({ link, startUs, doneUs: sentUs })),
  );
  const traceEvents: TraceEvent[] = [
    { ph: "M", pid: CLUSTER, tid: 0, name: "process_name", args: { name: scenario.cluster.name } },
    ...lanes.flatMap(laneNames),
    ...spans.map(spanEvent),
    ...flowsOf(spans),
    ...memoryCounters(scenario, memorySteps),
    ...memoryPartCounters(scenario, memorySteps),
    ...carriedCounter(hops),
  ];
  return {
    displayTimeUnit: "ms",
    otherData: { scenario: scenario.name, fidelity: scenario.fidelity.name, iterationUs },
    traceEvents,
  };
}

/** Threads are numbered in order, from 1 on. */
function placedSpans<Own extends Spanned>(lanes: readonly SpanLane<Own>[]) {
  const numbered = lanes.map((lane, i) => ({ ...lane, tid: i + 1 }));
  const spans = numbered.flatMap(({ tasks, tid }) => tasks.map((task): Placed<Own> => ({ ...task, tid })));
  return { lanes: numbered, spans };
}

function spanEvent({ startUs, doneUs, name, cat, args, tid }: Placed): SpanEvent {
  const ts = onGrid(startUs);
  return { ph: "X", pid: CLUSTER, tid, ts, dur: onGrid(doneUs) - ts, name, cat, args };
}

/** An arrow from the first span over the others to the last, in the middle of each. */
export const arrowOver = (stations: readonly Placed[], name: string, id: number): FlowEvent[] =>
  stations.map(({ startUs, doneUs, tid }, i): FlowEvent => {
    const ph = i === 0 ? "s" : i === stations.length - 1 ? "f" : "t";
    const ts = (onGrid(startUs) + onGrid(doneUs)) / 2;
    return { ph, pid: CLUSTER, tid, name, cat: "transfer", id, ts, bp: "e" };
  });
