/**
 * Links that send one transfer after another, in the order in which `send` is called: the network
 * of `ListOrder`. A transfer waits on each link of its route in turn. With cut-through routing it
 * waits for all of them and then holds the whole route. Without contention nothing waits.
 */
import type { Compiled } from "../../env/sim/engine/compile.ts";

export class LinkQueues {
  private readonly compiled: Compiled;
  private readonly isFree: boolean;
  private readonly holdsWholeRoute: boolean;
  private readonly freeUs: Float64Array;

  constructor(compiled: Compiled) {
    const { fidelity, linkCount } = compiled;
    this.compiled = compiled;
    this.isFree = fidelity.contention === "none";
    this.holdsWholeRoute = fidelity.routing === "cut-through";
    this.freeUs = new Float64Array(linkCount);
  }

  clear(): void {
    this.freeUs.fill(0);
  }

  /** Travel time alone: nothing waits. */
  routeUs(slot: number, from: number, to: number): number {
    const { deviceCount, routeStart, routeLink, slotBytes, linkBytesPerUs, linkLatencyUs } = this.compiled;
    const { holdsWholeRoute } = this;
    const pair = from * deviceCount + to;
    let us = 0;
    let slowest = Number.POSITIVE_INFINITY;
    for (let i = routeStart[pair]; i < routeStart[pair + 1]; i++) {
      const link = routeLink[i];
      us += linkLatencyUs[link];
      if (holdsWholeRoute) slowest = Math.min(slowest, linkBytesPerUs[link]);
      else us += slotBytes[slot] / linkBytesPerUs[link];
    }
    return holdsWholeRoute ? us + slotBytes[slot] / slowest : us;
  }

  /** When a slot that leaves `from` at `atUs` is on `to`. Occupies the links that it crosses. */
  send(slot: number, from: number, to: number, atUs: number): number {
    if (this.isFree) return atUs + this.routeUs(slot, from, to);
    const pair = from * this.compiled.deviceCount + to;
    return this.holdsWholeRoute ? this.sendAtOnce(slot, pair, atUs) : this.sendLinkByLink(slot, pair, atUs);
  }

  /** When `send` would have a slot on `to`; occupies nothing. */
  arrivalUs(slot: number, from: number, to: number, atUs: number): number {
    const { deviceCount, routeStart, routeLink, slotBytes, linkBytesPerUs, linkLatencyUs } = this.compiled;
    const { freeUs, holdsWholeRoute } = this;
    if (this.isFree) return atUs + this.routeUs(slot, from, to);
    const pair = from * deviceCount + to;
    let us = atUs;
    if (holdsWholeRoute) {
      for (let i = routeStart[pair]; i < routeStart[pair + 1]; i++) us = Math.max(us, freeUs[routeLink[i]]);
      return us + this.routeUs(slot, from, to);
    }
    for (let i = routeStart[pair]; i < routeStart[pair + 1]; i++) {
      const link = routeLink[i];
      us = Math.max(us, freeUs[link]) + slotBytes[slot] / linkBytesPerUs[link] + linkLatencyUs[link];
    }
    return us;
  }

  private sendLinkByLink(slot: number, pair: number, atUs: number): number {
    const { routeStart, routeLink, slotBytes, linkBytesPerUs, linkLatencyUs, fidelity } = this.compiled;
    const { freeUs } = this;
    const bytes = slotBytes[slot];
    const end = routeStart[pair + 1];
    let us = atUs;
    for (let i = routeStart[pair]; i < end; i++) {
      const link = routeLink[i];
      const sentUs = Math.max(us, freeUs[link]) + bytes / linkBytesPerUs[link];
      freeUs[link] = sentUs + fidelity.transferGapUs;
      us = sentUs + linkLatencyUs[link];
    }
    return us;
  }

  private sendAtOnce(slot: number, pair: number, atUs: number): number {
    const { routeStart, routeLink, slotBytes, linkBytesPerUs, linkLatencyUs, fidelity } = this.compiled;
    const { freeUs } = this;
    const end = routeStart[pair + 1];
    let startUs = atUs;
    let slowest = Number.POSITIVE_INFINITY;
    let latencyUs = 0;
    for (let i = routeStart[pair]; i < end; i++) {
      startUs = Math.max(startUs, freeUs[routeLink[i]]);
      slowest = Math.min(slowest, linkBytesPerUs[routeLink[i]]);
      latencyUs += linkLatencyUs[routeLink[i]];
    }
    const sentUs = startUs + slotBytes[slot] / slowest;
    for (let i = routeStart[pair]; i < end; i++) freeUs[routeLink[i]] = sentUs + fidelity.transferGapUs;
    return sentUs + latencyUs;
  }
}
