/**
 * What a stage of vPipe does with the activations of each unit: keep, recompute or swap them. The
 * stage then fits its memory in the least added time.
 *
 * The exact program is a knapsack over the bytes that are not kept, in whole quanta. For each
 * number of quanta it holds the choices of which no other has both less recomputation and fewer
 * swapped bytes. Sizes of activations are rounded down to quanta, so a choice never saves less than
 * the program counts. They are exact where all are multiples of one quantum.
 */
import { exposedSwapUs, type MemoryChain, type MemorySetting, type Treatment } from "./memory-chain.ts";

/** Quanta that the activations of the whole chain are divided into at most. */
const MOST_QUANTA = 1024;

export interface StageTreatment {
  /** Recomputation and exposed swapping for each micro-batch. */
  readonly addedUs: number;
  /** What is done with each unit, from the first of the stage on. */
  readonly of: readonly Treatment[];
}

/** The last step of a choice; those before it are reached through `before`. */
interface Choice {
  readonly recomputeUs: number;
  readonly swappedBytes: number;
  readonly unit: number;
  readonly treatment: Treatment;
  readonly before: Choice | null;
}

export interface Knapsack {
  /** The least added time that does not keep at least `bytes`; null where that is impossible. */
  least(bytes: number, computeUs: number): StageTreatment | null;
  /** With the next unit taken in. */
  extended(): Knapsack;
}

const NOTHING: Choice = { recomputeUs: 0, swappedBytes: 0, unit: -1, treatment: "keep", before: null };

/** Choices over the units from `start` on, of which there are none yet. */
export function knapsack(chain: MemoryChain, setting: MemorySetting, start: number): Knapsack {
  const quantum = quantumOf(chain.activationBytes);
  const over = (end: number, byQuanta: readonly Choice[][]): Knapsack => {
    const best = (bytes: number, computeUs: number) => {
      let found: { readonly choice: Choice; readonly us: number } | null = null;
      for (let q = Math.max(0, Math.ceil(bytes / quantum)); q < byQuanta.length; q++)
        for (const choice of byQuanta[q]) {
          const us = choice.recomputeUs + exposedSwapUs(setting, computeUs, choice.swappedBytes);
          if (found === null || us < found.us) found = { choice, us };
        }
      return found;
    };
    return {
      least(bytes, computeUs) {
        const found = best(bytes, computeUs);
        if (found === null) return null;
        const of = new Array<Treatment>(end - start).fill("keep");
        for (let at: Choice | null = found.choice; at !== null; at = at.before)
          if (at.unit !== -1) of[at.unit - start] = at.treatment;
        return { addedUs: found.us, of };
      },
      extended: () => over(end + 1, extended(byQuanta, chain, end, quantum, setting.hostBytesPerUs > 0)),
    };
  };
  return over(start, [[NOTHING]]);
}

function extended(
  byQuanta: readonly Choice[][],
  chain: MemoryChain,
  unit: number,
  quantum: number,
  canSwap: boolean,
): Choice[][] {
  const bytes = chain.activationBytes[unit];
  const quanta = Math.floor(bytes / quantum);
  // What saves nothing is kept.
  if (quanta === 0) return byQuanta.slice();
  const next = byQuanta.map((choices) => choices.slice());
  for (const [q, choices] of byQuanta.entries())
    for (const before of choices) {
      const { recomputeUs, swappedBytes } = before;
      next[q + quanta] ??= [];
      insert(next[q + quanta], {
        recomputeUs: recomputeUs + chain.forwardUs[unit],
        swappedBytes,
        unit,
        treatment: "recompute",
        before,
      });
      if (canSwap)
        insert(next[q + quanta], {
          recomputeUs,
          swappedBytes: swappedBytes + bytes,
          unit,
          treatment: "swap",
          before,
        });
    }
  for (let q = 0; q < next.length; q++) next[q] ??= [];
  return next;
}

/** Adds a choice unless another is at least as good in both, and drops those that it beats. */
function insert(choices: Choice[], added: Choice): void {
  let kept = 0;
  for (const other of choices) {
    if (other.recomputeUs <= added.recomputeUs && other.swappedBytes <= added.swappedBytes) return;
    if (added.recomputeUs <= other.recomputeUs && added.swappedBytes <= other.swappedBytes) continue;
    choices[kept++] = other;
  }
  choices.length = kept;
  choices.push(added);
}

/** The greatest quantum of which all sizes are multiples, or one of which the total has few. */
function quantumOf(bytes: Float64Array): number {
  const total = bytes.reduce((sum, of) => sum + of, 0);
  const common = bytes.every(Number.isSafeInteger) ? bytes.reduce(gcd, 0) : 0;
  const least = total / MOST_QUANTA;
  return common >= least && common > 0 ? common : Math.max(least, Number.MIN_VALUE);
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
