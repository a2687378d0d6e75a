/**
 * A simulated step of a sharding as a trace, in the format of trace.ts. Each device has a thread of
 * its ops, and one for each set of mesh axes along which it takes part in collectives. Each link
 * has one of messages.
 *
 * A collective on a rank lasts from when the rank begins it until the rank is done. Arrows lead
 * from the rank that sends a message to the rank that gets it. The host is no rank, so none lead
 * from it.
 */
import { roleNames } from "../../../env/model/graph/graph.ts";
import type { CollectiveSpan, StepMessage } from "../../../env/sim/timeline/sharding/contract.ts";
import type { TracedSharding } from "../../../env/sim/timeline/sharding/sharding-timeline.ts";
import { axesText, tensorName } from "../../text/shardings/names.ts";
import type { FlowEvent } from "./events.ts";
import { sideBySide } from "./lanes.ts";
import { arrowOver, lanesWithSpans, type Placed, type SpanLane, type Spanned, spansTrace } from "./spans.ts";
import type { Trace } from "./trace.ts";

interface StepSpan extends Spanned {
  /** Of a collective on a device: its number. */
  readonly collective?: number;
  readonly device?: number;
  readonly message?: StepMessage;
  readonly link?: number;
}

export function shardingTrace(timeline: TracedSharding): Trace {
  return spansTrace(timeline, lanesOf(timeline), timeline.messages, (spans) => flowsOf(timeline, spans));
}

const inTime = (a: Spanned, b: Spanned): number => a.startUs - b.startUs || a.doneUs - b.doneUs;

function lanesOf(timeline: TracedSharding): SpanLane<StepSpan>[] {
  const { scenario, plan } = timeline;
  const { devices, links } = scenario.cluster;
  const ofDevices = devices.flatMap(({ name }, device) => {
    const rank = plan.mesh.devices.indexOf(device);
    if (rank === -1) return [];
    const ops = opSpans(timeline, rank).sort(inTime);
    return [{ name, tasks: ops }, ...collectiveLanes(timeline, rank, name)];
  });
  const hops = messageSpans(timeline);
  const ofLinks = links.flatMap(({ name }, link) =>
    sideBySide(name, hops.filter((hop) => hop.link === link).sort(inTime)),
  );
  return lanesWithSpans([...ofDevices, ...ofLinks]);
}

function opSpans({ scenario: { graph }, blocks }: TracedSharding, rank: number): StepSpan[] {
  return blocks
    .filter((block) => block.rank === rank)
    .map(({ op, startUs, endUs }) => ({
      startUs,
      doneUs: endUs,
      name: graph.names[op],
      cat: roleNames[graph.role[op]],
      args: { type: graph.types[op], role: roleNames[graph.role[op]], rank },
    }));
}

/** One lane for each set of axes; collectives that go on at once are beside each other. */
function collectiveLanes(timeline: TracedSharding, rank: number, device: string): SpanLane<StepSpan>[] {
  const { plan, collectives } = timeline;
  const byAxes = new Map<string, StepSpan[]>();
  collectives.forEach((span, number) => {
    if (span.leaveUs[rank] <= span.enterUs[rank]) return;
    const axes = span.kind === "feed" ? "inputs" : `along ${axesText(plan.mesh.axes, span.group)}`;
    const own = byAxes.get(axes) ?? [];
    byAxes.set(axes, own);
    own.push(collectiveSpan(timeline, span, number, rank));
  });
  return [...byAxes].flatMap(([axes, own]) => sideBySide(`${device} ${axes}`, own.sort(inTime)));
}

function collectiveSpan(
  { scenario, plan }: TracedSharding,
  span: CollectiveSpan,
  number: number,
  rank: number,
): StepSpan {
  return {
    startUs: span.enterUs[rank],
    doneUs: span.leaveUs[rank],
    name: stepName(scenario, span),
    cat: span.kind,
    args: {
      purpose: span.purpose,
      axes: span.group.map((axis) => plan.mesh.axes[axis].name),
      sentBytes: span.sentBytes[rank],
      exposedUs: span.exposedUs[rank],
    },
    collective: number,
    device: plan.mesh.devices[rank],
  };
}

const stepName = ({ graph }: TracedSharding["scenario"], span: CollectiveSpan): string =>
  `${span.kind} ${tensorName(graph, span)}`;

function messageSpans({ scenario, collectives, messages }: TracedSharding): StepSpan[] {
  const { graph, cluster } = scenario;
  return messages.flatMap((message) => {
    const { collective, op, bytes, fromDevice, toDevice } = message;
    const what = collective === -1 ? graph.names[op] : stepName(scenario, collectives[collective]);
    return message.hops.map(({ link, startUs, sentUs, endUs }) => ({
      startUs,
      doneUs: sentUs,
      name: `send ${what}`,
      cat: "transfer",
      args: {
        bytes,
        from: cluster.devices[fromDevice].name,
        to: cluster.devices[toDevice].name,
        latencyUs: endUs - sentUs,
      },
      message,
      link,
    }));
  });
}

/** One arrow for each message, over its hops, in the middle of each span. */
function flowsOf({ scenario, collectives }: TracedSharding, spans: readonly Placed<StepSpan>[]): FlowEvent[] {
  const onDevice = new Map<string, Placed<StepSpan>>();
  const ofMessage = new Map<StepMessage, Placed<StepSpan>[]>();
  for (const span of spans) {
    if (span.collective !== undefined) onDevice.set(`${span.collective} ${span.device}`, span);
    if (span.message === undefined) continue;
    ofMessage.set(span.message, [...(ofMessage.get(span.message) ?? []), span]);
  }
  let id = 0;
  return [...ofMessage].flatMap(([{ collective, fromDevice, toDevice }, hops]) => {
    const [from, to] = [fromDevice, toDevice].map((device) => onDevice.get(`${collective} ${device}`));
    if (from === undefined || to === undefined) return [];
    id++;
    return arrowOver([from, ...hops.sort(inTime), to], stepName(scenario, collectives[collective]), id);
  });
}
