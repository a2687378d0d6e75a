/**
 * What a latency plan pays between two ops a and b that all data passes, where they are not in one
 * piece. The ops in between fall into *strands* that share no edge. Of each strand some first ops
 * may be in the piece of a, some last ops in that of b; the ops in between run elsewhere after the
 * one and before the other, on CPUs or in pieces of their own. So a plan pays
 *
 *   the run times of all first and last ops + what the pieces of a and b send and receive at the ends of these, a's own output once
 *   each + the longest stay of any strand elsewhere,
 *
 * and the pieces of a and b hold the weights of what they take. Of a strand that is no chain one
 * path stands for the whole, with all that leads to its first ops and comes from its last ones.
 */

/**
 * The path of a strand, with `steps + 1` numbers where it may be cut before each step or after the
 * last.
 */
export interface Strand {
  readonly steps: number;
  /**
   * Of the strand's first x steps in the piece of a, and of its last y in that of b, with all that
   * these bring along.
   */
  readonly headUs: Float64Array;
  readonly headBytes: Float64Array;
  readonly tailUs: Float64Array;
  readonly tailBytes: Float64Array;
  /** Time to move the output of a step to the next one, of the last one to b. */
  readonly moveUs: Float64Array;
  /**
   * Least time that steps x to z - 1 take elsewhere, at x * (steps + 1) + z; 0 where there are
   * none.
   */
  readonly elsewhereUs: Float64Array;
}

export interface Gap {
  readonly strands: readonly Strand[];
  /** Does a's output go to b without a step in between? */
  readonly direct: boolean;
  /** Time to move the output of a. */
  readonly moveUs: number;
}

/**
 * One way through the gap: at least so many parts of a device's bytes in the piece of a and in that
 * of b, for at least so much time.
 */
export interface Way {
  readonly headParts: number;
  readonly tailParts: number;
  readonly us: number;
}

/** Bytes count in whole parts of a device's memory, rounded down. */
export const PARTS = 128;
/** Stays elsewhere are told apart at so many lengths, and rounded down to them. */
const MOST_STAYS = 40;

interface StrandWay extends Way {
  readonly stayUs: number;
  readonly takesFromA: boolean;
  readonly bringsFromA: boolean;
}

/** The ways that no other one is better than; `onCpu` of an end says that a, or b, is on a CPU. */
export function waysThrough(gap: Gap, limitBytes: number, onCpu: { a: boolean; b: boolean }): Way[] {
  const perStrand = gap.strands.map((strand) => strandWays(strand, limitBytes, onCpu));
  const stays = stayLengths(perStrand);
  let best: Way[] = [];
  for (const sends of onCpu.a ? [false] : [false, true])
    for (const receives of onCpu.b ? [false] : [false, true]) {
      if (gap.direct && ((!onCpu.a && !sends) || (!onCpu.b && !receives))) continue;
      const paidUs = gap.moveUs * (Number(sends) + Number(receives));
      const allowed = perStrand.map((ways) =>
        ways.filter((way) => (sends || !way.takesFromA) && (receives || !way.bringsFromA)),
      );
      stays.forEach((stayUs, i) => {
        const belowUs = stays[i + 1] ?? Number.POSITIVE_INFINITY;
        let ways: Way[] = [{ headParts: 0, tailParts: 0, us: paidUs + stayUs }];
        for (const own of allowed)
          ways = undominated(
            ways.flatMap((way) =>
              own.filter((other) => other.stayUs < belowUs).map((other) => joined(way, other)),
            ),
          );
        best = undominated([...best, ...ways]);
      });
    }
  return best;
}

function strandWays(strand: Strand, limitBytes: number, onCpu: { a: boolean; b: boolean }): StrandWay[] {
  const { steps, headUs, headBytes, tailUs, tailBytes, moveUs, elsewhereUs } = strand;
  const ways: StrandWay[] = [];
  for (let x = 0; x <= (onCpu.a ? 0 : steps); x++)
    for (let y = 0; y <= (onCpu.b ? 0 : steps - x); y++) {
      const sentUs = onCpu.a || x === 0 ? 0 : moveUs[x - 1];
      const receivedUs = onCpu.b || y === steps ? 0 : moveUs[steps - y - 1];
      ways.push({
        headParts: Math.floor((headBytes[x] / limitBytes) * PARTS),
        tailParts: Math.floor((tailBytes[y] / limitBytes) * PARTS),
        us: headUs[x] + tailUs[y] + sentUs + receivedUs,
        stayUs: elsewhereUs[x * (steps + 1) + steps - y],
        takesFromA: !onCpu.a && x === 0,
        bringsFromA: !onCpu.b && y === steps,
      });
    }
  return ways.filter(
    ({ us, stayUs, headParts, tailParts }) =>
      us + stayUs < Number.POSITIVE_INFINITY && headParts <= PARTS && tailParts <= PARTS,
  );
}

const joined = (a: Way, b: Way): Way => ({
  headParts: a.headParts + b.headParts,
  tailParts: a.tailParts + b.tailParts,
  us: a.us + b.us,
});

/** Rising lengths, 0 first. */
function stayLengths(perStrand: readonly (readonly StrandWay[])[]): number[] {
  const lengths = new Set(perStrand.flatMap((ways) => ways.map(({ stayUs }) => stayUs)));
  const all = [...lengths.add(0)].sort((a, b) => a - b);
  if (all.length <= MOST_STAYS) return all;
  return Array.from({ length: MOST_STAYS }, (_, i) => all[Math.floor((i * all.length) / MOST_STAYS)]);
}

function undominated(ways: Way[]): Way[] {
  const kept: Way[] = [];
  ways.sort((a, b) => a.us - b.us || a.headParts - b.headParts || a.tailParts - b.tailParts);
  for (const way of ways) {
    if (way.headParts > PARTS || way.tailParts > PARTS) continue;
    if (kept.every((other) => other.headParts > way.headParts || other.tailParts > way.tailParts))
      kept.push(way);
  }
  return kept;
}
