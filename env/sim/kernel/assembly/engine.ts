/**
 * The simulator kernel, in AssemblyScript: engine.ts says what it does and why its events are complete; this file does it,
 * over one linear memory laid out by engine.ts according to layout.ts. Built by `npm run build:kernels`.
 *
 * Event sources are the devices, then the links; source s has at most one event, at eventUs[s] (Infinity for none). The next
 * event is found by a vector scan, which beats a heap up to some hundred sources because nothing in it can be mispredicted; more
 * than 64 sources are scanned in groups of 64 whose minima are kept.
 */
import * as T from "../layout";

const NONE: i32 = -1;
const OP_ENDED: i32 = -1;
const ON_ITS_WAY: i32 = -2;
const NO_SLOT: i32 = -1;
const GROUP: i32 = 64;

let opCount: i32;
let deviceCount: i32;
let linkCount: i32;
let rootCount: i32;
let perDevice: bool;
let groupCount: i32;
let deviceTypeCount: i32;
let linkTypeCount: i32;
let sameOrder: bool;
let lastEvent: bool;
let opGapUs: f64;
let transferGapUs: f64;
let firstUs: f64;

let device: usize;
let depStart: usize;
let dep: usize;
let released: usize;
let waitsFor: usize;
let opOrder: usize;
let linkOrder: usize;
let deviceOrder: usize;
let runUs: usize;
let deviceType: usize;
let slotUs: usize;
let slotLocal: usize;
let slotProducer: usize;
let linkType: usize;
let latencyUs: usize;
let routeStart: usize;
let routeLink: usize;
let roots: usize;

let startUs: usize;
let endUs: usize;
let deviceFreeUs: usize;
let linkFreeUs: usize;
let runningHead: usize;
let runningTail: usize;
let opNext: usize;
let pending: usize;
let transferNext: usize;
let transferHop: usize;
let transferTo: usize;
let transferSlot: usize;
let transferStartUs: usize;
let transferArriveUs: usize;
let transferLeftUs: usize;
let sentBy: usize;
let sentByCount: i32;
let flyingHead: usize;
let flyingTail: usize;
let eventUs: usize;
let eventOrder: usize;
let groupUs: usize;
let together: usize;
let togetherCount: i32;
let delivering: usize;
let deliveringCount: i32;
let hopLog: usize;
let hopLogUs: usize;
let hopCount: i32;

// @ts-ignore: decorator
@inline
function int(array: usize, i: i32): i32 {
  return load<i32>(array + ((<usize>i) << 2));
}
// @ts-ignore: decorator
@inline
function setInt(array: usize, i: i32, value: i32): void {
  store<i32>(array + ((<usize>i) << 2), value);
}
// @ts-ignore: decorator
@inline
function float(array: usize, i: i32): f64 {
  return load<f64>(array + ((<usize>i) << 3));
}
// @ts-ignore: decorator
@inline
function setFloat(array: usize, i: i32, value: f64): void {
  store<f64>(array + ((<usize>i) << 3), value);
}

