/**
 * What a latency plan pays between two cut ops a and b, where they are not in one piece. The ops in
 * between form *branches* that share no edge. The first ops of a branch may be in the piece of a,
 * and its last ops in the piece of b. The ops between those run elsewhere, after the first and
 * before the last ones: on CPUs or in pieces of their own. So a plan pays
 *
 *   the run times of all first and last ops
 *   + what the pieces of a and b send and receive at the ends of these, a's own output once each
 *   + the longest stay of any branch elsewhere,
 *
 * and the pieces of a and b hold the weights of the ops that they take. A branch that is no chain
 * is represented by one path, with all ancestors of its first ops and all descendants of its last
 * ops.
 */

/**
 * The path of a branch. It has `steps + 1` places where it may be cut: before each step and after
 * the last.
 */
export interface Branch {
  readonly steps: number;
  /**
   * For the branch's first x steps in the piece of a, and for its last y steps in the piece of b.
   * All ops that must be there with them count too.
   */
  readonly headUs: Float64Array;
  readonly headBytes: Float64Array;
  readonly tailUs: Float64Array;
  readonly tailBytes: Float64Array;
  /** Time to move the output of a step to the next one; for the last step, to b. */
  readonly moveUs: Float64Array;
  /**
   * Least time that steps x to z - 1 take elsewhere, at x * (steps + 1) + z; 0 where there are no
   * such steps.
   */
  readonly elsewhereUs: Float64Array;
}

export interface Section {
  readonly branches: readonly Branch[];
  /** Does a's output go to b without a step in between? */
  readonly direct: boolean;
  /** Time to move the output of a. */
  readonly moveUs: number;
}

/**
 * One way to cross the section. The pieces of a and b hold at least these parts of a device's
 * bytes, and the crossing takes at least this time.
 */
export interface Crossing {
  readonly headParts: number;
  readonly tailParts: number;
  readonly us: number;
}

/** Bytes count in whole parts of a device's memory, rounded down. */
export const PARTS = 128;
/** Stays elsewhere are rounded down to at most this many lengths. */
const MOST_STAYS = 40;

interface BranchCrossing extends Crossing {
  readonly stayUs: number;
  readonly takesFromA: boolean;
  readonly bringsFromA: boolean;
}

/** The crossings that no other one dominates. `onCpu` says whether a, or b, is on a CPU. */
export function crossingsOf(
  section: Section,
  limitBytes: number,
  onCpu: { a: boolean; b: boolean },
): Crossing[] {
  const perBranch = section.branches.map((branch) => branchCrossings(branch, limitBytes, onCpu));
  const stays = stayLengths(perBranch);
  let best: Crossing[] = [];
  for (const sends of onCpu.a ? [false] : [false, true])
    for (const receives of onCpu.b ? [false] : [false, true]) {
      if (section.direct && ((!onCpu.a && !sends) || (!onCpu.b && !receives))) continue;
      const paidUs = section.moveUs * (Number(sends) + Number(receives));
      const allowed = perBranch.map((crossings) =>
        crossings.filter(
          (crossing) => (sends || !crossing.takesFromA) && (receives || !crossing.bringsFromA),
        ),
      );
      stays.forEach((stayUs, i) => {
        const belowUs = stays[i + 1] ?? Number.POSITIVE_INFINITY;
        let crossings: Crossing[] = [{ headParts: 0, tailParts: 0, us: paidUs + stayUs }];
        for (const own of allowed)
          crossings = undominated(
            crossings.flatMap((crossing) =>
              own.filter((other) => other.stayUs < belowUs).map((other) => joined(crossing, other)),
            ),
          );
        best = undominated([...best, ...crossings]);
      });
    }
  return best;
}

function branchCrossings(
  branch: Branch,
  limitBytes: number,
  onCpu: { a: boolean; b: boolean },
): BranchCrossing[] {
  const { steps, headUs, headBytes, tailUs, tailBytes, moveUs, elsewhereUs } = branch;
  const crossings: BranchCrossing[] = [];
  for (let x = 0; x <= (onCpu.a ? 0 : steps); x++)
    for (let y = 0; y <= (onCpu.b ? 0 : steps - x); y++) {
      const sentUs = onCpu.a || x === 0 ? 0 : moveUs[x - 1];
      const receivedUs = onCpu.b || y === steps ? 0 : moveUs[steps - y - 1];
      crossings.push({
        headParts: Math.floor((headBytes[x] / limitBytes) * PARTS),
        tailParts: Math.floor((tailBytes[y] / limitBytes) * PARTS),
        us: headUs[x] + tailUs[y] + sentUs + receivedUs,
        stayUs: elsewhereUs[x * (steps + 1) + steps - y],
        takesFromA: !onCpu.a && x === 0,
        bringsFromA: !onCpu.b && y === steps,
      });
    }
  return crossings.filter(
    ({ us, stayUs, headParts, tailParts }) =>
      us + stayUs < Number.POSITIVE_INFINITY && headParts <= PARTS && tailParts <= PARTS,
  );
}

const joined = (a: Crossing, b: Crossing): Crossing => ({
  headParts: a.headParts + b.headParts,
  tailParts: a.tailParts + b.tailParts,
  us: a.us + b.us,
});

/** Rising lengths from 0 on. */
function stayLengths(perBranch: readonly (readonly BranchCrossing[])[]): number[] {
  const lengths = new Set(perBranch.flatMap((crossings) => crossings.map(({ stayUs }) => stayUs)));
  const all = [...lengths.add(0)].sort((a, b) => a - b);
  if (all.length <= MOST_STAYS) return all;
  return Array.from({ length: MOST_STAYS }, (_, i) => all[Math.floor((i * all.length) / MOST_STAYS)]);
}

function undominated(crossings: Crossing[]): Crossing[] {
  const kept: Crossing[] = [];
  crossings.sort((a, b) => a.us - b.us || a.headParts - b.headParts || a.tailParts - b.tailParts);
  for (const crossing of crossings) {
    if (crossing.headParts > PARTS || crossing.tailParts > PARTS) continue;
    if (kept.every((other) => other.headParts > crossing.headParts || other.tailParts > crossing.tailParts))
      kept.push(crossing);
  }
  return kept;
}
