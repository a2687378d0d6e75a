/**
 * Phases of a stage as tasks. The ops of a stage and phase are a *unit*. A schedule knows forward,
 * backward and weights; recomputation goes with backward, and updates come between batches.
 */
import { type OpGraph, Role } from "../../../model/graph/graph.ts";
import { opClasses } from "../../../model/graph/op-classes.ts";
import { HOST_STAGE } from "../../../model/plan/pipeline.ts";

/** The first three have the numbers of a schedule's phases. */
export const Work = { forward: 0, backward: 1, weights: 2, recompute: 3, update: 4 } as const;
export type WorkCode = (typeof Work)[keyof typeof Work];
export const WORK_CODES = 5;

/** Stage of ops that feed the pipeline from the host. */
export const HOST = HOST_STAGE;

/** Phases in the order in which a micro-batch passes them. */
export const WORK_ORDER: readonly WorkCode[] = [
  Work.forward,
  Work.recompute,
  Work.backward,
  Work.weights,
  Work.update,
];

/** Number of a unit, of `unitCountOf`; the host is the stage after the last. */
export const unitOf = (stageCount: number, work: WorkCode, stage: number): number =>
  work * (stageCount + 1) + (stage === HOST ? stageCount : stage);

export const unitCountOf = (stageCount: number): number => WORK_CODES * (stageCount + 1);

/** The phase of each op. `splitsBackward`: weight gradients are a phase of their own. */
export function worksOf(graph: OpGraph, splitsBackward: boolean): Uint8Array {
  const { once, weightsPhase } = opClasses(graph);
  return graph.role.map((role, v) => {
    if (role === Role.forward) return Work.forward;
    if (once[v] === 1) return Work.update;
    return splitsBackward && weightsPhase[v] === 1 ? Work.weights : Work.backward;
  });
}