/** Reads the table; to be called once after it has been filled. */
export function init(): void {
  opCount = int(T.TABLE, T.OP_COUNT);
  deviceCount = int(T.TABLE, T.DEVICE_COUNT);
  linkCount = int(T.TABLE, T.LINK_COUNT);
  rootCount = int(T.TABLE, T.ROOT_COUNT);
  perDevice = int(T.TABLE, T.PER_DEVICE) != 0;
  groupCount = int(T.TABLE, T.GROUP_COUNT);
  deviceTypeCount = int(T.TABLE, T.DEVICE_TYPE_COUNT);
  linkTypeCount = int(T.TABLE, T.LINK_TYPE_COUNT);
  sameOrder = int(T.TABLE, T.SAME_ORDER) != 0;
  lastEvent = int(T.TABLE, T.LAST_EVENT) != 0;
  sentByCount = int(T.TABLE, T.SENT_BY_COUNT);
  opGapUs = float(T.FLOATS, T.OP_GAP_US);
  transferGapUs = float(T.FLOATS, T.TRANSFER_GAP_US);
  firstUs = float(T.FLOATS, T.FIRST_US);
  depStart = int(T.TABLE, T.DEP_START);
  dep = int(T.TABLE, T.DEP);
  released = int(T.TABLE, T.RELEASE);
  waitsFor = int(T.TABLE, T.WAITS_FOR);
  opOrder = int(T.TABLE, T.OP_ORDER);
  linkOrder = int(T.TABLE, T.LINK_ORDER);
  deviceOrder = int(T.TABLE, T.DEVICE_ORDER);
  runUs = int(T.TABLE, T.RUN_US);
  deviceType = int(T.TABLE, T.DEVICE_TYPE);
  slotUs = int(T.TABLE, T.SLOT_US);
  slotLocal = int(T.TABLE, T.SLOT_LOCAL);
  slotProducer = int(T.TABLE, T.SLOT_PRODUCER);
  linkType = int(T.TABLE, T.LINK_TYPE);
  latencyUs = int(T.TABLE, T.LATENCY_US);
  routeStart = int(T.TABLE, T.ROUTE_START);
  routeLink = int(T.TABLE, T.ROUTE_LINK);
  roots = int(T.TABLE, T.ROOTS);
  startUs = int(T.TABLE, T.START_US);
  endUs = int(T.TABLE, T.END_US);
  deviceFreeUs = int(T.TABLE, T.DEVICE_FREE_US);
  linkFreeUs = int(T.TABLE, T.LINK_FREE_US);
  runningHead = int(T.TABLE, T.RUNNING_HEAD);
  runningTail = int(T.TABLE, T.RUNNING_TAIL);
  opNext = int(T.TABLE, T.OP_NEXT);
  pending = int(T.TABLE, T.PENDING);
  transferNext = int(T.TABLE, T.TRANSFER_NEXT);
  transferHop = int(T.TABLE, T.TRANSFER_HOP);
  transferTo = int(T.TABLE, T.TRANSFER_TO);
  transferSlot = int(T.TABLE, T.TRANSFER_SLOT);
  transferStartUs = int(T.TABLE, T.TRANSFER_START_US);
  transferArriveUs = int(T.TABLE, T.TRANSFER_ARRIVE_US);
  transferLeftUs = int(T.TABLE, T.TRANSFER_LEFT_US);
  sentBy = int(T.TABLE, T.SENT_BY);
  flyingHead = int(T.TABLE, T.FLYING_HEAD);
  flyingTail = int(T.TABLE, T.FLYING_TAIL);
  eventUs = int(T.TABLE, T.EVENT_US);
  eventOrder = int(T.TABLE, T.EVENT_ORDER);
  groupUs = int(T.TABLE, T.GROUP_US);
  together = int(T.TABLE, T.TOGETHER);
  delivering = int(T.TABLE, T.DELIVERING);
  hopLog = int(T.TABLE, T.HOP_LOG);
  hopLogUs = int(T.TABLE, T.HOP_LOG_US);
}

/** Simulates the placement at `placed`; returns the makespan. */
export function run(placed: usize): f64 {
  begin(placed);
  for (;;) {
    const group = groupCount == 1 ? 0 : firstGroup();
    const nowUs = groupCount == 1 ? groupMinimum(0) : float(groupUs, group);
    if (nowUs == Infinity) break;
    const due = dueIn(group, nowUs);
    if ((due & (due - 1)) != 0 || (groupCount > 1 && isDueElsewhere(group, nowUs))) {
      handleTied(firstDue(nowUs), nowUs);
      continue;
    }
    const source = group * GROUP + <i32>ctz(due);
    if (source < deviceCount) handleEnd(source, nowUs);
    else handleArrival(source - deviceCount, nowUs);
  }
  return makespan();
}

/** Simulates `count` placements that lie one after the other; writes their makespans to `out`. */
export function runBatch(placed: usize, count: i32, out: usize): void {
  for (let i = 0; i < count; i++) setFloat(out, i, run(placed + (<usize>i) * ((<usize>opCount) << 2)));
}

