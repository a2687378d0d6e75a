/**
 * A run that differs from a recorded one only in the devices of a few ops. Nothing changes up to
 * the first moment at which the move can matter, so the run starts from a copy of the recorded
 * state. Wherever the state equals the recorded one again, the run skips to the next such moment.
 * Once the moved ops are done, the rest equals the recorded rest, and the makespan is the recorded
 * makespan. All of this is exact.
 *
 * Needs transfers of one hop (every route one link, or cut through), no sharing of links and no
 * order of ops.
 */
import { busyIn } from "./events";
import { hasOvertaken } from "./links";
import { isPacked, pack, packedInt, unpack } from "./packing";
import { begin, endedCount, handleDue, latestEndUs, makespan, nextGroup, nextUs, setProgress } from "./engine";
import {
  baseEndUs, baseOpNext, baseStartUs, baseTransferArriveUs, baseTransferNext, baseTransferStartUs, dep, depStart, device,
  deviceCount, deviceFreeUs, effectUs, endUs, eventUs, float, flyingHead, flyingTail, GROUP, groupCount, movedPending, int,
  linkCount, linkFreeUs, moved, needStart, needUs, NONE, opCount, opNext, pending, runningHead, runningTail, sentBy, sentByCount, setDevice,
  setFloat, setInt, slotProducer, snapshotBytes, snapshotCapacity, snapshotLatestUs, snapshots, snapshotUs, startUs, stateBytes,
  transferArriveUs, transferHop, transferNext, transferSlot, transferStartUs, transferTo,
} from "./state";

let snapshotCount: i32;
let baseMakespan: f64;

/**
 * Simulates the placement and records it: a copy of the state each time that a share of the ops has
 * ended.
 */
export function record(placed: usize): f64 {
  setProgress(0);
  begin(placed);
  snapshotCount = 0;
  const share = max(1, opCount / snapshotCapacity);
  let nextAt = 0;
  let beforeUs: f64 = -1;
  for (;;) {
    const group = nextGroup();
    const nowUs = nextUs(group);
    if (nowUs == Infinity) break;
    // Only between two instants: a state holds all of the past and nothing of its own moment.
    if (nowUs > beforeUs && endedCount >= nextAt && snapshotCount < snapshotCapacity) {
      takeSnapshot(nowUs);
      nextAt = endedCount + share;
    }
    beforeUs = nowUs;
    handleDue(group, nowUs);
  }
  // The finished run tells the order of transfers on a link. Where one transfer has overtaken
  // another, that is no longer the order of an earlier state.
  if (hasOvertaken()) snapshotCount = 0;
  baseMakespan = makespan();
  const transferCount = int(depStart, opCount);
  memory.copy(baseStartUs, startUs, (<usize>opCount) << 3);
  memory.copy(baseEndUs, endUs, (<usize>opCount) << 3);
  memory.copy(baseOpNext, opNext, (<usize>opCount) << 2);
  memory.copy(baseTransferNext, transferNext, (<usize>transferCount) << 2);
  memory.copy(baseTransferStartUs, transferStartUs, (<usize>transferCount) << 3);
  memory.copy(baseTransferArriveUs, transferArriveUs, (<usize>transferCount) << 3);
  return baseMakespan;
}

/**
 * The makespan of the recorded placement with `movedCount` ops moved, as `placed` says. Every moved
 * op must wait for something. NaN where no recorded state can be restored.
 *
 * Until the moved ops are done, a state that equals the recorded one stays equal up to the next
 * effect. What a moved op still waits for may differ from the recorded run; `needUs` tells it.
 */
export function rerun(placed: usize, movedCount: i32, effectCount: i32): f64 {
  if (snapshotCount == 0) return NaN;
  setDevice(placed);
  let next = restore(snapshotBefore(float(effectUs, 0)), movedCount) + 1;
  for (;;) {
    const group = nextGroup();
    const nowUs = nextUs(group);
    if (nowUs == Infinity) break;
    if (next < snapshotCount && nowUs >= float(snapshotUs, next)) {
      if (nowUs == float(snapshotUs, next) && isAsRecorded(next, movedCount)) {
        if (areDone(movedCount)) return baseMakespan;
        const later = snapshotBefore(nextEffect(effectCount, nowUs));
        if (later > next && (effectCount == movedCount || !anyComing(movedCount))) {
          next = restore(later, movedCount) + 1;
          continue;
        }
      }
      while (next < snapshotCount && float(snapshotUs, next) <= nowUs) next++;
    }
    handleDue(group, nowUs);
  }
  return makespan();
}

