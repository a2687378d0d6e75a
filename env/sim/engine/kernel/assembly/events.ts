/**
 * The pending events. Source s (devices first, then links) has at most one, at eventUs[s]; Infinity
 * means none.
 *
 * A vector scan finds the next one. It beats a heap up to some hundred sources because the
 * processor cannot mispredict anything in it. More than 64 sources are scanned in groups of 64,
 * whose minima are kept.
 */
import {
  deviceCount, deviceOrder, endUs, eventUs, float, flyingHead, GROUP, groupCount, groupUs, int, isRanked, linkCount, linkOrder,
  NONE, opCount, opOrder, runningHead, setFloat, slotProducer, sourceCount, startUs, transferArriveUs, transferSlot,
  transferStartUs,
} from "./state";

/**
 * Sources that one step of a scan covers. Each step is a branch, and branches fill the memory of
 * the branch predictor, so there are few.
 */
const STEP: i32 = 8;

/**
 * Bytes to scan in a group: only the steps that hold a source. Entries after the last source never
 * have an event.
 */
// @ts-ignore: decorator
@inline
function scannedBytes(group: i32): usize {
  return (<usize>((min(GROUP, sourceCount - group * GROUP) + STEP - 1) & -STEP)) << 3;
}

export function groupMinimum(group: i32): f64 {
  let at = eventUs + ((<usize>group * GROUP) << 3);
  const end = at + scannedBytes(group);
  let least = f64x2.splat(Infinity);
  for (; at < end; at += STEP << 3) {
    const low = f64x2.pmin(v128.load(at, 0), v128.load(at, 16));
    least = f64x2.pmin(least, f64x2.pmin(low, f64x2.pmin(v128.load(at, 32), v128.load(at, 48))));
  }
  return f64x2.extract_lane(f64x2.pmin(least, v128.shuffle<i64>(least, least, 1, 0)), 0);
}

/** Which of the 2 x 2 values at two addresses are `now`, as four 32-bit masks. */
// @ts-ignore: decorator
@inline
function equals(at: usize, now: v128, offset: usize): v128 {
  const first = f64x2.eq(v128.load(at + offset), now);
  const second = f64x2.eq(v128.load(at + offset + 16), now);
  return v128.shuffle<i32>(first, second, 0, 2, 4, 6);
}

/** The sources of the group whose event is at `nowUs`, one bit each. */
export function dueIn(group: i32, nowUs: f64): u64 {
  const base = eventUs + ((<usize>group * GROUP) << 3);
  const bytes = scannedBytes(group);
  const now = f64x2.splat(nowUs);
  let due: u64 = 0;
  for (let offset: usize = 0; offset < bytes; offset += STEP << 3) {
    const at = base + offset;
    const equal = i16x8.narrow_i32x4_s(equals(at, now, 0), equals(at, now, 32));
    due |= (<u64>i16x8.bitmask(equal)) << (offset >> 3);
  }
  return due;
}

/** The sources of the group that have an event, one bit each. */
export function busyIn(group: i32): u64 {
  const count = min(GROUP, sourceCount - group * GROUP);
  return ~dueIn(group, Infinity) & (u64.MAX_VALUE >> <u64>(GROUP - count));
}

export function firstGroup(): i32 {
  let best = 0;
  for (let group = 1; group < groupCount; group++) if (float(groupUs, group) < float(groupUs, best)) best = group;
  return best;
}

export function isDueElsewhere(group: i32, nowUs: f64): bool {
  for (let other = group + 1; other < groupCount; other++) if (float(groupUs, other) == nowUs) return true;
  return false;
}

/**
 * The place of a source's next event among those at the same time. Simultaneous events are rare, so
 * the place is computed on demand: keeping it would cost every event.
 */
export function orderOf(source: i32): i32 {
  if (source < deviceCount) {
    const v = int(runningHead, source);
    return float(endUs, v) == float(startUs, v) && !isRanked() ? int(deviceOrder, source) : int(opOrder, v);
  }
  const link = source - deviceCount;
  if (link < linkCount) {
    const transfer = int(flyingHead, link);
    if (float(transferArriveUs, transfer) == float(transferStartUs, transfer)) return int(linkOrder, link);
    return int(opOrder, int(slotProducer, int(transferSlot, transfer)));
  }
  if (link == linkCount) return opCount + linkCount + deviceCount;
  return int(deviceOrder, link - linkCount - 1);
}

/** Of the sources due at `nowUs`, the one that comes first by order, then number. */
export function firstDue(nowUs: f64): i32 {
  let best = NONE;
  let bestOrder = i32.MAX_VALUE;
  for (let group = 0; group < groupCount; group++) {
    if (groupCount > 1 && float(groupUs, group) != nowUs) continue;
    for (let due = dueIn(group, nowUs); due != 0; due &= due - 1) {
      const source = group * GROUP + <i32>ctz(due);
      const order = orderOf(source);
      if (order >= bestOrder) continue;
      best = source;
      bestOrder = order;
    }
  }
  return best;
}

/** A source that is due at the same time and has the same order, or NONE. */
export function coincident(order: i32, nowUs: f64): i32 {
  for (let group = 0; group < groupCount; group++) {
    if (groupCount > 1 && float(groupUs, group) != nowUs) continue;
    for (let due = dueIn(group, nowUs); due != 0; due &= due - 1) {
      const source = group * GROUP + <i32>ctz(due);
      if (orderOf(source) == order) return source;
    }
  }
  return NONE;
}

// @ts-ignore: decorator
@inline
export function schedule(source: i32, atUs: f64): void {
  setFloat(eventUs, source, atUs);
  if (groupCount > 1 && atUs < float(groupUs, source / GROUP)) setFloat(groupUs, source / GROUP, atUs);
}

// @ts-ignore: decorator
@inline
export function unschedule(source: i32): void {
  setFloat(eventUs, source, Infinity);
  if (groupCount > 1) setFloat(groupUs, source / GROUP, groupMinimum(source / GROUP));
}

