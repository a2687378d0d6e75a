/**
 * Transfers: what an ended op sends, which links each transfer holds from when to when, and when it
 * arrives. There are three networks. In the common case a transfer waits for one link after the
 * other. Else it reserves several servers at once, or it shares links. A reservation happens when
 * the transfer is sent or, where a plan orders transfers, in the plan's order.
 */
import { schedule, unschedule } from "./events";
import { enqueue, later } from "./queues";
import { endFlow, routeOf, startFlow } from "./sharing";
import {
  blocking, cutThrough, dep, depStart, device, deviceCount, deviceFreeUs, float, flyingHead, flyingTail,
  hopLog, hopLogUs, int, latencyUs, linkCount, linkFreeUs, linkSpeed, speedCount, multicast,
  NO_SLOT, NONE, queues, routeLink, routeStart, sentBy, setFloat, setInt, shares, simple,
  slotLocal, slotProducer, slotUs, TO_CONSUMER, TO_DEVICE, transferArriveUs, transferGapUs, transferHop,
  transferLeftUs, transferNext, transferSlot, transferStartUs, transferTo, transferFollowers, transferStack, transferWaits, routeWidth,
} from "./state";

let hopCount: i32;
/** Has a transfer of this run overtaken one of the same link? */
let overtaken: bool;
/** Do the transfers of this run follow the plan's order? */
let inPlanOrder: bool;

/** Hops logged by the last run. */
export function loggedHops(): i32 {
  return hopCount;
}

export function resetLinks(ordered: bool): void {
  hopCount = 0;
  overtaken = false;
  inPlanOrder = ordered && routeWidth > 0;
}

export function hasOvertaken(): bool {
  return overtaken;
}

// @ts-ignore: decorator
@inline
function slotUsOn(link: i32, slot: i32): f64 {
  return float(slotUs, speedCount == 1 ? slot : slot * speedCount + int(linkSpeed, link));
}

/**
 * Store and forward: the transfer joins the queue of one link and flies behind all that the link
 * has sent before.
 */
// @ts-ignore: decorator
@inline
function sendOverLink(transfer: i32, slot: i32, link: i32, nowUs: f64): void {
  const start = later(nowUs, float(linkFreeUs, link));
  const sentUs = start + slotUsOn(link, slot);
  const arriveUs = sentUs + float(latencyUs, link);
  setFloat(linkFreeUs, link, sentUs + transferGapUs);
  setFloat(transferStartUs, transfer, start);
  setFloat(transferArriveUs, transfer, arriveUs);
  enqueue(flyingHead, flyingTail, transferNext, link, transfer, deviceCount + link, arriveUs);
  if (hopLog != 0) logHop(transfer, link, sentUs);
}

/** Any other network: the hop reserves the links from `first` up to `end` of the routes at once. */
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
  if (hopLog != 0) for (let i = first; i < end; i++) logHop(transfer, int(routeLink, i), sentUs);
}

/** Inserts a transfer into the link's arrivals, behind all that arrive no later. */
function fly(link: i32, transfer: i32): void {
  const atUs = float(transferArriveUs, transfer);
  let before = NONE;
  let after = int(flyingHead, link);
  while (after != NONE && float(transferArriveUs, after) <= atUs) {
    before = after;
    after = int(transferNext, after);
  }
  if (after != NONE) overtaken = true;
  setInt(transferNext, transfer, after);
  if (after == NONE) setInt(flyingTail, link, transfer);
  if (before != NONE) {
    setInt(transferNext, before, transfer);
    return;
  }
  setInt(flyingHead, link, transfer);
  schedule(deviceCount + link, atUs);
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

/**
 * The transfer waits for one thing less: its producer, or a transfer before it on one of its links.
 * When it waits for nothing it reserves, and the transfers behind it wait for one thing less.
 */
function countDown(transfer: i32, nowUs: f64): void {
  let height = 0;
  setInt(transferStack, height++, transfer);
  while (height > 0) {
    const next = int(transferStack, --height);
    const left = int(transferWaits, next) - 1;
    setInt(transferWaits, next, left);
    if (left > 0) continue;
    const slot = int(transferSlot, next);
    const route = int(device, int(slotProducer, slot)) * deviceCount + int(transferTo, next);
    reserve(next, slot, int(routeStart, route), int(routeStart, route + 1), nowUs);
    for (let i = next * routeWidth; i < (next + 1) * routeWidth; i++)
      if (int(transferFollowers, i) != NONE) setInt(transferStack, height++, int(transferFollowers, i));
  }
}

/** The last byte of a transfer that shared its links has been sent. */
export function handleFlowEnd(nowUs: f64): void {
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
  if (hopLog != 0) for (let i = first; i < int(routeStart, route + 1); i++) logHop(transfer, int(routeLink, i), nowUs);
}

function logHop(transfer: i32, link: i32, sentUs: f64): void {
  setInt(hopLog, 2 * hopCount, transfer);
  setInt(hopLog, 2 * hopCount + 1, link);
  setFloat(hopLogUs, 3 * hopCount, float(transferStartUs, transfer));
  setFloat(hopLogUs, 3 * hopCount + 1, sentUs);
  setFloat(hopLogUs, 3 * hopCount + 2, float(transferArriveUs, transfer));
  hopCount++;
}

/**
 * Sends what dependency i needs, unless an earlier dependency has sent it. The transfer has the
 * dependency's number.
 */
// @ts-ignore: decorator
@inline
export function sendOnce(i: i32, v: i32, slot: i32, from: i32, to: i32, nowUs: f64): void {
  if (multicast != TO_CONSUMER) {
    const local = int(slotLocal, slot);
    const key = multicast == TO_DEVICE ? local * deviceCount + to : local;
    if (int(sentBy, key) == v) return;
    setInt(sentBy, key, v);
  }
  setInt(transferHop, i, 0);
  setInt(transferTo, i, to);
  setInt(transferSlot, i, slot);
  if (inPlanOrder) countDown(i, nowUs);
  else send(i, slot, 0, from * deviceCount + to, nowUs);
}

export function sendOutputs(v: i32, from: i32, nowUs: f64): void {
  const last = int(depStart, v + 1);
  for (let i = int(depStart, v); i < last; i++) {
    const to = int(device, int(dep, 2 * i));
    const slot = int(dep, 2 * i + 1);
    if (to != from && slot != NO_SLOT) sendOnce(i, v, slot, from, to, nowUs);
  }
}

/**
 * Takes the transfer that arrives from its link. True where it is at its destination, else it joins
 * the queue of the next link. The caller schedules what the link delivers next.
 */
// @ts-ignore: decorator
@inline
export function endHop(link: i32, transfer: i32, nowUs: f64): bool {
  setInt(flyingHead, link, int(transferNext, transfer));
  const slot = int(transferSlot, transfer);
  const route = int(device, int(slotProducer, slot)) * deviceCount + int(transferTo, transfer);
  const hop = int(transferHop, transfer) + 1;
  setInt(transferHop, transfer, hop);
  if (hop == 1) setFloat(transferLeftUs, transfer, nowUs);
  if (cutThrough || int(routeStart, route) + hop == int(routeStart, route + 1)) return true;
  send(transfer, slot, hop, route, nowUs);
  return false;
}