function nextEffect(effectCount: i32, nowUs: f64): f64 {
  for (let i = 0; i < effectCount; i++) if (float(effectUs, i) >= nowUs) return float(effectUs, i);
  return nowUs;
}

/**
 * Is a transfer under way that could be for a moved op? Where a move changes what is sent, the
 * transfer may take another route.
 */
function anyComing(movedCount: i32): bool {
  for (let link = 0; link < linkCount; link++)
    for (let transfer = int(flyingHead, link); transfer != NONE; transfer = int(transferNext, transfer))
      if (feedsMoved(int(slotProducer, int(transferSlot, transfer)), movedCount)) return true;
  return false;
}

function feedsMoved(producer: i32, movedCount: i32): bool {
  const last = int(depStart, producer + 1);
  for (let i = int(depStart, producer); i < last; i++) if (isMoved(int(dep, 2 * i), movedCount)) return true;
  return false;
}

/**
 * Moved ops that wait for nothing have ended: `isAsRecorded` has checked that none of them is
 * running.
 */
function areDone(movedCount: i32): bool {
  for (let i = 0; i < movedCount; i++) if (int(pending, int(moved, i)) != 0) return false;
  return true;
}

// @ts-ignore: decorator
@inline
function snapshotAt(k: i32): usize {
  return snapshots + (<usize>k) * (<usize>snapshotBytes);
}

/** Address of an array of the state block in a snapshot. */
// @ts-ignore: decorator
@inline
function inSnapshot(k: i32, array: usize): usize {
  return snapshotAt(k) + (array - deviceFreeUs);
}

/** Address of the packed `pending` in a snapshot. */
// @ts-ignore: decorator
@inline
function packedAt(k: i32): usize {
  return snapshotAt(k) + <usize>stateBytes;
}

function takeSnapshot(nowUs: f64): void {
  memory.copy(snapshotAt(snapshotCount), deviceFreeUs, stateBytes);
  pack(packedAt(snapshotCount));
  setFloat(snapshotUs, snapshotCount, nowUs);
  setFloat(snapshotLatestUs, snapshotCount, latestEndUs);
  snapshotCount++;
}

/** The last recorded state before anything at `atUs` has happened. */
function snapshotBefore(atUs: f64): i32 {
  let k = 0;
  let beyond = snapshotCount;
  while (beyond - k > 1) {
    const middle = (k + beyond) >> 1;
    if (float(snapshotUs, middle) <= atUs) k = middle;
    else beyond = middle;
  }
  return k;
}

/**
 * Restores recorded state k, in which the moved ops wait for what has yet to reach them; returns k.
 */
function restore(k: i32, movedCount: i32): i32 {
  memory.copy(deviceFreeUs, snapshotAt(k), stateBytes);
  unpack(packedAt(k));
  for (let i = 0; i < movedCount; i++) setInt(pending, int(moved, i), needsFrom(i, float(snapshotUs, k)));
  memory.fill(sentBy, 255, (<usize>sentByCount) << 2);
  setProgress(float(snapshotLatestUs, k));
  for (let group = 0; group < groupCount; group++)
    for (let busy = busyIn(group); busy != 0; busy &= busy - 1) restoreServer(group * GROUP + <i32>ctz(busy));
  return k;
}

function restoreServer(source: i32): void {
  const link = source - deviceCount;
  if (link < 0) restoreRunning(int(runningHead, source), int(runningTail, source));
  else if (link < linkCount) restoreFlying(int(flyingHead, link), int(flyingTail, link));
}

function needsFrom(i: i32, fromUs: f64): i32 {
  let count = 0;
  for (let need = int(needStart, i); need < int(needStart, i + 1); need++) if (float(needUs, need) >= fromUs) count++;
  return count;
}

function restoreRunning(head: i32, tail: i32): void {
  for (let v = head; v != NONE; v = int(opNext, v)) {
    setFloat(startUs, v, float(baseStartUs, v));
    setFloat(endUs, v, float(baseEndUs, v));
    setInt(opNext, v, v == tail ? NONE : int(baseOpNext, v));
  }
}

