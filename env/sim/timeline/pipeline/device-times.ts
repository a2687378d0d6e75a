/**
 * Where the time of one batch goes on each device. Computing is what its blocks take. A gap before
 * a block is split by what the block waits for:
 *
 * - time on the way, for as long as an input of it is on a link;
 * - synchronisation, where it is an update, for as long as its gradients are being summed.
 *
 * Inside a unit of a stage with a mesh its rank waits for steps; what it computes is the rest.
 *
 * After the device's last block and all backward phases it is synchronisation for as long as any
 * gradients are being summed. The rest of the gaps is bubble, so the parts add up to the time of a
 * batch.
 */
import { Work } from "../../lower/costs/work.ts";
import type { DeviceTime, PipelineBlock, PipelineTransfer, SyncSpan } from "./contract.ts";
import type { ReadPipeline } from "./read-pipeline.ts";

type Spent = { -readonly [Part in keyof DeviceTime]: DeviceTime[Part] };

/** Of all devices of the scenario, us of one batch. */
export function deviceTimes(read: ReadPipeline): DeviceTime[] {
  const { scenario, run } = read;
  const { fromUs, toUs, batches } = run.window;
  const arriving = arrivalsOf(read.transfers);
  const lastWorkUs = lastWorkEnd(read.blocks, toUs);
  return scenario.cluster.devices.map((_, device) => {
    const spent: Spent = {
      forward: 0,
      recompute: 0,
      backward: 0,
      weights: 0,
      update: 0,
      inside: 0,
      transfers: 0,
      sync: 0,
      bubble: 0,
    };
    const own = read.blocks.filter((block) => block.device === device);
    const syncs = read.syncs.filter((sync) => sync.device === device);
    let freeUs = fromUs;
    for (const block of own) {
      if (block.endUs <= fromUs || block.startUs >= toUs) continue;
      addGap(spent, { fromUs: freeUs, toUs: block.startUs }, gapBefore(block, arriving, syncs));
      const within = Math.min(block.endUs, toUs) - Math.max(block.startUs, fromUs);
      const waiting = within * read.inside.waitingShare(block);
      spent[partOfWork(block)] += within - waiting;
      spent.inside += waiting;
      freeUs = Math.max(freeUs, block.endUs);
    }
    const afterWork = read.syncs.map((sync) => ({ ...sync, startUs: Math.max(sync.startUs, lastWorkUs) }));
    addGap(spent, { fromUs: freeUs, toUs }, { part: "sync", spans: afterWork });
    for (const part of Object.keys(spent) as (keyof Spent)[]) spent[part] /= batches;
    return spent;
  });
}

const partOfWork = ({ work }: PipelineBlock): keyof Spent =>
  work === Work.forward
    ? "forward"
    : work === Work.backward
      ? "backward"
      : work === Work.weights
        ? "weights"
        : work === Work.recompute
          ? "recompute"
          : "update";

interface Span {
  readonly startUs: number;
  readonly endUs: number;
}

interface Cause {
  readonly part: "transfers" | "sync";
  readonly spans: readonly Span[];
}

/** What a device may wait for before a block. */
function gapBefore(
  { task, work, stage, startUs }: PipelineBlock,
  arriving: ReadonlyMap<number, readonly PipelineTransfer[]>,
  syncs: readonly SyncSpan[],
): Cause {
  if (work !== Work.update) return { part: "transfers", spans: arriving.get(task) ?? [] };
  return {
    part: "sync",
    spans: [
      ...syncs.filter((sync) => sync.stage === stage && sync.startUs <= startUs),
      ...(arriving.get(task) ?? []),
    ],
  };
}

function addGap(
  spent: Spent,
  { fromUs, toUs }: { fromUs: number; toUs: number },
  { part, spans }: Cause,
): void {
  if (toUs <= fromUs) return;
  const covered = coveredUs(spans, fromUs, toUs);
  spent[part] += covered;
  spent.bubble += toUs - fromUs - covered;
}

/** Time of an interval that any of the spans covers. */
function coveredUs(spans: readonly Span[], fromUs: number, toUs: number): number {
  let covered = 0;
  let untilUs = fromUs;
  for (const { startUs, endUs } of [...spans].sort((a, b) => a.startUs - b.startUs)) {
    const start = Math.max(untilUs, startUs);
    const end = Math.min(toUs, endUs);
    if (end <= start) continue;
    covered += end - start;
    untilUs = end;
  }
  return covered;
}

/** The transfers that each task waits for. */
function arrivalsOf(
  transfers: readonly PipelineTransfer[],
): ReadonlyMap<number, readonly PipelineTransfer[]> {
  const arriving = new Map<number, PipelineTransfer[]>();
  for (const transfer of transfers)
    for (const task of new Set(transfer.to)) {
      const known = arriving.get(task);
      if (known === undefined) arriving.set(task, [transfer]);
      else known.push(transfer);
    }
  return arriving;
}

/** End of the last phase that is no update, within the window. */
function lastWorkEnd(blocks: readonly PipelineBlock[], toUs: number): number {
  let lastUs = 0;
  for (const { work, endUs } of blocks)
    if (work !== Work.update && endUs <= toUs) lastUs = Math.max(lastUs, endUs);
  return lastUs;
}
