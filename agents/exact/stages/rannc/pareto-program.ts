/**
 * The stages of least `slowestPasses`, exact. RaNNC's program (Tanaka et al., IPDPS 2021) keeps one
 * pair of slowest forward and backward pass for each entry. Here an entry keeps all pairs of which
 * none is as good in both, transfers included.
 */
import { mayHaveDevices, type RanncProblem, type RanncShape, type RanncStage } from "./problem.ts";

interface Label {
  readonly forward: number;
  readonly backward: number;
  readonly stage: RanncStage | null;
  readonly before: Label | null;
}

/** Null where nothing fits. */
export function paretoStages(problem: RanncProblem, shape: RanncShape): RanncStage[] | null {
  const { blocks } = problem;
  const { stages, devices } = shape;
  const start: Label = { forward: 0, backward: 0, stage: null, before: null };
  let entries = new Map<number, Label[]>([[0, [start]]]);
  const keyOf = (end: number, used: number) => end * (devices + 1) + used;
  for (let s = 1; s <= stages; s++) {
    const next = new Map<number, Label[]>();
    for (const [key, labels] of entries) {
      const [first, used] = [Math.floor(key / (devices + 1)), key % (devices + 1)];
      for (let end = s === stages ? blocks : first + 1; end <= blocks - stages + s; end++)
        for (let count = 1; used + count <= devices; count++) {
          if (!mayHaveDevices(problem, shape, count)) continue;
          const cost = problem.cost(first, end, { ...shape, devices: count });
          if (cost.bytes >= problem.deviceBytes) continue;
          const stage = { first, end, devices: count };
          for (const before of labels)
            insert(next, keyOf(end, used + count), {
              forward: Math.max(before.forward, cost.forwardUs + cost.transferUs),
              backward: Math.max(before.backward, cost.backwardUs + cost.transferUs),
              stage,
              before,
            });
        }
    }
    entries = next;
  }
  const ends = entries.get(keyOf(blocks, devices)) ?? [];
  const best = ends.reduce<Label | null>(
    (least, label) => (least === null || passesOf(label) < passesOf(least) ? label : least),
    null,
  );
  return best === null ? null : stagesOf(best);
}

const passesOf = ({ forward, backward }: Label): number => forward + backward;

function insert(entries: Map<number, Label[]>, key: number, label: Label): void {
  const known = entries.get(key) ?? [];
  const isAsGood = (one: Label, other: Label) =>
    one.forward <= other.forward && one.backward <= other.backward;
  if (known.some((other) => isAsGood(other, label))) return;
  entries.set(key, [...known.filter((other) => !isAsGood(label, other)), label]);
}

function stagesOf(last: Label): RanncStage[] {
  const stages: RanncStage[] = [];
  for (let label: Label = last; label.stage !== null; label = label.before!) stages.unshift(label.stage);
  return stages;
}
