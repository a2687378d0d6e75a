/**
 * In which order the units of a pipeline come in a program: passes of micro-batches through stages,
 * in steps of one unit on each stage. `fifo` is GPipe's: all forward passes first. `1f1b` has one
 * backward pass after each forward pass, once a stage has enough of them.
 */
export const unitOrders = ["fifo", "1f1b"] as const;
export type UnitOrder = (typeof unitOrders)[number];

export interface PipelineUnit {
  readonly stage: number;
  readonly microBatch: number;
  readonly isBackward: boolean;
}

/** The units of each step, by stage. Without a backward pass only the forward ones. */
export function unitSteps(
  stages: number,
  microBatches: number,
  order: UnitOrder,
  trains: boolean,
): PipelineUnit[][] {
  const lists = Array.from({ length: stages }, (_, stage) =>
    unitsOf(stage, microBatches, trains, order === "fifo" ? microBatches : stages - stage),
  );
  const next = new Int32Array(stages);
  const done = new Set<string>();
  const steps: PipelineUnit[][] = [];
  while (lists.some((list, stage) => next[stage] < list.length)) {
    const step = lists.flatMap((list, stage) => {
      const unit = list[next[stage]];
      return unit !== undefined && isReady(unit, stages, done) ? [unit] : [];
    });
    for (const unit of step) {
      next[unit.stage]++;
      done.add(keyOf(unit));
    }
    steps.push(step);
  }
  return steps;
}

function unitsOf(stage: number, microBatches: number, trains: boolean, ahead: number): PipelineUnit[] {
  const units: PipelineUnit[] = [];
  const add = (microBatch: number, isBackward: boolean): void => {
    if (microBatch >= 0 && microBatch < microBatches && (trains || !isBackward))
      units.push({ stage, microBatch, isBackward });
  };
  const warm = Math.min(ahead, microBatches);
  for (let m = 0; m < warm; m++) add(m, false);
  for (let m = 0; m < microBatches; m++) {
    add(m, true);
    add(m + warm, false);
  }
  return units;
}

const keyOf = ({ stage, microBatch, isBackward }: PipelineUnit): string =>
  `${stage}:${microBatch}:${isBackward}`;

function isReady(unit: PipelineUnit, stages: number, done: ReadonlySet<string>): boolean {
  const { stage, microBatch, isBackward } = unit;
  if (!isBackward) return stage === 0 || done.has(keyOf({ ...unit, stage: stage - 1 }));
  return stage === stages - 1
    ? done.has(keyOf({ stage, microBatch, isBackward: false }))
    : done.has(keyOf({ ...unit, stage: stage + 1 }));
}