/** Hops logged by the last run. */
export function loggedHops(): i32 {
  return hopCount;
}

function begin(placed: usize): void {
  device = placed;
  hopCount = 0;
  memory.copy(pending, waitsFor, (<usize>opCount) << 2);
  memory.fill(deviceFreeUs, 0, (<usize>deviceCount) << 3);
  memory.fill(linkFreeUs, 0, (<usize>linkCount) << 3);
  memory.fill(runningHead, 255, (<usize>deviceCount) << 2);
  memory.fill(flyingHead, 255, (<usize>linkCount) << 2);
  memory.fill(sentBy, 255, (<usize>sentByCount) << 2);
  for (let source = 0; source < groupCount * GROUP; source++) setFloat(eventUs, source, Infinity);
  for (let group = 0; group < groupCount; group++) setFloat(groupUs, group, Infinity);
  for (let i = 0; i < rootCount; i++) makeReady(int(roots, i), firstUs);
}

function makespan(): f64 {
  let last = latest(endUs, opCount);
  if (!lastEvent) return last;
  last = max(last, latest(deviceFreeUs, deviceCount));
  return max(last, latest(linkFreeUs, linkCount));
}

function latest(times: usize, count: i32): f64 {
  let last: f64 = 0;
  for (let i = 0; i < count; i++) last = max(last, float(times, i));
  return last;
}

// ---- Finding the next event

/** Vectors to scan in a group: only those that hold a source. */
// @ts-ignore: decorator
@inline
function vectorsOf(group: i32): i32 {
  return (min(GROUP, deviceCount + linkCount - group * GROUP) + 1) >> 1;
}

function groupMinimum(group: i32): f64 {
  const base = eventUs + ((<usize>group * GROUP) << 3);
  const vectors = vectorsOf(group);
  let least = v128.load(base);
  for (let i = 1; i < vectors; i++) least = f64x2.pmin(least, v128.load(base + ((<usize>i) << 4)));
  const a = f64x2.extract_lane(least, 0);
  const b = f64x2.extract_lane(least, 1);
  return a < b ? a : b;
}

