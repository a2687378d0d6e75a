/**
 * The slow twin of Roc's memory program: Dijkstra over single acts. One tensor is loaded, stored or
 * dropped, or the next step runs. Nothing is known of when an act is of use.
 */
import type { TensorProblem } from "../../../../agents/exact/recompute/host-tensors.ts";

/** The fewest bytes that cross, null where some step does not fit. */
export function fewestByEveryTransfer({ bytes, onHost, steps, capacityBytes }: TensorProblem): number | null {
  const start = { at: 0, resident: 0, stored: setOf(onHost) };
  const best = new Map([[keyOf(start), 0]]);
  // States by the bytes moved so far: sums of whole bytes, so a bucket for each.
  const buckets: (typeof start)[][] = [[start]];
  const bytesOf = (set: number) => bytes.reduce((sum, own, t) => sum + ((set >> t) & 1 ? own : 0), 0);
  for (let moved = 0; moved < buckets.length; moved++) {
    const bucket = buckets[moved] ?? [];
    for (let next = bucket.pop(); next !== undefined; next = bucket.pop()) {
      const { at, resident, stored } = next;
      if (best.get(keyOf(next)) !== moved) continue;
      if (at === steps.length) return moved;
      const reach = (state: typeof start, cost: number) => {
        const known = best.get(keyOf(state));
        if (known !== undefined && known <= moved + cost) return;
        best.set(keyOf(state), moved + cost);
        buckets[moved + cost] ??= [];
        buckets[moved + cost].push(state);
      };
      const used = bytesOf(resident);
      bytes.forEach((own, t) => {
        const bit = 1 << t;
        if (resident & bit) {
          reach({ at, resident: resident & ~bit, stored }, 0);
          if (!(stored & bit)) reach({ at, resident, stored: stored | bit }, own);
        } else if (stored & bit && used + own <= capacityBytes)
          reach({ at, resident: resident | bit, stored }, own);
      });
      const [reads, writes] = [setOf(steps[at].reads), setOf(steps[at].writes)];
      if ((reads & ~resident) !== 0 || bytesOf(resident | writes) > capacityBytes) continue;
      reach({ at: at + 1, resident: resident | writes, stored: stored & ~writes }, 0);
    }
  }
  return null;
}

const setOf = (tensors: readonly number[]): number => tensors.reduce((set, t) => set | (1 << t), 0);

const keyOf = ({ at, resident, stored }: { at: number; resident: number; stored: number }): string =>
  `${at} ${resident} ${stored}`;