function restoreFlying(head: i32, tail: i32): void {
  for (let transfer = head; transfer != NONE; transfer = int(transferNext, transfer)) {
    setFloat(transferStartUs, transfer, float(baseTransferStartUs, transfer));
    setFloat(transferArriveUs, transfer, float(baseTransferArriveUs, transfer));
    setInt(transferNext, transfer, transfer == tail ? NONE : int(baseTransferNext, transfer));
    setInt(transferHop, transfer, 0);
    setInt(transferSlot, transfer, int(dep, 2 * transfer + 1));
    setInt(transferTo, transfer, int(device, int(dep, 2 * transfer)));
  }
}

/** Is all that is still to come equal to what the recorded run had still to come at this moment? */
function isAsRecorded(k: i32, movedCount: i32): bool {
  const nowUs = float(snapshotUs, k);
  if (!isSame(eventUs, inSnapshot(k, eventUs), (<usize>(groupCount * GROUP)) << 3)) return false;
  if (!areFreeAlike(deviceFreeUs, inSnapshot(k, deviceFreeUs), deviceCount, nowUs)) return false;
  if (!areFreeAlike(linkFreeUs, inSnapshot(k, linkFreeUs), linkCount, nowUs)) return false;
  if (!isPendingSame(packedAt(k), movedCount)) return false;
  for (let d = 0; d < deviceCount; d++)
    if (!isRunningSame(int(runningHead, d), inSnapshot(k, runningHead), inSnapshot(k, runningTail), d, movedCount)) return false;
  for (let link = 0; link < linkCount; link++)
    if (!isFlyingSame(int(flyingHead, link), inSnapshot(k, flyingHead), inSnapshot(k, flyingTail), link, movedCount)) return false;
  return true;
}

/**
 * A moved op that waits in both runs may wait for different things. That makes no difference as
 * long as it waits.
 */
function isPendingSame(packed: usize, movedCount: i32): bool {
  for (let i = 0; i < movedCount; i++) {
    const v = int(moved, i);
    if ((int(pending, v) == 0) != (packedInt(packed, v) == 0)) return false;
  }
  for (let i = 0; i < movedCount; i++) {
    const v = int(moved, i);
    setInt(movedPending, i, int(pending, v));
    setInt(pending, v, packedInt(packed, v));
  }
  const same = isPacked(packed);
  for (let i = 0; i < movedCount; i++) setInt(pending, int(moved, i), int(movedPending, i));
  return same;
}

/** A server that is free by now counts as free, no matter since when. */
function areFreeAlike(a: usize, b: usize, count: i32, nowUs: f64): bool {
  for (let i = 0; i < count; i++) if (max(float(a, i), nowUs) != max(float(b, i), nowUs)) return false;
  return true;
}

function isRunningSame(head: i32, heads: usize, tails: usize, d: i32, movedCount: i32): bool {
  let recorded = int(heads, d);
  const tail = int(tails, d);
  let v = head;
  while (v != NONE && v == recorded) {
    if (isMoved(v, movedCount) || float(startUs, v) != float(baseStartUs, v) || float(endUs, v) != float(baseEndUs, v)) return false;
    v = int(opNext, v);
    recorded = recorded == tail ? NONE : int(baseOpNext, recorded);
  }
  return v == recorded;
}

function isFlyingSame(head: i32, heads: usize, tails: usize, link: i32, movedCount: i32): bool {
  let recorded = int(heads, link);
  const tail = int(tails, link);
  let transfer = head;
  while (transfer != NONE && transfer == recorded) {
    if (isMoved(int(slotProducer, int(transferSlot, transfer)), movedCount)) return false;
    if (float(transferStartUs, transfer) != float(baseTransferStartUs, transfer)) return false;
    if (float(transferArriveUs, transfer) != float(baseTransferArriveUs, transfer)) return false;
    transfer = int(transferNext, transfer);
    recorded = recorded == tail ? NONE : int(baseTransferNext, recorded);
  }
  return transfer == recorded;
}

function isMoved(v: i32, movedCount: i32): bool {
  for (let i = 0; i < movedCount; i++) if (int(moved, i) == v) return true;
  return false;
}

/** Bytes in multiples of 16. */
function isSame(a: usize, b: usize, bytes: usize): bool {
  for (let i: usize = 0; i < bytes; i += 16)
    if (!i8x16.all_true(i8x16.eq(v128.load(a + i), v128.load(b + i)))) return false;
  return true;
}
