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
  for (let v = 0; v < taskTime.length; v++) {
    const stage = taskTime[v] === -1 ? stageCount : stageIn(Math.floor(taskTime[v] / deviceCount));
    if (stage < stageCount && inside.isInside[stage] === 1) {
      const share = taskShare[v];
      const unit = Math.floor(taskTime[v] / deviceCount);
      const leader = leaderOf[device[v] % deviceCount];
      compiled.runUs[v] = inside.run(workIn(unit), stage, leader, share).us;
      if (taskUnit[v] !== -1) {
        const work = workIn(taskUnit[v]);
        const run = inside.run(work, stage, leader, share);
        compiled.workspaceBytes[v] = scratchBytesOf(run, holds, { work, stage, share });
      }
    }
    const held = taskWeights[v];
    if (held !== -1 && inside.isInside[held] === 1)
      compiled.residentBytes[v] =
        inside.weightBytes[held] * (weightCopies[v] - optimizerSlots) +
        inside.optimizerBytes[held] * optimizerSlots;
  }

  function stageIn(unit: number): number {
    return unit % (stageCount + 1);
  }

  function workIn(unit: number): WorkCode {
    return Math.floor(unit / (stageCount + 1)) as WorkCode;
  }
}
