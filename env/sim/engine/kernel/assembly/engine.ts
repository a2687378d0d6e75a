/**
 * The simulator kernel, in AssemblyScript. The other engine.ts says what it does and why its events
 * are complete. The file state.ts holds what it works on, events.ts finds the next event, links.ts
 * sends. Built by `npm run build:kernels`.
 */
import { coincident, dueIn, firstDue, firstGroup, groupMinimum, isDueElsewhere, orderOf, schedule, unschedule } from "./events";
import { endHop, handleFlowEnd, resetLinks, sendOnce, sendOutputs } from "./links";
import { enqueue, expect, later } from "./queues";
import { clearReady, popReady, pushReady } from "./ready";
import { nextEnd, ratesAreStale, resetFlows } from "./sharing";
import {
  blocking, BY_RANK, delivering, dep, depStart, device, deviceCount, deviceFreeUs, runColumn,
  runColumnCount, discipline, endUs, eventUs, FIRST_COME, firstUs, float, flyingHead, GROUP,
  groupCount, groupUs, IN_ORDER, int, lastEvent, linkCount, linkFreeUs, multicast, NO_SLOT, NONE,
  opCount, opGapUs, opNext, orderNext, pending, released, rootCount, roots, runningHead,
  runningTail, runUs, sameOrder, sentBy, sentByCount, setDevice, setDiscipline, setFloat, setInt,
  shares, slotProducer, startUs, TO_ALL, TO_CONSUMER, together, transferArriveUs, transferNext,
  transferSlot, transferTo, waitsFor,
} from "./state";

/**
 * In the list of what an event releases for: the op itself. Other entries are numbers of transfers.
 */
const OP_ENDED: i32 = -1;

let togetherCount: i32;
let deliveringCount: i32;
let readyCount: i32;
/** Over all ops that have a start so far. */
export let latestEndUs: f64;
/** Ops that have ended. */
export let endedCount: i32;

export function setProgress(latestEnd: f64): void {
  latestEndUs = latestEnd;
  setDiscipline(FIRST_COME);
}

/** Simulates the placement at `placed`; returns the makespan. */
export function run(placed: usize): f64 {
  setDiscipline(FIRST_COME);
  begin(placed);
  return simulate();
}

/**
 * Simulates the placement with the ops of each device in the order of `orderNext`. NaN where the
 * order waits for itself.
 */
export function runOrdered(placed: usize): f64 {
  setDiscipline(IN_ORDER);
  begin(placed);
  const makespanUs = simulate();
  return readyCount == opCount ? makespanUs : NaN;
}

/**
 * Simulates the placement where a free device takes the ready op of lowest rank. The ranks are in
 * `orderNext`.
 */
export function runReady(placed: usize): f64 {
  setDiscipline(BY_RANK);
  begin(placed);
  return simulate();
}

function simulate(): f64 {
  for (;;) {
    const group = nextGroup();
    const nowUs = nextUs(group);
    if (nowUs == Infinity) break;
    handleDue(group, nowUs);
  }
  return makespan();
}

/** The group of the next event. */
// @ts-ignore: decorator
@inline
export function nextGroup(): i32 {
  if (shares && ratesAreStale()) {
    // The end may move to a later time, and `schedule` alone does not raise the minimum of its
    // group.
    unschedule(deviceCount + linkCount);
    schedule(deviceCount + linkCount, nextEnd());
  }
  return groupCount == 1 ? 0 : firstGroup();
}

// @ts-ignore: decorator
@inline
export function nextUs(group: i32): f64 {
  return groupCount == 1 ? groupMinimum(0) : float(groupUs, group);
}

// @ts-ignore: decorator
@inline
export function handleDue(group: i32, nowUs: f64): void {
  const due = dueIn(group, nowUs);
  if ((due & (due - 1)) != 0 || (groupCount > 1 && isDueElsewhere(group, nowUs))) {
    handleTied(firstDue(nowUs), nowUs);
    return;
  }
  const source = group * GROUP + <i32>ctz(due);
  if (source < deviceCount) handleEnd(source, nowUs);
  else if (source < deviceCount + linkCount) handleArrival(source - deviceCount, nowUs);
  else handleOther(source, nowUs);
}

/**
 * Sources that are neither devices nor links: the end of a sharing transfer, then the next look of
 * each device for work.
 */
function handleOther(source: i32, nowUs: f64): void {
  if (source == deviceCount + linkCount) handleFlowEnd(nowUs);
  else startNext(source - lookOf(0), nowUs);
}

/**
 * Simulates `count` placements that are stored one after the other; writes their makespans to
 * `out`.
 */
export function runBatch(placed: usize, count: i32, out: usize): void {
  for (let i = 0; i < count; i++) setFloat(out, i, run(placed + (<usize>i) * ((<usize>opCount) << 2)));
}

