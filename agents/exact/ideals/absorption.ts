/**
 * Prunes a set S that could absorb more without a higher value.
 *
 * Where D is an absorbable set (dominance.ts) on top of S, every split with S can hold S with D on
 * the same device instead. So S is dominated if its load with D is at most the floor or its own
 * load.
 */

import type { DeviceType, SplitProblem } from "../../problems/split/split-problem.ts";
import type { AbsorbableSet, Dominance } from "./dominance.ts";
import type { GrowingSet } from "./growing-set.ts";

export class Absorption {
  readonly #types: readonly DeviceType[];
  readonly #absorbableOf: Dominance["absorbableOf"];
  readonly #set: GrowingSet;
  readonly #floorUs: number;

  constructor(problem: SplitProblem, { absorbableOf }: Dominance, set: GrowingSet, floorUs: number) {
    this.#types = problem.types;
    this.#absorbableOf = absorbableOf;
    this.#set = set;
    this.#floorUs = floorUs;
  }

  /** Could S, of this load on the type, absorb a set at no more than the floor or its own load? */
  isPossible(depth: number, type: number, loadUs: number): boolean {
    const set = this.#set;
    const { ready } = set;
    const { memoryBytes, paysTransfers } = this.#types[type];
    const mostUs = Math.max(loadUs, this.#floorUs);
    const end = set.readyEnd[depth];
    for (let i = 0; i < end; i++) {
      const v = ready[i];
      const more = this.#absorbableOf[v];
      if (more === null || set.has(v) || set.bytes[depth] + more.bytes > memoryBytes) continue;
      const us = loadUs + more.timeUs[type];
      if (us - more.touchedUs > mostUs || !this.#isReady(more)) continue;
      if (!paysTransfers) {
        if (us <= mostUs) return true;
      } else if (us + more.touchedUs <= mostUs || us + this.#transferGrowthUs(more) <= mostUs) return true;
    }
    return false;
  }

  #isReady({ members, waitsWithin }: AbsorbableSet): boolean {
    const { waiting } = this.#set;
    for (let i = 1; i < members.length; i++) if (waiting[members[i]] !== waitsWithin[i]) return false;
    return true;
  }

  #transferGrowthUs({ members }: AbsorbableSet): number {
    let us = 0;
    for (const v of members) us += this.#set.countIn(v);
    for (const v of members) this.#set.countOut(v);
    return us;
  }
}
