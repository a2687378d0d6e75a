/**
 * The pending events: source s (devices first, then links) has at most one, at eventUs[s], Infinity for none.
 *
 * The next one is found by a vector scan, which beats a heap up to some hundred sources because nothing in it can be
 * mispredicted; more than 64 sources are scanned in groups of 64 whose minima are kept.
 */
import { isRanked } from "./engine";
import {
  deviceCount, deviceOrder, endUs, eventUs, float, flyingHead, GROUP, groupCount, groupUs, int, linkCount, linkOrder,
  NONE, opCount, opOrder, runningHead, setFloat, slotProducer, sourceCount, startUs, transferArriveUs, transferSlot,
  transferStartUs,
} from "./state";

/** Vectors to scan in a group: only those that hold a source. */
// @ts-ignore: decorator
@inline
export function vectorsOf(group: i32): i32 {
  return (min(GROUP, sourceCount - group * GROUP) + 1) >> 1;
}

export function groupMinimum(group: i32): f64 {
  const base = eventUs + ((<usize>group * GROUP) << 3);
  const vectors = vectorsOf(group);
  let least = v128.load(base);
  for (let i = 1; i < vectors; i++) least = f64x2.pmin(least, v128.load(base + ((<usize>i) << 4)));
  const a = f64x2.extract_lane(least, 0);
  const b = f64x2.extract_lane(least, 1);
  return a < b ? a : b;
}

/** The sources of the group whose event is at `nowUs`, one bit each. */
export function dueIn(group: i32, nowUs: f64): u64 {
  const base = eventUs + ((<usize>group * GROUP) << 3);
  const vectors = vectorsOf(group);
  const now = f64x2.splat(nowUs);
  let due: u64 = 0;
  for (let i = 0; i < vectors; i++) {
    const equal = f64x2.eq(v128.load(base + ((<usize>i) << 4)), now);
    due |= (<u64>i64x2.bitmask(equal)) << ((<u64>i) << 1);
  }
  return due;
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
 * The place of a source's next event among those at the same time. Asked for only where there are several: that is seldom, and
 * keeping it would cost every event.
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

/** A source that is due at the same time and of the same order, or NONE. */
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

