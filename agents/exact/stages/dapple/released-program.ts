/**
 * The dynamic program of the released DAPPLE planner (AlibabaPAI/DAPPLE, after Fan et al., PPoPP
 * 2021): the least bottleneck of a pipeline on `size` devices, in `copies` copies.
 *
 *   A[j][m][occupied] = least over k before j, m' < m, occupied sets before and next device sets of
 *     max( A[k][m-m'][before], time(k+1..j) / (m' copies), transfer(2 outputs of k) )
 *
 * Times are for the whole batch. Neither the all-reduce nor memory is in the program. The first
 * stage has one set, by the policy `fresh`. Where copies do not fill the cluster, the released code
 * skips all occupied sets, and one stage is left.
 */
import { type DeviceSet, deviceSet, transferTime } from "./machines.ts";
import { type Occupied, releasedChoices, releasedChoicesOfCopies } from "./released-placements.ts";
import { cutBytes, type DappleCase, type ReleasedStage, stageTime } from "./released-score.ts";

export interface ReleasedShape {
  readonly size: number;
  readonly copies: number;
  /** One device for each stage of a copy. */
  readonly isStraight: boolean;
}

export interface ReleasedBottleneck {
  readonly block: number;
  readonly stages: readonly ReleasedStage[];
}

interface Cell {
  readonly block: number;
  readonly replicas: number;
  readonly on: DeviceSet;
  /** The cell that the last stage follows, null for a first stage. */
  readonly before: { readonly state: number; readonly cell: Cell } | null;
}

/** What is occupied, with the next device sets by their number of devices, each made once. */
interface Use {
  readonly occupied: Occupied;
  readonly next: (readonly NextSet[])[];
}

interface NextSet {
  readonly on: DeviceSet;
  readonly use: Use;
}

/** Cells of one state and number of devices, by what is in use after them. */
type Cells = Map<Use, Cell>;

/** Null where there are fewer states than stages that a straight pipeline must have. */
export function releasedBottleneck(given: DappleCase, shape: ReleasedShape): ReleasedBottleneck | null {
  const { size, copies } = shape;
  const { count } = given.profile;
  const deviceCount = given.ends[given.ends.length - 1];
  const uses = new Uses(given.ends, copies);
  const table = firstStages(given, shape, uses);
  if (size * copies < deviceCount || size === 1) {
    const [cell] = table[count - 1][size - 1].values();
    return cell === undefined ? null : { block: cell.block, stages: stagesOf(cell, count) };
  }
  let best: Cell | null = shape.isStraight ? null : [...table[count - 1][size - 1].values()][0];
  for (let m = 1; m < size; m++)
    for (let j = 1; j < count; j++) {
      const isLast = m === size - 1 && j === count - 1;
      if (m === size - 1 && !isLast) continue;
      const cells = table[j][m];
      for (const k of given.profile.predecessors[j]) {
        if (k >= j) continue;
        const mostReplicas = shape.isStraight ? 1 : m;
        for (let replicas = 1; replicas <= mostReplicas; replicas++) {
          const ownTime = stageTime(given, k + 1, j) / (replicas * copies);
          const bytes = 2 * cutBytes(given, k);
          for (const [use, cell] of table[k][m - replicas])
            for (const next of uses.next(use, replicas)) {
              const sent = transferTime(cell.on, next.on, bytes, given.links);
              const block = Math.max(cell.block, ownTime, sent);
              const isBest = isLast && (best === null || block < best.block);
              const known = cells.get(next.use);
              if (!isBest && known !== undefined && block >= known.block) continue;
              const found = { block, replicas, on: next.on, before: { state: k, cell } };
              if (isBest) best = found;
              if (known === undefined || block < known.block) cells.set(next.use, found);
            }
        }
      }
      table[j][m] = inOrder(cells);
    }
  return best === null ? null : { block: best.block, stages: stagesOf(best, count) };
}

/** Shape [state][devices - 1]. */
function firstStages(given: DappleCase, { size, copies, isStraight }: ReleasedShape, uses: Uses): Cells[][] {
  const empty = "0".repeat(given.ends[given.ends.length - 1]);
  const first = Array.from({ length: isStraight ? 1 : size }, (_, m) => {
    const [fresh] = releasedChoices(given.ends, empty, (m + 1) * copies);
    return { use: uses.of(fresh.occupied), on: deviceSet(fresh.devices, given.ends) };
  });
  return Array.from({ length: given.profile.count }, (_, j) =>
    Array.from({ length: size }, (_, m): Cells => {
      if (m >= first.length) return new Map();
      const block = Math.max(stageTime(given, 0, j) / (m + 1) / copies, 0);
      const { use, on } = first[m];
      return new Map([[use, { block, replicas: m + 1, on, before: null }]]);
    }),
  );
}

/** In the order of the released code's tree map, which decides among equal values. */
const inOrder = (cells: Cells): Cells =>
  new Map([...cells].sort(([one], [other]) => (one.occupied < other.occupied ? -1 : 1)));

class Uses {
  private readonly known = new Map<Occupied, Use>();

  private readonly ends: readonly number[];
  private readonly copies: number;

  constructor(ends: readonly number[], copies: number) {
    this.ends = ends;
    this.copies = copies;
  }

  of(occupied: Occupied): Use {
    let use = this.known.get(occupied);
    if (use === undefined) {
      use = { occupied, next: [] };
      this.known.set(occupied, use);
    }
    return use;
  }

  next(use: Use, need: number): readonly NextSet[] {
    use.next[need] ??= releasedChoicesOfCopies(this.ends, use.occupied, need, this.copies).map((choice) => ({
      on: deviceSet(choice.devices, this.ends),
      use: this.of(choice.occupied),
    }));
    return use.next[need];
  }
}

function stagesOf(last: Cell, count: number): ReleasedStage[] {
  const stages: ReleasedStage[] = [];
  let end = count - 1;
  for (let cell: Cell | null = last; cell !== null; cell = cell.before?.cell ?? null) {
    const first = cell.before === null ? 0 : cell.before.state + 1;
    stages.unshift({ first, last: end, replicas: cell.replicas, on: cell.on });
    end = first;
  }
  return stages;
}