export function begin(placed: usize): void {
  setDevice(placed);
  resetLinks(discipline == IN_ORDER);
  memory.copy(pending, waitsFor, (<usize>opCount) << 2);
  memory.fill(deviceFreeUs, 0, (<usize>deviceCount) << 3);
  memory.fill(linkFreeUs, 0, (<usize>linkCount) << 3);
  memory.fill(runningHead, 255, (<usize>deviceCount) << 2);
  memory.fill(flyingHead, 255, (<usize>linkCount) << 2);
  memory.fill(sentBy, 255, (<usize>sentByCount) << 2);
  for (let source = 0; source < groupCount * GROUP; source++) setFloat(eventUs, source, Infinity);
  for (let group = 0; group < groupCount; group++) setFloat(groupUs, group, Infinity);
  readyCount = 0;
  latestEndUs = 0;
  endedCount = 0;
  resetFlows();
  if (discipline == IN_ORDER) waitForPredecessors();
  if (discipline == BY_RANK) clearReady();
  for (let i = 0; i < rootCount; i++) if (int(pending, int(roots, i)) == 0) makeReady(int(roots, i), firstUs);
}

function waitForPredecessors(): void {
  for (let v = 0; v < opCount; v++) {
    const next = int(orderNext, v);
    if (next != NONE) setInt(pending, next, int(pending, next) + 1);
  }
}

export function makespan(): f64 {
  if (!lastEvent) return latestEndUs;
  return max(latestEndUs, max(latest(deviceFreeUs, deviceCount), latest(linkFreeUs, linkCount)));
}

function latest(times: usize, count: i32): f64 {
  let last: f64 = 0;
  for (let i = 0; i < count; i++) last = max(last, float(times, i));
  return last;
}

// ---- Devices

// @ts-ignore: decorator
@inline
function makeReady(v: i32, nowUs: f64): void {
  const d = int(device, v);
  if (discipline != FIRST_COME) {
    if (discipline == BY_RANK) {
      waitForDevice(v, d, nowUs);
      return;
    }
    readyCount++;
  }
  const costUs = float(runUs, runColumnCount == 1 ? v : v * runColumnCount + int(runColumn, d));
  const freeUs = float(deviceFreeUs, d);
  const start = later(nowUs, freeUs);
  const end = start + costUs;
  latestEndUs = later(latestEndUs, end);
  setFloat(startUs, v, start);
  setFloat(endUs, v, end);
  setFloat(deviceFreeUs, d, costUs == 0 ? end : end + opGapUs);
  enqueue(runningHead, runningTail, opNext, d, v, d, end);
}

/**
 * The source of the event at which a device looks for work, after all that happens at that instant.
 */
// @ts-ignore: decorator
@inline
function lookOf(d: i32): i32 {
  return deviceCount + linkCount + 1 + d;
}

function waitForDevice(v: i32, d: i32, nowUs: f64): void {
  pushReady(d, v);
  if (float(eventUs, lookOf(d)) == Infinity) schedule(lookOf(d), nowUs);
}

/**
 * The device is free: it takes the ready op of lowest rank. It looks again at the time when it is
 * free.
 */
function startNext(d: i32, nowUs: f64): void {
  unschedule(lookOf(d));
  const v = popReady(d);
  if (v == NONE) return;
  const costUs = float(runUs, runColumnCount == 1 ? v : v * runColumnCount + int(runColumn, d));
  const end = nowUs + costUs;
  const freeUs = costUs == 0 ? end : end + opGapUs;
  if (end > latestEndUs) latestEndUs = end;
  setFloat(startUs, v, nowUs);
  setFloat(endUs, v, end);
  setFloat(deviceFreeUs, d, freeUs);
  setInt(runningHead, d, v);
  schedule(d, end);
  schedule(lookOf(d), freeUs);
}

// @ts-ignore: decorator
@inline
function releaseConsumer(consumer: i32, nowUs: f64): void {
  const left = int(pending, consumer) - 1;
  setInt(pending, consumer, left);
  if (left == 0) makeReady(consumer, nowUs);
}

/** Takes the op that ends from its device. */
// @ts-ignore: decorator
@inline
function endOp(d: i32): i32 {
  const v = int(runningHead, d);
  const following = int(opNext, v);
  setInt(runningHead, d, following);
  expect(d, endUs, following);
  endedCount++;
  return v;
}

function handleEnd(d: i32, nowUs: f64): void {
  const v = endOp(d);
  if (sameOrder && !blocking) sendAndRelease(v, d, nowUs);
  else {
    sendOutputs(v, d, nowUs);
    releaseFor(v, OP_ENDED, nowUs);
  }
  if (discipline == IN_ORDER) releaseSuccessor(v, nowUs);
}

/** The op that runs next on the same device need no longer wait for this one. */
function releaseSuccessor(v: i32, nowUs: f64): void {
  const next = int(orderNext, v);
  if (next != NONE) releaseConsumer(next, nowUs);
}

// ---- Links

