/**
 * A bound from the transfers between placed groups, on links that queue transfers or share speed
 * among them.
 *
 * A link needs at least the time of one machine that works on one transfer at a time and may
 * interrupt it (Jackson's schedule). The head of a transfer is the earliest end of its producer and
 * the hops before. Its tail is the hops after, a consumer and the consumer's tail.
 */

import { jacksonUs } from "../../../env/sim/bounds/jackson.ts";
import { type Compiled, NO_SLOT } from "../../../env/sim/engine/compile.ts";
import type { TransferTimes } from "../../problems/transfer-times.ts";
import type { PartialChains } from "./partial-chains.ts";

/** Pre of the returned function: the chains are those of the placement. */
export function linkBound(
  compiled: Compiled,
  chains: PartialChains,
  times: TransferTimes,
): (groupDevice: Int32Array) => number {
  const { contention, multicast } = compiled.fidelity;
  // The consumers that share a free transfer decide its route only once all of them are placed.
  if (contention === "none" || multicast === "free") return () => 0;
  const { scenario, opCount } = compiled;
  const { groupOf } = scenario.grouping;
  const jobs = new LinkJobs(compiled, chains, times);
  const transfersOf = outgoing(compiled, chains);
  return (groupDevice) => {
    jobs.clear();
    for (let v = 0; v < opCount; v++) {
      const from = groupDevice[groupOf[v]];
      if (from === -1) continue;
      for (const [key, consumerUs] of transfersOf(v, groupDevice)) jobs.add(v, key, consumerUs, from);
    }
    return jobs.longestUs();
  };
}

/**
 * The transfers of an op to placed consumers, each with the longest run time and tail of them. The
 * key of a transfer is slot x deviceCount + target, or dependency x deviceCount + target where
 * every consumer has a transfer of its own. The map is reused.
 */
function outgoing(compiled: Compiled, { tailUs }: PartialChains) {
  const { scenario, deviceCount, fidelity, runUs, depStart, depConsumer, depSlot } = compiled;
  const { groupOf } = scenario.grouping;
  const isPerConsumer = fidelity.multicast === "per-consumer";
  const afterUs = new Map<number, number>();
  return (v: number, groupDevice: Int32Array): ReadonlyMap<number, number> => {
    afterUs.clear();
    for (let i = depStart[v]; i < depStart[v + 1]; i++) {
      const w = depConsumer[i];
      const to = groupDevice[groupOf[w]];
      if (depSlot[i] === NO_SLOT || to === -1 || to === groupDevice[groupOf[v]]) continue;
      const key = (isPerConsumer ? i : depSlot[i]) * deviceCount + to;
      const us = runUs[w * deviceCount + to] + tailUs[w * deviceCount + to];
      afterUs.set(key, Math.max(afterUs.get(key) ?? 0, us));
    }
    return afterUs;
  };
}

/** The jobs of each link for Jackson's schedule: one for each hop of a transfer over it. */
class LinkJobs {
  readonly #compiled: Compiled;
  readonly #chains: PartialChains;
  readonly #hops: TransferTimes["hops"];
  readonly #gapUs: number;
  readonly #onLink: number[][];
  readonly #headUs: number[] = [];
  readonly #busyUs: number[] = [];
  readonly #tailUs: number[] = [];

  constructor(compiled: Compiled, chains: PartialChains, { hops }: TransferTimes) {
    this.#compiled = compiled;
    this.#chains = chains;
    this.#hops = hops;
    this.#gapUs = compiled.fidelity.contention === "queue" ? compiled.fidelity.transferGapUs : 0;
    this.#onLink = Array.from({ length: compiled.linkCount }, () => []);
  }

  clear(): void {
    for (const jobs of this.#onLink) jobs.length = 0;
    this.#headUs.length = this.#busyUs.length = this.#tailUs.length = 0;
  }

  /** Adds a transfer of op v, on device `from`, by its key. */
  add(v: number, key: number, consumerUs: number, from: number): void {
    const { deviceCount, fidelity, runUs, depSlot, slotBytes, linkBytesPerUs } = this.#compiled;
    const { headUs } = this.#chains;
    const to = key % deviceCount;
    const which = Math.floor(key / deviceCount);
    const bytes = slotBytes[fidelity.multicast === "per-consumer" ? depSlot[which] : which];
    const route = this.#hops[from * deviceCount + to];
    let restUs = consumerUs + route.reduce((us, hop) => us + hop.sendUs(bytes) + hop.latencyUs, 0);
    let arrivedUs = headUs[v * deviceCount + from] + runUs[v * deviceCount + from];
    for (const hop of route) {
      const sendUs = hop.sendUs(bytes);
      restUs -= sendUs;
      for (const link of hop.links) {
        // Where the links of a hop are shared fairly, a fast one is not full while a slow one is.
        const ownUs = fidelity.contention === "fair" ? bytes / linkBytesPerUs[link] : sendUs;
        this.#onLink[link].push(this.#busyUs.length);
        this.#headUs.push(arrivedUs);
        this.#tailUs.push(restUs - this.#gapUs);
        this.#busyUs.push(ownUs + this.#gapUs);
      }
      arrivedUs += sendUs + hop.latencyUs;
      restUs -= hop.latencyUs;
    }
  }

  longestUs(): number {
    const [heads, busy, tails] = [this.#headUs, this.#busyUs, this.#tailUs].map((list) =>
      Float64Array.from(list),
    );
    let longest = 0;
    for (const jobs of this.#onLink)
      if (jobs.length > 1) longest = Math.max(longest, jacksonUs(jobs, heads, busy, tails));
    return longest;
  }
}
