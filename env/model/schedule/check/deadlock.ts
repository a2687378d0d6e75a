/**
 * Runs a schedule without times: each device takes its items in order as soon as what they need is
 * done. Where no device can go on, it says what each of them waits for.
 */
import {
  Phase,
  type PhaseCode,
  type PipelineSchedule,
  type PipelineShape,
  type ScheduleItem,
} from "../contract.ts";
import { itemText } from "./words.ts";

/** One sentence for each device that waits for ever. */
export function deadlockFaults(shape: PipelineShape, { order }: PipelineSchedule): string[] {
  const progress = progressOf(shape);
  const next = new Int32Array(order.length);
  /** Devices that wait until a (stage, micro-batch, phase) is done. */
  const waiting = new Map<number, number[]>();
  const ready = order.map((_, device) => device);
  for (let device = ready.pop(); device !== undefined; device = ready.pop()) {
    const items = order[device];
    for (; next[device] < items.length; next[device]++) {
      const item = items[next[device]];
      const key = progress.missing(item, device);
      if (key >= 0) {
        waiting.set(key, [...(waiting.get(key) ?? []), device]);
        break;
      }
      for (const done of progress.finish(item, device)) {
        ready.push(...(waiting.get(done) ?? []));
        waiting.delete(done);
      }
    }
  }
  return [...waiting].flatMap(([key, devices]) =>
    devices.map((device) => {
      const item = itemText(order[device][next[device]]);
      return `Device ${device} waits for ever: its ${item} needs the ${itemText(progress.itemOf(key))}.`;
    }),
  );
}

interface Progress {
  /** Key of what the item still needs, or -1. */
  missing(item: ScheduleItem, device: number): number;
  /** Keys of what is done with the item. */
  finish(item: ScheduleItem, device: number): number[];
  itemOf(key: number): ScheduleItem;
}

const PHASES = 3;

function progressOf({ stages, microBatches, iterations }: PipelineShape): Progress {
  const total = microBatches * iterations;
  const keyOf = (stage: number, m: number, phase: number): number => (stage * total + m) * PHASES + phase;
  const left = new Int32Array(stages.length * total * PHASES);
  stages.forEach(({ devices, share }, stage) => {
    left.fill(share === "split" ? devices.length : 1, keyOf(stage, 0, 0), keyOf(stage + 1, 0, 0));
  });
  // A backward needs the forward on its own device, not on those of the other replicas.
  const reached = stages.map(({ devices }) => devices.map(() => new Uint8Array(total)));
  const ownRow = (stage: number, device: number): Uint8Array =>
    reached[stage][stages[stage].devices.indexOf(device)];
  return {
    missing({ stage, microBatch, phase, span = 1 }, device) {
      const row = phase === Phase.forward ? null : ownRow(stage, device);
      const needed = phase === Phase.forward ? stage - 1 : stage + 1;
      const hasNeed = phase !== Phase.weights && needed >= 0 && needed < stages.length;
      for (let m = microBatch; m < microBatch + span; m++) {
        if (row !== null && row[m] < phase) return keyOf(stage, m, phase - 1);
        if (hasNeed && left[keyOf(needed, m, phase)] > 0) return keyOf(needed, m, phase);
      }
      return -1;
    },
    finish({ stage, microBatch, phase, span = 1 }, device) {
      const row = ownRow(stage, device);
      const done: number[] = [];
      for (let m = microBatch; m < microBatch + span; m++) {
        row[m] = phase + 1;
        const key = keyOf(stage, m, phase);
        if (--left[key] === 0) done.push(key);
      }
      return done;
    },
    itemOf(key) {
      const at = Math.floor(key / PHASES);
      return { stage: Math.floor(at / total), microBatch: at % total, phase: (key % PHASES) as PhaseCode };
    },
  };
}