/** Sends and releases in one pass, where both go in the same order and neither delays the other. */
function sendAndRelease(v: i32, from: i32, nowUs: f64): void {
  const last = int(depStart, v + 1);
  for (let i = int(depStart, v); i < last; i++) {
    const consumer = int(dep, 2 * i);
    const to = int(device, consumer);
    const slot = int(dep, 2 * i + 1);
    if (to == from || slot == NO_SLOT) releaseConsumer(consumer, nowUs);
    else sendOnce(i, v, slot, from, to, nowUs);
  }
}

/** The link's next transfer arrives only after the releases of this one. */
function handleArrival(link: i32, nowUs: f64): void {
  const transfer = int(flyingHead, link);
  if (endHop(link, transfer, nowUs)) releaseArrived(transfer, nowUs);
  expect(deviceCount + link, transferArriveUs, int(flyingHead, link));
}

// ---- Releases

/**
 * Does this source, an ended op or a transfer, release a dependency? The dependency is a consumer
 * and a slot.
 */
// @ts-ignore: decorator
@inline
function isFreedBy(source: i32, consumer: i32, slot: i32, from: i32): bool {
  const at = int(device, consumer);
  if (source == OP_ENDED) return at == from || slot == NO_SLOT;
  if (at == from || slot != int(transferSlot, source)) return false;
  if (multicast == TO_CONSUMER) return consumer == int(dep, 2 * source);
  return multicast == TO_ALL || at == int(transferTo, source);
}

function releaseFor(producer: i32, source: i32, nowUs: f64): void {
  const from = int(device, producer);
  const last = int(depStart, producer + 1);
  for (let i = int(depStart, producer); i < last; i++) {
    const consumer = int(released, 2 * i);
    if (isFreedBy(source, consumer, int(released, 2 * i + 1), from)) releaseConsumer(consumer, nowUs);
  }
}

/** `releaseFor` of a transfer, without a branch for each consumer. */
function releaseArrived(transfer: i32, nowUs: f64): void {
  const slot = int(transferSlot, transfer);
  const producer = int(slotProducer, slot);
  if (multicast == TO_CONSUMER) {
    releaseFor(producer, transfer, nowUs);
    return;
  }
  const from = int(device, producer);
  const to = int(transferTo, transfer);
  const last = int(depStart, producer + 1);
  for (let i = int(depStart, producer); i < last; i++) {
    const consumer = int(released, 2 * i);
    const at = int(device, consumer);
    const isFreed =
      i32(at != from) & i32(int(released, 2 * i + 1) == slot) & (i32(multicast == TO_ALL) | i32(at == to));
    const left = int(pending, consumer) - isFreed;
    setInt(pending, consumer, left);
    if ((isFreed & i32(left == 0)) != 0) makeReady(consumer, nowUs);
  }
}

/**
 * Releases consumers of one producer at one instant from several sources, interleaved by consumer
 * rank.
 */
function releaseTogether(producer: i32, nowUs: f64): void {
  const from = int(device, producer);
  const last = int(depStart, producer + 1);
  for (let i = int(depStart, producer); i < last; i++) {
    const consumer = int(released, 2 * i);
    for (let k = 0; k < togetherCount; k++)
      if (isFreedBy(int(together, k), consumer, int(released, 2 * i + 1), from))
        releaseConsumer(consumer, nowUs);
  }
}

/** The first of several events at one instant, together with those of the same producer. */
function handleTied(source: i32, nowUs: f64): void {
  if (source >= deviceCount + linkCount) {
    handleOther(source, nowUs);
    return;
  }
  const order = orderOf(source);
  const producer =
    source < deviceCount
      ? int(runningHead, source)
      : int(slotProducer, int(transferSlot, int(flyingHead, source - deviceCount)));
  togetherCount = 0;
  deliveringCount = 0;
  takeTied(source, nowUs);
  if (order < opCount)
    for (let other = coincident(order, nowUs); other != NONE; other = coincident(order, nowUs)) takeTied(other, nowUs);
  releaseTogether(producer, nowUs);
  if (discipline == IN_ORDER)
    for (let k = 0; k < togetherCount; k++) if (int(together, k) == OP_ENDED) releaseSuccessor(producer, nowUs);
  for (let i = 0; i < deliveringCount; i++) {
    const link = int(delivering, i);
    schedule(deviceCount + link, float(transferArriveUs, int(flyingHead, link)));
  }
}

function takeTied(source: i32, nowUs: f64): void {
  if (source < deviceCount) {
    const v = endOp(source);
    sendOutputs(v, source, nowUs);
    setInt(together, togetherCount++, OP_ENDED);
    return;
  }
  const link = source - deviceCount;
  const transfer = int(flyingHead, link);
  if (int(transferNext, transfer) != NONE) setInt(delivering, deliveringCount++, link);
  unschedule(source);
  if (endHop(link, transfer, nowUs)) setInt(together, togetherCount++, transfer);
}
