/**
 * Which tasks of a lowered pipeline run which part of a micro-batch. A replica that splits
 * micro-batches runs one of equal parts of each; all others run the whole. A task may run several
 * micro-batches in a row.
 *
 * Hot: a stage of hundreds of replicas has as many tasks for each micro-batch. So the tasks of a
 * part are looked up by its place.
 */

/** Part `at` of `of` equal parts of the micro-batches from `microBatch` on. */
export interface Part {
  readonly microBatch: number;
  readonly span: number;
  readonly at: number;
  readonly of: number;
}

export interface Parts {
  /** Tells the part of a task. Pre: tasks come by number, one for each part of a unit. */
  add(unit: number, task: number, part: Part): void;
  /** Tells a task of a whole round, which runs the part of each of these micro-batches. */
  addRound(unit: number, task: number, microBatches: readonly number[], part: Pick<Part, "at" | "of">): void;
  /** The task of a unit that runs a part of a micro-batch, or -1. */
  taskOf(unit: number, microBatch: number, at: number): number;
  /** Writes the tasks of a unit that run a micro-batch, by number; returns how many there are. */
  all(unit: number, microBatch: number, tasks: number[]): number;
  /** The same of those that have a share of the micro-batch in common with a task. */
  sharing(unit: number, microBatch: number, task: number, tasks: number[]): number;
  microBatchOf(task: number): number;
  /** First micro-batch after the task's. */
  endOf(task: number): number;
  /** First micro-batch of both tasks, where they have any in common. */
  firstCommon(one: number, other: number): number;
  /** Visits the tasks of a unit with the micro-batches that each runs, parts counted as such. */
  eachTask(unit: number, visit: (task: number, microBatches: number) => void): void;
  /** The share of a micro-batch that two tasks have in common. */
  overlap(one: number, other: number): number;
}

interface UnitTasks {
  /** Parts of each micro-batch. */
  readonly of: number;
  /** Task of each part, shape [total x of], -1 for none. */
  readonly tasks: Int32Array;
  lastAt: number;
  /** Whether tasks of later parts have higher numbers. */
  inOrder: boolean;
}

/** Of a task of a whole round. */
const NO_END = 2 ** 31 - 1;
const FIRST_TASKS = 1024;

/** Tasks of each unit by micro-batch and part. */
function createUnits(unitCount: number, total: number) {
  const units: (UnitTasks | undefined)[] = new Array(unitCount).fill(undefined);
  return {
    of: (unit: number): UnitTasks | undefined => units[unit],
    /** The table of a unit, for its next task. */
    forTask(unit: number, { at, of }: Pick<Part, "at" | "of">): Int32Array {
      units[unit] ??= { of, tasks: new Int32Array(total * of).fill(-1), lastAt: 0, inOrder: true };
      const own = units[unit];
      if (at < own.lastAt) own.inOrder = false;
      own.lastAt = at;
      return own.tasks;
    },
  };
}

/** Writes the tasks of parts `from` up to, not including, `to` of a micro-batch, by number. */
function writeTasks(own: UnitTasks, microBatch: number, from: number, to: number, list: number[]): number {
  const { of, tasks, inOrder } = own;
  let count = 0;
  for (let at = microBatch * of + from; at < microBatch * of + to; at++)
    if (tasks[at] !== -1) list[count++] = tasks[at];
  if (!inOrder) sortFirst(list, count);
  return count;
}

/** `total`: micro-batches of all batches. */
export function createParts(unitCount: number, total: number): Parts {
  const units = createUnits(unitCount, total);
  let microBatchOf = new Int32Array(FIRST_TASKS);
  let endOf = new Int32Array(FIRST_TASKS);
  let placeOf = new Int32Array(FIRST_TASKS);
  let countOf = new Int32Array(FIRST_TASKS);
  const tell = (task: number, microBatch: number, end: number, { at, of }: Pick<Part, "at" | "of">): void => {
    while (task >= endOf.length) {
      microBatchOf = twiceAsLong(microBatchOf);
      endOf = twiceAsLong(endOf);
      placeOf = twiceAsLong(placeOf);
      countOf = twiceAsLong(countOf);
    }
    microBatchOf[task] = microBatch;
    endOf[task] = end;
    placeOf[task] = at;
    countOf[task] = of;
  };
  return {
    add(unit, task, part) {
      const { microBatch, span, at, of } = part;
      tell(task, microBatch, microBatch + span, part);
      const tasks = units.forTask(unit, part);
      for (let m = microBatch; m < microBatch + span; m++) tasks[m * of + at] = task;
    },
    addRound(unit, task, microBatches, part) {
      tell(task, -1, NO_END, part);
      const tasks = units.forTask(unit, part);
      for (const m of microBatches) tasks[m * part.of + part.at] = task;
    },
    taskOf(unit, microBatch, at) {
      const own = units.of(unit);
      return own === undefined ? -1 : own.tasks[microBatch * own.of + at];
    },
    all(unit, microBatch, list) {
      const own = units.of(unit);
      return own === undefined ? 0 : writeTasks(own, microBatch, 0, own.of, list);
    },
    sharing(unit, microBatch, task, list) {
      const own = units.of(unit);
      if (own === undefined) return 0;
      const [at, of] = [placeOf[task], countOf[task]];
      return writeTasks(
        own,
        microBatch,
        Math.floor((at * own.of) / of),
        Math.ceil(((at + 1) * own.of) / of),
        list,
      );
    },
    firstCommon: (one, other) => Math.max(microBatchOf[one], microBatchOf[other]),
    eachTask(unit, visit) {
      const own = units.of(unit);
      if (own === undefined) return;
      const list: number[] = [];
      for (let m = 0; m < total; m++) {
        const count = writeTasks(own, m, 0, own.of, list);
        for (let i = 0; i < count; i++)
          if (microBatchOf[list[i]] === m) visit(list[i], (endOf[list[i]] - m) / countOf[list[i]]);
      }
    },
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

function twiceAsLong(values: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * values.length);
  longer.set(values);
  return longer;
}

/** Sorts the first entries by insertion; they are few, or nearly in order. */
function sortFirst(list: number[], count: number): void {
  for (let i = 1; i < count; i++) {
    const value = list[i];
    let at = i;
    for (; at > 0 && list[at - 1] > value; at--) list[at] = list[at - 1];
    list[at] = value;
  }
}
