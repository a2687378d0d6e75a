/**
 * Simulated annealing over instances: the ratio of two methods' values is to become large. As in
 * PISA there are several chains, each from another start, and each chain cools to the end of its
 * share. A step is accepted by Metropolis' rule on the logarithm of the ratio.
 *
 * Instances on which one of the methods finds no plan that fits have no ratio and are never
 * accepted.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { type Instance, type Start, unchanged } from "./instance.ts";
import { changed } from "./moves.ts";

/** Of the logarithm of a ratio: at the beginning of a chain, and at its end. */
const HOT = 0.2;
const COLD = 0.01;

export interface AnnealRequest {
  /** One for each chain. */
  readonly starts: readonly Start[];
  /** Of all chains together. */
  readonly instances: number;
  readonly rng: Rng;
  /** Null where a method found no plan that fits. */
  readonly ratioOf: (instance: Instance) => Promise<number | null>;
  /** After each instance; true ends the annealing. */
  readonly onInstance?: (tried: number, largest: number | null) => boolean;
}

export interface Annealed {
  /** Null where no instance has a ratio. */
  readonly best: { readonly instance: Instance; readonly ratio: number; readonly found: number } | null;
  readonly tried: number;
  /** Instances on which a method found no plan that fits. */
  readonly without: number;
  /** Of the starts, in their order. */
  readonly startRatios: readonly (number | null)[];
}

export async function anneal(request: AnnealRequest): Promise<Annealed> {
  const { starts, instances, onInstance } = request;
  let best: Annealed["best"] = null;
  let [tried, without, isEnded] = [0, 0, false];
  const startRatios: (number | null)[] = [];
  const judged = async (instance: Instance): Promise<number | null> => {
    const ratio = await request.ratioOf(instance);
    tried++;
    if (ratio === null) without++;
    else if (best === null || ratio > best.ratio) best = { instance, ratio, found: tried };
    isEnded = onInstance?.(tried, best?.ratio ?? null) === true;
    return ratio;
  };
  for (const [chain, start] of starts.entries()) {
    const share = Math.floor(instances / starts.length) + (chain < instances % starts.length ? 1 : 0);
    if (share === 0 || isEnded) break;
    const rng = request.rng.child(`chain ${chain}`);
    let instance = unchanged(start);
    let ratio = await judged(instance);
    startRatios.push(ratio);
    for (let step = 1; step < share && !isEnded; step++) {
      const next = changed(instance, rng);
      const nextRatio = await judged(next);
      if (!isAccepted(ratio, nextRatio, temperature(step, share), rng)) continue;
      instance = next;
      ratio = nextRatio;
    }
  }
  return { best, tried, without, startRatios };
}

const temperature = (step: number, share: number): number => HOT * (COLD / HOT) ** (step / share);

/** One number is drawn whatever the ratios, so that a chain's draws keep step. */
function isAccepted(old: number | null, next: number | null, heat: number, rng: Rng): boolean {
  const drawn = rng.next();
  if (next === null) return false;
  return old === null || drawn < Math.exp((Math.log(next) - Math.log(old)) / heat);
}
