/** Writes times and bytes of tasks of stages with a mesh inside, over those of one device. */
import type { StageCosts } from "../costs/stage-costs.ts";
import type { WorkCode } from "../costs/work.ts";
import type { TaskStructure } from "../tasks/task-builder.ts";
import { type InsideCosts, scratchBytesOf } from "./inside-costs.ts";

/** Where each device is among the ranks that its replica has, shape [deviceCount] each. */
export interface RankPlaces {
  /** The device itself where it is no rank of a mesh. */
  readonly leaderOf: Int32Array;
  readonly rankOf: Int32Array;
}

export function fillInside(
  { compiled, references, device }: TaskStructure,
  costs: StageCosts,
  inside: InsideCosts,
  { leaderOf, rankOf }: RankPlaces,
): void {
  const { taskTime, taskShare, taskUnit, taskWeights, weightCopies } = references;
  const { stageCount, deviceCount, byRank } = costs;
  const { optimizerSlots } = compiled.fidelity;
  /** Of the last share that was asked for, by unit and leader: tasks of both are many. */
  const last = new Map<number, FilledUnit>();
  for (let v = 0; v < taskTime.length; v++) {
    const unit = Math.floor(taskTime[v] / deviceCount);
    const stage = taskTime[v] === -1 ? stageCount : unit % (stageCount + 1);
    if (stage < stageCount && inside.isInside[stage] === 1) {
      const leader = leaderOf[device[v] % deviceCount];
      compiled.runUs[v] = filled(unit, leader, taskShare[v]).us;
      if (taskUnit[v] !== -1)
        compiled.workspaceBytes[v] = filled(taskUnit[v], leader, taskShare[v]).scratchBytes[
          rankOf[device[v] % deviceCount]
        ];
    }
    const held = taskWeights[v];
    if (held !== -1 && inside.isInside[held] === 1) {
      const { weightBytes, optimizerBytes } = byRank?.[rankOf[device[v] % deviceCount]] ?? inside;
      compiled.residentBytes[v] =
        weightBytes[held] * (weightCopies[v] - optimizerSlots) + optimizerBytes[held] * optimizerSlots;
    }
  }

  function filled(unit: number, leader: number, share: number): FilledUnit {
    const key = unit * deviceCount + leader;
    const before = last.get(key);
    if (before?.share === share) return before;
    const stage = unit % (stageCount + 1);
    const work = Math.floor(unit / (stageCount + 1)) as WorkCode;
    const run = inside.run(work, stage, leader, share);
    const holdsOf = (rank: number) => (byRank?.[rank] ?? costs).holds;
    const made = { share, us: run.us, scratchBytes: scratchBytesOf(run, holdsOf, { work, stage, share }) };
    last.set(key, made);
    return made;
  }
}

interface FilledUnit {
  readonly share: number;
  readonly us: number;
  /** By rank. */
  readonly scratchBytes: readonly number[];
}

/**
 * Writes bytes of tensors and buffers where ranks have parts of different lengths. A tensor has the
 * bytes of the rank that gets it. `amounts`: the table of bytes of each rank.
 */
export function fillByRank(
  { compiled, references, device, buffers }: TaskStructure,
  amounts: readonly Float64Array[],
  { rankOf }: RankPlaces,
  bufferBytes: Float64Array,
): void {
  const { slotAmount, slotShare } = references;
  const { depSlot, depConsumer, slotBytes } = compiled;
  const ofTask = (task: number): Float64Array => amounts[rankOf[device[task] % rankOf.length]];
  depSlot.forEach((slot, i) => {
    if (slot >= 0) slotBytes[slot] = ofTask(depConsumer[i])[slotAmount[slot]] * slotShare[slot];
  });
  buffers.task.forEach((task, b) => {
    bufferBytes[b] = ofTask(task)[buffers.amount[b]] * buffers.share[b];
  });
}