/** The sources of the group whose event is at `nowUs`, one bit each. */
function dueIn(group: i32, nowUs: f64): u64 {
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

function firstGroup(): i32 {
  let best = 0;
  for (let group = 1; group < groupCount; group++) if (float(groupUs, group) < float(groupUs, best)) best = group;
  return best;
}

function isDueElsewhere(group: i32, nowUs: f64): bool {
  for (let other = group + 1; other < groupCount; other++) if (float(groupUs, other) == nowUs) return true;
  return false;
}

/** Of the sources due at `nowUs`, the one that comes first by order, then number. */
function firstDue(nowUs: f64): i32 {
  let best = NONE;
  let bestOrder = i32.MAX_VALUE;
  for (let group = 0; group < groupCount; group++) {
    if (groupCount > 1 && float(groupUs, group) != nowUs) continue;
    for (let due = dueIn(group, nowUs); due != 0; due &= due - 1) {
      const source = group * GROUP + <i32>ctz(due);
      if (int(eventOrder, source) >= bestOrder) continue;
      best = source;
      bestOrder = int(eventOrder, source);
    }
  }
  return best;
}

/** A source that is due at the same time and of the same order, or NONE. */
function coincident(order: i32, nowUs: f64): i32 {
  for (let group = 0; group < groupCount; group++) {
    if (groupCount > 1 && float(groupUs, group) != nowUs) continue;
    for (let due = dueIn(group, nowUs); due != 0; due &= due - 1) {
      const source = group * GROUP + <i32>ctz(due);
      if (int(eventOrder, source) == order) return source;
    }
  }
  return NONE;
}

// @ts-ignore: decorator
@inline
function schedule(source: i32, atUs: f64, order: i32): void {
  setFloat(eventUs, source, atUs);
  setInt(eventOrder, source, order);
  if (groupCount > 1 && atUs < float(groupUs, source / GROUP)) setFloat(groupUs, source / GROUP, atUs);
}

// @ts-ignore: decorator
@inline
function unschedule(source: i32): void {
  setFloat(eventUs, source, Infinity);
  if (groupCount > 1) setFloat(groupUs, source / GROUP, groupMinimum(source / GROUP));
}

// ---- Devices

// @ts-ignore: decorator
@inline
function awaitEnd(d: i32, v: i32): void {
  const atUs = float(endUs, v);
  schedule(d, atUs, atUs == float(startUs, v) ? int(deviceOrder, d) : int(opOrder, v));
}

// @ts-ignore: decorator
@inline
function makeReady(v: i32, nowUs: f64): void {
  const d = int(device, v);
  const costUs = float(runUs, deviceTypeCount == 1 ? v : v * deviceTypeCount + int(deviceType, d));
  const freeUs = float(deviceFreeUs, d);
  const start = nowUs > freeUs ? nowUs : freeUs;
  const end = start + costUs;
  setFloat(startUs, v, start);
  setFloat(endUs, v, end);
  setFloat(deviceFreeUs, d, costUs == 0 ? end : end + opGapUs);
  setInt(opNext, v, NONE);
  if (int(runningHead, d) == NONE) {
    setInt(runningHead, d, v);
    schedule(d, end, end == start ? int(deviceOrder, d) : int(opOrder, v));
  } else setInt(opNext, int(runningTail, d), v);
  setInt(runningTail, d, v);
}

// @ts-ignore: decorator
@inline
function releaseConsumer(consumer: i32, nowUs: f64): void {
  const left = int(pending, consumer) - 1;
  setInt(pending, consumer, left);
  if (left == 0) makeReady(consumer, nowUs);
}

/** Takes the op that ends off its device. */
// @ts-ignore: decorator
@inline
function endOp(d: i32): i32 {
  const v = int(runningHead, d);
  const following = int(opNext, v);
  setInt(runningHead, d, following);
  unschedule(d);
  if (following != NONE) awaitEnd(d, following);
  return v;
}

function handleEnd(d: i32, nowUs: f64): void {
  const v = endOp(d);
  if (sameOrder) {
    sendAndRelease(v, d, nowUs);
    return;
  }
  sendOutputs(v, d, nowUs);
  releaseFor(v, OP_ENDED, nowUs);
}

// ---- Links

// @ts-ignore: decorator
@inline
function awaitArrival(link: i32, transfer: i32): void {
  const atUs = float(transferArriveUs, transfer);
  const order =
    atUs == float(transferStartUs, transfer)
      ? int(linkOrder, link)
      : int(opOrder, int(slotProducer, int(transferSlot, transfer)));
  schedule(deviceCount + link, atUs, order);
}

function send(transfer: i32, slot: i32, link: i32, nowUs: f64): void {
  const freeUs = float(linkFreeUs, link);
  const start = nowUs > freeUs ? nowUs : freeUs;
  const sentUs = start + float(slotUs, linkTypeCount == 1 ? slot : slot * linkTypeCount + int(linkType, link));
  setFloat(linkFreeUs, link, sentUs + transferGapUs);
  setFloat(transferStartUs, transfer, start);
  setFloat(transferArriveUs, transfer, sentUs + float(latencyUs, link));
  setInt(transferNext, transfer, NONE);
  if (int(flyingHead, link) == NONE) {
    setInt(flyingHead, link, transfer);
    awaitArrival(link, transfer);
  } else setInt(transferNext, int(flyingTail, link), transfer);
  setInt(flyingTail, link, transfer);
  if (hopLog != 0) logHop(transfer, link, start, sentUs + float(latencyUs, link));
}

function logHop(transfer: i32, link: i32, start: f64, arrive: f64): void {
  setInt(hopLog, 2 * hopCount, transfer);
  setInt(hopLog, 2 * hopCount + 1, link);
  setFloat(hopLogUs, 2 * hopCount, start);
  setFloat(hopLogUs, 2 * hopCount + 1, arrive);
  hopCount++;
}

/** Sends what dependency i needs, unless an earlier dependency has sent it; the transfer has the dependency's number. */
// @ts-ignore: decorator
@inline
function sendOnce(i: i32, v: i32, slot: i32, from: i32, to: i32, nowUs: f64): void {
  const key = perDevice ? int(slotLocal, slot) * deviceCount + to : int(slotLocal, slot);
  if (int(sentBy, key) == v) return;
  setInt(sentBy, key, v);
  setInt(transferHop, i, 0);
  setInt(transferTo, i, to);
  setInt(transferSlot, i, slot);
  send(i, slot, int(routeLink, int(routeStart, from * deviceCount + to)), nowUs);
}

function sendOutputs(v: i32, from: i32, nowUs: f64): void {
  const last = int(depStart, v + 1);
  for (let i = int(depStart, v); i < last; i++) {
    const to = int(device, int(dep, 2 * i));
    const slot = int(dep, 2 * i + 1);
    if (to != from && slot != NO_SLOT) sendOnce(i, v, slot, from, to, nowUs);
  }
}

/** Sending and releasing in one pass, where both go in the same order. */
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

/** Takes the transfer that arrives off its link. True where it is at its destination, else it queues for the next link. */
// @ts-ignore: decorator
@inline
function endHop(link: i32, transfer: i32, nowUs: f64): bool {
  setInt(flyingHead, link, int(transferNext, transfer));
  unschedule(deviceCount + link);
  const slot = int(transferSlot, transfer);
  const route = int(device, int(slotProducer, slot)) * deviceCount + int(transferTo, transfer);
  const hop = int(transferHop, transfer) + 1;
  setInt(transferHop, transfer, hop);
  if (hop == 1) setFloat(transferLeftUs, transfer, nowUs);
  const next = int(routeStart, route) + hop;
  if (next == int(routeStart, route + 1)) return true;
  send(transfer, slot, int(routeLink, next), nowUs);
  return false;
}

/** The link's next transfer arrives only after the releases of this one. */
function handleArrival(link: i32, nowUs: f64): void {
  const transfer = int(flyingHead, link);
  const following = int(transferNext, transfer);
  if (endHop(link, transfer, nowUs)) releaseFor(int(slotProducer, int(transferSlot, transfer)), transfer, nowUs);
  if (following != NONE) awaitArrival(link, following);
}

// ---- Releases

/** Does a dependency (its slot and its consumer's device) come free with this source: an ended op or a transfer? */
// @ts-ignore: decorator
@inline
function isFreedBy(source: i32, slot: i32, at: i32, from: i32): bool {
  if (source == OP_ENDED) return at == from || slot == NO_SLOT;
  if (at == from || slot != int(transferSlot, source)) return false;
  return !perDevice || at == int(transferTo, source);
}

function releaseFor(producer: i32, source: i32, nowUs: f64): void {
  const from = int(device, producer);
  const last = int(depStart, producer + 1);
  for (let i = int(depStart, producer); i < last; i++) {
    const consumer = int(released, 2 * i);
    if (isFreedBy(source, int(released, 2 * i + 1), int(device, consumer), from)) releaseConsumer(consumer, nowUs);
  }
}

/** Releases of one producer at one instant from several sources, interleaved by consumer rank. */
function releaseTogether(producer: i32, nowUs: f64): void {
  const from = int(device, producer);
  const last = int(depStart, producer + 1);
  for (let i = int(depStart, producer); i < last; i++) {
    const consumer = int(released, 2 * i);
    for (let k = 0; k < togetherCount; k++)
      if (isFreedBy(int(together, k), int(released, 2 * i + 1), int(device, consumer), from))
        releaseConsumer(consumer, nowUs);
  }
}

/** The first of several events at one instant, together with those of the same producer. */
function handleTied(source: i32, nowUs: f64): void {
  const order = int(eventOrder, source);
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
  for (let i = 0; i < deliveringCount; i++) {
    const link = int(delivering, i);
    awaitArrival(link, int(flyingHead, link));
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
  if (endHop(link, transfer, nowUs)) setInt(together, togetherCount++, transfer);
}
