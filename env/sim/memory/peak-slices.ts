/**
 * Peaks of memory under `memory: "training"`, fast enough for every evaluation near a limit
 * (test/bench/evaluate.ts). The rules are in memory.ts.
 *
 * The step is cut into slices of equal length. The sum of all that is in memory at some moment of a
 * slice is an upper limit on the peak there. It needs no sorting. Only slices whose limit is above
 * the highest peak so far are examined event by event. Twin: reference/memory.ts.
 */
import type { Compiled } from "../engine/compile.ts";
import type { RunTimes } from "../engine/engine.ts";
import { createIntervalColumns, type IntervalColumns } from "./interval-columns.ts";
import { type Peaks, residentBytesOf } from "./memory.ts";
import { timeOrder } from "./time-order.ts";

/**
 * The peaks of a run. A device that stays at or below its floor (shape [deviceCount]) has the floor
 * as peak, and no op.
 */
export type PeaksAbove = (floorBytes: ArrayLike<number>, times: RunTimes, device: Int32Array) => Peaks;

const SLICES = 128;
/**
 * The sums of a device are adjacent. What ends in the last slice is subtracted in one entry more.
 */
const ROW = SLICES + 1;

/** `columns`: what is in memory when; by default by the rules of interval-columns.ts. */
export function createPeakSlices(
  compiled: Compiled,
  columns: IntervalColumns = createIntervalColumns(compiled),
): PeaksAbove {
  const { deviceCount } = compiled;
  const { deviceOf, opOf, bytesOf, fromUs, toUs } = columns;
  const livingBytes = new Float64Array(deviceCount * ROW);

  /** Sums what is on each device at some moment of each slice. */
  function addUp(count: number, perUs: number): void {
    livingBytes.fill(0);
    for (let i = 0; i < count; i++) {
      const row = deviceOf[i] * ROW;
      livingBytes[row + sliceOf(fromUs[i], perUs)] += bytesOf[i];
      livingBytes[row + sliceOf(toUs[i], perUs) + 1] -= bytesOf[i];
    }
    for (let d = 0; d < deviceCount; d++)
      for (let at = d * ROW + 1; at < (d + 1) * ROW; at++) livingBytes[at] += livingBytes[at - 1];
  }

  return (floorBytes, times, device) => {
    const count = columns.fill(times, device);
    const perUs = SLICES / Math.max(Number.MIN_VALUE, latest(toUs, count));
    addUp(count, perUs);
    const residentBytes = residentBytesOf(compiled, device);
    const bytes = residentBytes.map((resident, d) => Math.max(resident, floorBytes[d]));
    const op = new Int32Array(deviceCount).fill(-1);
    let slices: Slices | null = null;
    for (let d = 0; d < deviceCount; d++)
      for (let s = 0; s < SLICES; s++) {
        const mostBytes = residentBytes[d] + livingBytes[d * ROW + s];
        if (mostBytes <= bytes[d]) continue;
        slices ??= slicesOf(columns, count, deviceCount, perUs);
        examine(d, d * SLICES + s, mostBytes, slices);
      }
    return { bytes, op };

    /**
     * Goes through a slice event by event. What ends at an instant goes before what starts then.
     */
    function examine(d: number, slice: number, mostBytes: number, { starts, ends }: Slices): void {
      const started = starts.inOrder(slice);
      const ended = ends.inOrder(slice);
      let nowBytes = mostBytes;
      for (const i of started) nowBytes -= bytesOf[i];
      let next = 0;
      for (const i of started) {
        for (; next < ended.length && toUs[ended[next]] <= fromUs[i]; next++)
          nowBytes -= bytesOf[ended[next]];
        nowBytes += bytesOf[i];
        if (nowBytes <= bytes[d]) continue;
        bytes[d] = nowBytes;
        op[d] = opOf[i];
      }
    }
  };
}

const sliceOf = (us: number, perUs: number): number => Math.min(SLICES - 1, Math.floor(us * perUs));

function latest(us: Float64Array, count: number): number {
  let last = 0;
  for (let i = 0; i < count; i++) if (us[i] > last) last = us[i];
  return last;
}

interface Slices {
  readonly starts: Buckets;
  readonly ends: Buckets;
}

interface Buckets {
  /** The intervals of one slice of one device by time. Equal times keep their order. */
  inOrder(bucket: number): Int32Array;
}

function slicesOf(
  { deviceOf, fromUs, toUs }: IntervalColumns,
  count: number,
  deviceCount: number,
  perUs: number,
): Slices {
  const bucketsBy = (us: Float64Array) =>
    buckets(us, count, deviceCount * SLICES, (i) => deviceOf[i] * SLICES + sliceOf(us[i], perUs));
  return { starts: bucketsBy(fromUs), ends: bucketsBy(toUs) };
}

function buckets(
  us: Float64Array,
  count: number,
  bucketCount: number,
  bucketOf: (i: number) => number,
): Buckets {
  const start = new Int32Array(bucketCount + 1);
  for (let i = 0; i < count; i++) start[bucketOf(i) + 1]++;
  for (let bucket = 0; bucket < bucketCount; bucket++) start[bucket + 1] += start[bucket];
  const members = new Int32Array(count);
  const next = start.slice();
  for (let i = 0; i < count; i++) members[next[bucketOf(i)]++] = i;
  return {
    inOrder(bucket) {
      const own = members.subarray(start[bucket], start[bucket + 1]);
      return own.length <= FEW
        ? sortFew(own, us)
        : timeOrder(Float64Array.from(own, (i) => us[i])).map((k) => own[k]);
    },
  };
}

/** At most so many entries are sorted by insertion. */
const FEW = 32;

function sortFew(members: Int32Array, us: Float64Array): Int32Array {
  for (let k = 1; k < members.length; k++) {
    const i = members[k];
    let at = k;
    for (; at > 0 && us[members[at - 1]] > us[i]; at--) members[at] = members[at - 1];
    members[at] = i;
  }
  return members;
}
