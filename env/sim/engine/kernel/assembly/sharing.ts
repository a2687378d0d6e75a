/**
 * Links that share their speed: all transfers under way go on at once, at the max-min fair rates
 * (Bertsekas and Gallager, "Data Networks", section 6.5.2). Whenever one starts or ends, the
 * remaining bytes of each are brought up to date and all rates are computed again. The link with
 * the least speed per transfer fixes the rate of its transfers, and so on with the rest.
 */
import {
  deviceCount, device, float, flow, flowBytes, flowRate, int, linkBytesPerUs, linkCount, linkFlows, linkLeft, NONE,
  routeLink, routeStart, setFloat, setInt, slotBytes, slotProducer, transferSlot, transferTo,
} from "./state";

const NO_RATE: f64 = -1;

let flowCount: i32;
let broughtUpTo: f64;
let firstToEnd: i32;
let stale: bool;

export function resetFlows(): void {
  flowCount = 0;
  broughtUpTo = 0;
  stale = false;
}

export function ratesAreStale(): bool {
  return stale;
}

export function routeOf(transfer: i32): i32 {
  return int(device, int(slotProducer, int(transferSlot, transfer))) * deviceCount + int(transferTo, transfer);
}

export function startFlow(transfer: i32, nowUs: f64): void {
  bringUpTo(nowUs);
  setInt(flow, flowCount, transfer);
  setFloat(flowBytes, flowCount, float(slotBytes, int(transferSlot, transfer)));
  setFloat(flowRate, flowCount, 0);
  flowCount++;
  stale = true;
}

/** Takes out the transfer that ends now. */
export function endFlow(nowUs: f64): i32 {
  bringUpTo(nowUs);
  const transfer = int(flow, firstToEnd);
  for (let i = firstToEnd + 1; i < flowCount; i++) {
    setInt(flow, i - 1, int(flow, i));
    setFloat(flowBytes, i - 1, float(flowBytes, i));
  }
  flowCount--;
  stale = true;
  return transfer;
}

/** Computes the rates; returns when the next transfer ends, Infinity where none is under way. */
export function nextEnd(): f64 {
  shareSpeeds();
  stale = false;
  let earliest = Infinity;
  firstToEnd = NONE;
  for (let i = 0; i < flowCount; i++) {
    const endUs = broughtUpTo + max(0, float(flowBytes, i)) / float(flowRate, i);
    if (endUs >= earliest) continue;
    earliest = endUs;
    firstToEnd = i;
  }
  return earliest;
}

function bringUpTo(nowUs: f64): void {
  const passedUs = nowUs - broughtUpTo;
  if (passedUs > 0)
    for (let i = 0; i < flowCount; i++) setFloat(flowBytes, i, float(flowBytes, i) - float(flowRate, i) * passedUs);
  broughtUpTo = nowUs;
}

function shareSpeeds(): void {
  for (let link = 0; link < linkCount; link++) {
    setFloat(linkLeft, link, float(linkBytesPerUs, link));
    setInt(linkFlows, link, 0);
  }
  for (let i = 0; i < flowCount; i++) {
    setFloat(flowRate, i, NO_RATE);
    const route = routeOf(int(flow, i));
    for (let k = int(routeStart, route); k < int(routeStart, route + 1); k++) {
      const link = int(routeLink, k);
      setInt(linkFlows, link, int(linkFlows, link) + 1);
    }
  }
  let share: f64 = 0;
  for (let without = flowCount; without > 0; ) {
    const tightest = tightestLink();
    // Shares only grow from round to round; a smaller one is a rounding error.
    share = max(share, float(linkLeft, tightest) / <f64>int(linkFlows, tightest));
    without -= fixRates(tightest, share);
  }
}

function tightestLink(): i32 {
  let best = NONE;
  let least = Infinity;
  for (let link = 0; link < linkCount; link++) {
    if (int(linkFlows, link) == 0) continue;
    const share = float(linkLeft, link) / <f64>int(linkFlows, link);
    if (share >= least) continue;
    best = link;
    least = share;
  }
  return best;
}

/**
 * Gives the share as rate to every transfer over the link that has no rate yet; returns how many
 * there were.
 */
function fixRates(tightest: i32, share: f64): i32 {
  let fixed = 0;
  for (let i = 0; i < flowCount; i++) {
    if (float(flowRate, i) != NO_RATE) continue;
    const route = routeOf(int(flow, i));
    const first = int(routeStart, route);
    const end = int(routeStart, route + 1);
    let crosses = false;
    for (let k = first; k < end; k++) if (int(routeLink, k) == tightest) crosses = true;
    if (!crosses) continue;
    setFloat(flowRate, i, share);
    fixed++;
    for (let k = first; k < end; k++) {
      const link = int(routeLink, k);
      setFloat(linkLeft, link, float(linkLeft, link) - share);
      setInt(linkFlows, link, int(linkFlows, link) - 1);
    }
  }
  return fixed;
}
