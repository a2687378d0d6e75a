/** Writes times and bytes of tasks of stages with a mesh inside, over those of one device. */
import type { StageCosts } from "../costs/stage-costs.ts";
import type { WorkCode } from "../costs/work.ts";
import type { TaskStructure } from "../tasks/task-builder.ts";
import { type InsideCosts, scratchBytesOf } from "./inside-costs.ts";

export function fillInside(
  { compiled, references, device }: TaskStructure,
  costs: StageCosts,
  inside: InsideCosts,
  leaderOf: Int32Array,
): void {
  const { taskTime, taskShare, taskUnit, taskWeights, weightCopies } = references;
  const { stageCount, deviceCount, holds } = costs;
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
        compiled.workspaceBytes[v] = filled(taskUnit[v], leader, taskShare[v]).scratchBytes;
    }
    const held = taskWeights[v];
    if (held !== -1 && inside.isInside[held] === 1)
      compiled.residentBytes[v] =
        inside.weightBytes[held] * (weightCopies[v] - optimizerSlots) +
        inside.optimizerBytes[held] * optimizerSlots;
  }

  function filled(unit: number, leader: number, share: number): FilledUnit {
    const key = unit * deviceCount + leader;
    const before = last.get(key);
    if (before?.share === share) return before;
    const stage = unit % (stageCount + 1);
    const work = Math.floor(unit / (stageCount + 1)) as WorkCode;
    const run = inside.run(work, stage, leader, share);
    const made = { share, us: run.us, scratchBytes: scratchBytesOf(run, holds, { work, stage, share }) };
    last.set(key, made);
    return made;
  }
}

interface FilledUnit {
  readonly share: number;
  readonly us: number;
  readonly scratchBytes: number;
}
