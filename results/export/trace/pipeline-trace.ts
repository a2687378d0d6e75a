/**
 * A simulated pipeline as a trace, in the format of trace.ts. Each device has a thread of phases,
 * one for the sums of gradients where it takes part in any, and each link one of transfers.
 *
 * A phase is named by its letter, its stage and its micro-batch: F3.2, R3.2, B3.2, W3.2, and U3 for
 * an update. A sum of gradients is S3. Without a flush the trace has all batches that were run.
 */
import type { Scenario } from "../../../env/model/scenario.ts";
import { HOST, Work, type WorkCode } from "../../../env/sim/lower/costs/work.ts";
import { SEND, SWAP } from "../../../env/sim/lower/lowering.ts";
import type {
  PipelineBlock,
  PipelineTimeline,
  PipelineTransfer,
  SyncSpan,
} from "../../../env/sim/timeline/pipeline/contract.ts";
import type { FlowEvent } from "./events.ts";
import { sideBySide } from "./lanes.ts";
import { arrowOver, lanesWithSpans, type Placed, type SpanLane, type Spanned, spansTrace } from "./spans.ts";
import type { Trace } from "./trace.ts";

interface PipelineSpan extends Spanned {
  /** The task or the transfer that arrows touch. */
  readonly task?: number;
  readonly transfer?: PipelineTransfer;
}

export function pipelineTrace(timeline: PipelineTimeline): Trace {
  return spansTrace(timeline, lanesOf(timeline), timeline.transfers, (spans) => flowsOf(timeline, spans));
}

function lanesOf(timeline: PipelineTimeline): SpanLane<PipelineSpan>[] {
  const { devices, links } = timeline.scenario.cluster;
  const ofDevice = <Own extends { readonly device: number }>(own: readonly Own[], d: number) =>
    own.filter(({ device }) => device === d);
  const lanes = devices.flatMap(({ name }, d) => [
    { name, tasks: ofDevice(timeline.blocks, d).map(phaseSpan) },
    ...lanesWithSpans(sideBySide(`${name} sums`, ofDevice(timeline.syncs, d).map(syncSpan))),
  ]);
  const hops = transferSpans(timeline);
  const carried = links.flatMap(({ name }, link) => {
    const own = hops.filter((hop) => hop.link === link).sort((a, b) => a.startUs - b.startUs);
    return sideBySide(name, own);
  });
  return [...lanes, ...carried];
}

const letters: Readonly<Record<WorkCode, readonly [string, string]>> = {
  [Work.forward]: ["F", "forward"],
  [Work.recompute]: ["R", "recompute"],
  [Work.backward]: ["B", "backward"],
  [Work.weights]: ["W", "weights"],
  [Work.update]: ["U", "update"],
};

export function phaseName({
  work,
  stage,
  microBatch,
}: Pick<PipelineBlock, "work" | "stage" | "microBatch">): string {
  if (stage === HOST) return `input ${microBatch}`;
  const [letter] = letters[work];
  return work === Work.update ? `${letter}${stage}` : `${letter}${stage}.${microBatch}`;
}

function phaseSpan(block: PipelineBlock): PipelineSpan {
  const { task, work, stage, replica, microBatch, startUs, endUs } = block;
  return {
    startUs,
    doneUs: endUs,
    name: phaseName(block),
    cat: stage === HOST ? "input" : letters[work][1],
    args: { ...(stage !== HOST && { stage, replica }), microBatch },
    task,
  };
}

const syncSpan = ({ stage, replica, microBatch, startUs, endUs }: SyncSpan): PipelineSpan => ({
  startUs,
  doneUs: endUs,
  name: `S${stage}`,
  cat: "synchronisation",
  args: { stage, replica, firstMicroBatch: microBatch },
});

function transferSpans({
  scenario,
  transfers,
}: PipelineTimeline): (PipelineSpan & { readonly link: number })[] {
  return transfers.flatMap((transfer) =>
    transfer.hops.map(({ link, startUs, sentUs, endUs }) => ({
      link,
      startUs,
      doneUs: sentUs,
      name: `send ${sentName(transfer)}`,
      cat: "transfer",
      args: { ...transferFacts(scenario, transfer), latencyUs: endUs - sentUs },
      transfer,
    })),
  );
}

/** A sum of gradients, or what a phase made. */
function sentName({ from: { work, stage, microBatch } }: PipelineTransfer): string {
  if (work === SEND) return `S${stage}`;
  if (work === SWAP) return `swapped ${stage}.${microBatch}`;
  return phaseName({ work, stage, microBatch });
}

const transferFacts = ({ cluster }: Scenario, { bytes, fromDevice, toDevice }: PipelineTransfer) => ({
  bytes,
  from: cluster.devices[fromDevice].name,
  to: cluster.devices[toDevice].name,
});

/** One arrow for each phase that a transfer feeds, over its hops, in the middle of each span. */
function flowsOf({ transfers }: PipelineTimeline, spans: readonly Placed<PipelineSpan>[]): FlowEvent[] {
  const ofTask = new Map(
    spans.flatMap((span) => (span.task === undefined ? [] : [[span.task, span] as const])),
  );
  const ofTransfer = new Map<PipelineTransfer, Placed<PipelineSpan>[]>();
  for (const span of spans) {
    if (span.transfer === undefined) continue;
    const known = ofTransfer.get(span.transfer);
    if (known === undefined) ofTransfer.set(span.transfer, [span]);
    else known.push(span);
  }
  let id = 0;
  return transfers.flatMap((transfer) => {
    const producer = ofTask.get(transfer.fromTask);
    if (producer === undefined) return [];
    return [...new Set(transfer.to)].flatMap((task) => {
      const consumer = ofTask.get(task);
      if (consumer === undefined) return [];
      id++;
      const hops = (ofTransfer.get(transfer) ?? []).sort((a, b) => a.startUs - b.startUs);
      return arrowOver([producer, ...hops, consumer], sentName(transfer), id);
    });
  });
}
