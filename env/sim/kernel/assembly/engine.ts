/**
 * The simulator kernel, in AssemblyScript: engine.ts says what it does and why its events are complete; this file does it.
 * state.ts holds what it works on, events.ts finds the next event. Built by `npm run build:kernels`.
 */
import { coincident, dueIn, firstDue, firstGroup, groupMinimum, isDueElsewhere, schedule, unschedule } from "./events";
import {
  cutThrough, blocking, delivering, dep, depStart, device, deviceCount, deviceFreeUs, deviceOrder, deviceType, deviceTypeCount,
  endUs, eventOrder, eventUs, firstUs, float, flyingHead, flyingTail, GROUP, groupCount, groupUs, hopLog, hopLogUs, int,
  lastEvent, latencyUs, linkCount, linkFreeUs, linkOrder, linkType, linkTypeCount, multicast, NO_SLOT, NONE, opCount,
  opGapUs, opNext, opOrder, orderNext, pending, queues, released, rootCount, roots, routeLink, routeStart, runningHead, runningTail,
  runUs, sameOrder, sentBy, sentByCount, setDevice, setFloat, setInt, shares, simple, slotLocal, slotProducer, slotUs, startUs, TO_ALL,
  TO_CONSUMER, TO_DEVICE, together, transferArriveUs, transferGapUs, transferHop, transferLeftUs, transferNext, transferSlot,
  transferStartUs, transferTo, waitsFor,
} from "./state";
import { endFlow, nextEnd, ratesAreStale, resetFlows, routeOf, startFlow } from "./sharing";
export { init } from "./state";

/** In the list of what an event frees: the op itself, beside the numbers of transfers. */
const OP_ENDED: i32 = -1;

let togetherCount: i32;
let deliveringCount: i32;
let hopCount: i32;
let ordered: bool;
let readyCount: i32;

/** Simulates the placement at `placed`; returns the makespan. */
export function run(placed: usize): f64 {
  ordered = false;
  begin(placed);
  return simulate();
}

/**
 * Simulates the placement with the ops of each device in the order of `orderNext`; NaN where the order waits for itself.
 */
export function runOrdered(placed: usize): f64 {
  ordered = true;
  begin(placed);
  const makespanUs = simulate();
  return readyCount == opCount ? makespanUs : NaN;
}

