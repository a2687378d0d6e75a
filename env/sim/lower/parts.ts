/**
 * Which tasks of a lowered pipeline run which part of a micro-batch. A replica that splits
 * micro-batches runs one of equal parts of each; all others run the whole. A task may run several
 * micro-batches in a row.
 */

/** Part `at` of `of` equal parts of the micro-batches from `microBatch` on. */
export interface Part {
  readonly microBatch: number;
  readonly span: number;
  readonly at: number;
  readonly of: number;
}

export interface Parts {
  /** Tells the part of a task; tasks come in any order. */
  add(unit: number, task: number, part: Part): void;
  /** Entry of the first task of a unit that runs a micro-batch, or -1. */
  first(unit: number, microBatch: number): number;
  next(entry: number): number;
  taskAt(entry: number): number;
  microBatchOf(task: number): number;
  /** First micro-batch after the task's. */
  endOf(task: number): number;
  /** First micro-batch of both tasks, where they have any in common. */
  firstCommon(one: number, other: number): number;
  /** Tells a task of a whole round, which runs the part of each of these micro-batches. */
  addRound(unit: number, task: number, microBatches: readonly number[], part: Pick<Part, "at" | "of">): void;
  /** Visits the tasks of a unit with the micro-batches that each runs, parts counted as such. */
  eachTask(unit: number, visit: (task: number, microBatches: number) => void): void;
  /** The share of a micro-batch that two tasks have in common. */
  overlap(one: number, other: number): number;
}

/** `total`: micro-batches of all batches. */
export function createParts(unitCount: number, total: number): Parts {
  const heads: (Int32Array | undefined)[] = new Array(unitCount);
  const tails: (Int32Array | undefined)[] = new Array(unitCount);
  const entryTask: number[] = [];
  const entryNext: number[] = [];
  const microBatchOf: number[] = [];
  const endOf: number[] = [];
  const placeOf: number[] = [];
  const countOf: number[] = [];
  const none = () => new Int32Array(total).fill(-1);
  const enter = (unit: number, task: number, microBatch: number): void => {
    heads[unit] ??= none();
    tails[unit] ??= none();
    const [head, tail] = [heads[unit], tails[unit]];
    const entry = entryTask.push(task) - 1;
    entryNext.push(-1);
    if (head[microBatch] === -1) head[microBatch] = entry;
    else entryNext[tail[microBatch]] = entry;
    tail[microBatch] = entry;
  };
  return {
    add(unit, task, { microBatch, span, at, of }) {
      microBatchOf[task] = microBatch;
      endOf[task] = microBatch + span;
      placeOf[task] = at;
      countOf[task] = of;
      for (let m = microBatch; m < microBatch + span; m++) enter(unit, task, m);
    },
    addRound(unit, task, microBatches, { at, of }) {
      microBatchOf[task] = -1;
      endOf[task] = Number.POSITIVE_INFINITY;
      placeOf[task] = at;
      countOf[task] = of;
      for (const m of microBatches) enter(unit, task, m);
    },
    firstCommon: (one, other) => Math.max(microBatchOf[one], microBatchOf[other]),
    eachTask(unit, visit) {
      const head = heads[unit];
      for (let m = 0; head !== undefined && m < total; m++)
        for (let entry = head[m]; entry !== -1; entry = entryNext[entry]) {
          const task = entryTask[entry];
          if (microBatchOf[task] === m) visit(task, (endOf[task] - m) / countOf[task]);
        }
    },
    first: (unit, microBatch) => heads[unit]?.[microBatch] ?? -1,
    next: (entry) => entryNext[entry],
    taskAt: (entry) => entryTask[entry],
    microBatchOf: (task) => microBatchOf[task],
    endOf: (task) => endOf[task],
    overlap(one, other) {
      const [n, m] = [countOf[one], countOf[other]];
      if (n === 1 && m === 1) return 1;
      const from = Math.max(placeOf[one] * m, placeOf[other] * n);
      const to = Math.min((placeOf[one] + 1) * m, (placeOf[other] + 1) * n);
      return to > from ? (to - from) / (n * m) : 0;
    },
  };
}
