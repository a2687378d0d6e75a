/** Random chains of whole times and bytes, with memory that is tight, and their optimum. */
import {
  excessBytes,
  exposedSwapUs,
  exposedTransferUs,
  type MemoryChain,
  type MemorySetting,
  rangeSums,
} from "../../../../agents/exact/recompute/memory-chain.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { compositions } from "../cuts/sums.ts";

export interface Case {
  readonly chain: MemoryChain;
  readonly setting: MemorySetting;
}

/** @param size counts of units and stages; at most 8 units on at most 3 stages where not given */
export function randomCase(seed: number, size?: { readonly count: number; readonly stages: number }): Case {
  const rng = createRng(`memory/${seed}`);
  const count = size?.count ?? 3 + rng.int(6);
  const stages = size?.stages ?? Math.min(count, 1 + rng.int(3));
  const draw = (least: number, most: number) =>
    Float64Array.from({ length: count }, () => least + rng.int(most - least));
  const chain = {
    count,
    forwardUs: draw(1, 20),
    backwardUs: draw(1, 40),
    activationBytes: draw(0, 12),
    weightBytes: draw(0, 8),
    outputBytes: draw(0, 60),
  };
  const scheme = (["stash", "1f1b", "fill-drain"] as const)[rng.int(3)];
  const stateFactor = rng.int(3);
  const sum = (of: Float64Array) => of.reduce((a, b) => a + b, 0);
  const states = 1 + stateFactor + (scheme === "stash" ? stages : 0);
  const all = (sum(chain.activationBytes) * (stages + 1)) / 2 + sum(chain.weightBytes) * states;
  return {
    chain,
    setting: {
      stages,
      memoryBytes: Math.ceil((all / stages) * (0.5 + rng.next())),
      hostBytesPerUs: rng.int(3) === 0 ? 0 : 0.1 + rng.next(),
      linkBytesPerUs: 1 + rng.int(5),
      scheme,
      microBatches: 1 + rng.int(4),
      stateFactor,
    },
  };
}

/** Every treatment of every unit: the least time of a stage, infinite where none fits. */
export function bestStageUs({ chain, setting }: Case, stage: number, start: number, end: number): number {
  const sums = rangeSums(chain);
  const needed = excessBytes(sums, setting, stage, start, end);
  const computeUs = sums.computeUs(start, end);
  const kinds = setting.hostBytesPerUs > 0 ? 3 : 2;
  let least = Number.POSITIVE_INFINITY;
  for (let code = 0; code < kinds ** (end - start); code++) {
    let [saved, swapped, again] = [0, 0, 0];
    for (let unit = start, rest = code; unit < end; unit++, rest = Math.floor(rest / kinds)) {
      if (rest % kinds !== 0) saved += chain.activationBytes[unit];
      if (rest % kinds === 1) again += chain.forwardUs[unit];
      if (rest % kinds === 2) swapped += chain.activationBytes[unit];
    }
    if (saved >= needed) least = Math.min(least, again + exposedSwapUs(setting, computeUs, swapped));
  }
  return computeUs + least + exposedTransferUs(chain, setting, computeUs, start, end);
}

/** Every cut with every treatment: the least time of the slowest stage. */
export function bestUs(of: Case): number {
  const { chain, setting } = of;
  const known = new Map<string, number>();
  const stageUs = (stage: number, start: number, end: number) => {
    const key = `${stage} ${start} ${end}`;
    if (!known.has(key)) known.set(key, bestStageUs(of, stage, start, end));
    return known.get(key)!;
  };
  let least = Number.POSITIVE_INFINITY;
  for (const lengths of compositions(chain.count, setting.stages)) {
    let end = 0;
    const times = lengths.map((length, stage) => {
      end += length;
      return stageUs(stage, end - length, end);
    });
    least = Math.min(least, Math.max(...times));
  }
  return least;
}