function simulate(): f64 {
  for (;;) {
    if (shares && ratesAreStale()) schedule(deviceCount + linkCount, nextEnd(), opCount + linkCount + deviceCount);
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
    else if (source < deviceCount + linkCount) handleArrival(source - deviceCount, nowUs);
    else handleFlowEnd(nowUs);
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
  setDevice(placed);
  hopCount = 0;
  memory.copy(pending, waitsFor, (<usize>opCount) << 2);
  memory.fill(deviceFreeUs, 0, (<usize>deviceCount) << 3);
  memory.fill(linkFreeUs, 0, (<usize>linkCount) << 3);
  memory.fill(runningHead, 255, (<usize>deviceCount) << 2);
  memory.fill(flyingHead, 255, (<usize>linkCount) << 2);
  memory.fill(sentBy, 255, (<usize>sentByCount) << 2);
  for (let source = 0; source < groupCount * GROUP; source++) setFloat(eventUs, source, Infinity);
  for (let group = 0; group < groupCount; group++) setFloat(groupUs, group, Infinity);
  readyCount = 0;
  resetFlows();
  if (ordered) waitForPredecessors();
  for (let i = 0; i < rootCount; i++) if (int(pending, int(roots, i)) == 0) makeReady(int(roots, i), firstUs);
}

function waitForPredecessors(): void {
  for (let v = 0; v < opCount; v++) {
    const next = int(orderNext, v);
    if (next != NONE) setInt(pending, next, int(pending, next) + 1);
  }
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
  if (ordered) readyCount++;
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
  if (sameOrder && !blocking) sendAndRelease(v, d, nowUs);
  else {
    sendOutputs(v, d, nowUs);
    releaseFor(v, OP_ENDED, nowUs);
  }
  if (ordered) releaseSuccessor(v, nowUs);
}

/** The op that its device runs next need no longer wait for this one. */
function releaseSuccessor(v: i32, nowUs: f64): void {
  const next = int(orderNext, v);
  if (next != NONE) releaseConsumer(next, nowUs);
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

// @ts-ignore: decorator
@inline
function slotUsOn(link: i32, slot: i32): f64 {
  return float(slotUs, linkTypeCount == 1 ? slot : slot * linkTypeCount + int(linkType, link));
}

/** Store and forward: the transfer queues for one link, and flies behind all that the link has sent before. */
// @ts-ignore: decorator
@inline
function sendOverLink(transfer: i32, slot: i32, link: i32, nowUs: f64): void {
  const freeUs = float(linkFreeUs, link);
  const start = nowUs > freeUs ? nowUs : freeUs;
  const sentUs = start + slotUsOn(link, slot);
  setFloat(linkFreeUs, link, sentUs + transferGapUs);
  setFloat(transferStartUs, transfer, start);
  setFloat(transferArriveUs, transfer, sentUs + float(latencyUs, link));
  setInt(transferNext, transfer, NONE);
  if (int(flyingHead, link) == NONE) {
    setInt(flyingHead, link, transfer);
    awaitArrival(link, transfer);
  } else setInt(transferNext, int(flyingTail, link), transfer);
  setInt(flyingTail, link, transfer);
  if (hopLog != 0) logHop(transfer, link);
}

/** Any other network: the hop covers the links at `first` up to `end` of the routes, reserved at once. */
function reserve(transfer: i32, slot: i32, first: i32, end: i32, nowUs: f64): void {
  const from = int(device, int(slotProducer, slot));
  const to = int(transferTo, transfer);
  const route = from * deviceCount + to;
  const leaves = blocking && first == int(routeStart, route);
  const lands = blocking && end == int(routeStart, route + 1);
  let start = nowUs;
  let durationUs: f64 = 0;
  let delayUs: f64 = 0;
  for (let i = first; i < end; i++) {
    const link = int(routeLink, i);
    if (queues) start = max(start, float(linkFreeUs, link));
    durationUs = max(durationUs, slotUsOn(link, slot));
    delayUs += float(latencyUs, link);
  }
  if (leaves) start = max(start, float(deviceFreeUs, from));
  if (lands) start = max(start, float(deviceFreeUs, to));
  const sentUs = start + durationUs;
  for (let i = first; i < end; i++) {
    const link = int(routeLink, i);
    setFloat(linkFreeUs, link, max(float(linkFreeUs, link), sentUs + transferGapUs));
  }
  if (leaves) setFloat(deviceFreeUs, from, sentUs);
  if (lands) setFloat(deviceFreeUs, to, sentUs);
  setFloat(transferStartUs, transfer, start);
  setFloat(transferArriveUs, transfer, sentUs + delayUs);
  fly(int(routeLink, first), transfer);
  if (hopLog != 0) for (let i = first; i < end; i++) logHop(transfer, int(routeLink, i));
}

/** Into the link's arrivals, behind all that arrive no later. */
function fly(link: i32, transfer: i32): void {
  const atUs = float(transferArriveUs, transfer);
  let before = NONE;
  let after = int(flyingHead, link);
  while (after != NONE && float(transferArriveUs, after) <= atUs) {
    before = after;
    after = int(transferNext, after);
  }
  setInt(transferNext, transfer, after);
  if (after == NONE) setInt(flyingTail, link, transfer);
  if (before != NONE) {
    setInt(transferNext, before, transfer);
    return;
  }
  setInt(flyingHead, link, transfer);
  awaitArrival(link, transfer);
}

// @ts-ignore: decorator
@inline
function send(transfer: i32, slot: i32, hop: i32, route: i32, nowUs: f64): void {
  const first = int(routeStart, route) + hop;
  if (shares) {
    setFloat(transferStartUs, transfer, nowUs);
    startFlow(transfer, nowUs);
  } else if (simple) sendOverLink(transfer, slot, int(routeLink, first), nowUs);
  else reserve(transfer, slot, first, cutThrough ? int(routeStart, route + 1) : first + 1, nowUs);
}

/** The last byte of a transfer that shared its links has been sent. */
function handleFlowEnd(nowUs: f64): void {
  unschedule(deviceCount + linkCount);
  const transfer = endFlow(nowUs);
  const route = routeOf(transfer);
  const first = int(routeStart, route);
  let delayUs: f64 = 0;
  for (let i = first; i < int(routeStart, route + 1); i++) {
    const link = int(routeLink, i);
    delayUs += float(latencyUs, link);
    setFloat(linkFreeUs, link, nowUs);
  }
  setFloat(transferArriveUs, transfer, nowUs + delayUs);
  fly(int(routeLink, first), transfer);
  if (hopLog != 0) for (let i = first; i < int(routeStart, route + 1); i++) logHop(transfer, int(routeLink, i));
}

function logHop(transfer: i32, link: i32): void {
  setInt(hopLog, 2 * hopCount, transfer);
  setInt(hopLog, 2 * hopCount + 1, link);
  setFloat(hopLogUs, 2 * hopCount, float(transferStartUs, transfer));
  setFloat(hopLogUs, 2 * hopCount + 1, float(transferArriveUs, transfer));
  hopCount++;
}

/** Sends what dependency i needs, unless an earlier dependency has sent it; the transfer has the dependency's number. */
// @ts-ignore: decorator
@inline
function sendOnce(i: i32, v: i32, slot: i32, from: i32, to: i32, nowUs: f64): void {
  if (multicast != TO_CONSUMER) {
    const local = int(slotLocal, slot);
    const key = multicast == TO_DEVICE ? local * deviceCount + to : local;
    if (int(sentBy, key) == v) return;
    setInt(sentBy, key, v);
  }
  setInt(transferHop, i, 0);
  setInt(transferTo, i, to);
  setInt(transferSlot, i, slot);
  send(i, slot, 0, from * deviceCount + to, nowUs);
}

function sendOutputs(v: i32, from: i32, nowUs: f64): void {
  const last = int(depStart, v + 1);
  for (let i = int(depStart, v); i < last; i++) {
    const to = int(device, int(dep, 2 * i));
    const slot = int(dep, 2 * i + 1);
    if (to != from && slot != NO_SLOT) sendOnce(i, v, slot, from, to, nowUs);
  }
}

/** Sending and releasing in one pass, where both go in the same order and neither delays the other. */
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
  if (cutThrough || int(routeStart, route) + hop == int(routeStart, route + 1)) return true;
  send(transfer, slot, hop, route, nowUs);
  return false;
}

/** The link's next transfer arrives only after the releases of this one. */
function handleArrival(link: i32, nowUs: f64): void {
  const transfer = int(flyingHead, link);
  if (endHop(link, transfer, nowUs)) releaseFor(int(slotProducer, int(transferSlot, transfer)), transfer, nowUs);
  const following = int(flyingHead, link);
  if (following != NONE) awaitArrival(link, following);
}

// ---- Releases

/** Does a dependency (its consumer and slot) come free with this source: an ended op or a transfer? */
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

/** Releases of one producer at one instant from several sources, interleaved by consumer rank. */
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
  if (source == deviceCount + linkCount) {
    handleFlowEnd(nowUs);
    return;
  }
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
  if (ordered) for (let k = 0; k < togetherCount; k++) if (int(together, k) == OP_ENDED) releaseSuccessor(producer, nowUs);
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
