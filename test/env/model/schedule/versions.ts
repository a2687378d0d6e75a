/**
 * Which weight version each forward of a schedule uses, found by counting updates in the order of a
 * device. Version i is what the i-th update made; 0 is the first one.
 */
import { Phase, type PipelineSchedule, type PipelineShape } from "../../../../env/model/schedule/contract.ts";

export interface VersionUse {
  /** Most versions of a stage that one device holds at once: those in use and the newest. */
  readonly mostHeld: readonly number[];
  /** Updates from the version of a gradient to the one it is added to, by micro-batch. */
  readonly staleness: readonly (readonly number[])[];
}

/** Pre: each stage is on one device. */
export function versionUse(shape: PipelineShape, schedule: PipelineSchedule): VersionUse {
  const perUpdate = schedule.update === "micro-batch" ? 1 : shape.microBatches;
  const mostHeld: number[] = [];
  const staleness = shape.stages.map((stage, s) => {
    const usedBy = new Map<number, number>();
    const found: number[] = [];
    let backwards = 0;
    let most = 1;
    for (const { stage: at, microBatch, phase } of schedule.order[stage.devices[0]]) {
      if (at !== s) continue;
      const newest = Math.floor(backwards / perUpdate);
      if (phase === Phase.forward) {
        // PipeDream takes the newest version; 2BW the one that the iteration before the last made.
        const used =
          schedule.update === "micro-batch"
            ? newest
            : Math.max(0, Math.floor(microBatch / perUpdate) - (schedule.weightVersions[s] - 1));
        if (used > newest) throw new Error(`Version ${used} is not there yet.`);
        usedBy.set(microBatch, used);
        most = Math.max(most, newest - Math.min(...usedBy.values()) + 1);
      } else {
        found[microBatch] = Math.floor(microBatch / perUpdate) - usedBy.get(microBatch)!;
        usedBy.delete(microBatch);
        backwards++;
      }
    }
    mostHeld.push(most);
    return found;
  });
  return { mostHeld, staleness };
}
