/**
 * An episode's state: which tasks are ready, which are placed, and the list schedule of those that
 * are. Features of the next step are read from it.
 *
 * The schedule is contention-free, and a task is appended to its device, never inserted. It is a
 * private pass over the tasks, which `reset` counts.
 *
 * Typed arrays, because every step of every rollout runs here
 * (test/bench/systems/learned/doppler.ts).
 */
import { arrivalUs, countSchedule } from "../../problems/schedule/problem.ts";
import { type Assignment, LEAST_SPREAD, TASK_COLUMNS } from "./assignment.ts";

/** Of a ready task: the columns of all tasks, then its earliest start and end over its devices. */
export const READY_COLUMNS = TASK_COLUMNS + 2;
/**
 * Of a device, for one task: the work on it; the work, first start and last end of the task's
 * inputs there. Then the task's earliest start there, and its run time. The first five are those of
 * the published code. Devices of one kind do not differ in the sixth.
 */
export const DEVICE_COLUMNS = 6;

/**
 * How columns are made comparable among the choices of one step. `spread`: mean 0 and spread 1, as
 * published. `unit`: differences from the mean in mean run times of a task, through asinh. It keeps
 * how large they are.
 */
export type Scaling = "spread" | "unit";

export class GrowingAssignment {
  /** Device of each task, -1 before it is placed. */
  readonly device: Int32Array;
  readonly startUs: Float64Array;
  readonly endUs: Float64Array;
  /** When each device has run all that it has been given. */
  readonly freeUs: Float64Array;
  /** Ready tasks, the longest path below first. The first `readyCount` entries hold. */
  readonly ready: Int32Array;
  readyCount = 0;
  /** Placed tasks in the order of the calls of `place`. */
  readonly placed: Int32Array;
  placedCount = 0;
  private readonly assignment: Assignment;
  private readonly scaling: Scaling;
  private readonly loadUs: Float64Array;
  private readonly missing: Int32Array;
  /** When the inputs of each ready task are on each device, [tasks x devices]. */
  private readonly inputsUs: Float64Array;
  private readonly deviceOfSet: Int32Array;
  private readonly usedBytes: Float64Array;
  private readonly row: Float64Array;
  /** 1 for each device with an input of the task in hand. */
  private readonly seen: Uint8Array;

  constructor(assignment: Assignment, scaling: Scaling) {
    const { taskCount, deviceCount, problem } = assignment;
    this.assignment = assignment;
    this.scaling = scaling;
    this.device = new Int32Array(taskCount);
    this.startUs = new Float64Array(taskCount);
    this.endUs = new Float64Array(taskCount);
    this.freeUs = new Float64Array(deviceCount);
    this.ready = new Int32Array(taskCount);
    this.placed = new Int32Array(taskCount);
    this.loadUs = new Float64Array(deviceCount);
    this.missing = new Int32Array(taskCount);
    this.inputsUs = new Float64Array(taskCount * deviceCount);
    this.deviceOfSet = new Int32Array(problem.setBytes.length);
    this.usedBytes = new Float64Array(deviceCount);
    this.seen = new Uint8Array(deviceCount);
    this.row = new Float64Array(Math.max(READY_COLUMNS * taskCount, DEVICE_COLUMNS * deviceCount));
  }

  /** Begins an episode; counts its pass. */
  reset(): void {
    const { problem, taskCount } = this.assignment;
    countSchedule(problem);
    const { inStart } = problem.tasks;
    this.device.fill(-1);
    this.deviceOfSet.fill(-1);
    this.freeUs.fill(0);
    this.loadUs.fill(0);
    this.usedBytes.fill(0);
    this.readyCount = 0;
    this.placedCount = 0;
    for (let task = 0; task < taskCount; task++) {
      this.missing[task] = inStart[task + 1] - inStart[task];
      if (this.missing[task] === 0) this.announce(task);
    }
  }

  /** Writes 1 for each device that the task may take, else 0; answers how many they are. */
  allowed(task: number, mask: Uint8Array, at: number): number {
    const { problem, deviceCount } = this.assignment;
    const { setOf, setDevices, setBytes, limitBytes } = problem;
    const set = setOf[task];
    mask.fill(0, at, at + deviceCount);
    const decided = this.deviceOfSet[set];
    if (decided !== -1) {
      mask[at + decided] = 1;
      return 1;
    }
    let count = 0;
    for (const d of setDevices[set]) {
      if (this.usedBytes[d] + setBytes[set] > limitBytes[d]) continue;
      mask[at + d] = 1;
      count++;
    }
    if (count > 0) return count;
    // Nothing has room for it: any device, and the simulator says what that costs.
    for (const d of setDevices[set]) mask[at + d] = 1;
    return setDevices[set].length;
  }

  /** Rows of READY_COLUMNS for the first `count` ready tasks, scaled among them. */
  readyColumns(count: number, out: Float32Array, at: number): void {
    const { rawColumns } = this.assignment;
    for (let i = 0; i < count; i++) {
      const task = this.ready[i];
      const to = i * READY_COLUMNS;
      for (let c = 0; c < TASK_COLUMNS; c++) this.row[to + c] = rawColumns[task * TASK_COLUMNS + c];
      this.earliest(task, to + TASK_COLUMNS);
    }
    this.scale(count, READY_COLUMNS, null, 0, out, at);
  }

  /** Rows of DEVICE_COLUMNS for all devices, scaled among the allowed ones; 0 for the others. */
  deviceColumns(task: number, mask: Uint8Array, maskAt: number, out: Float32Array, at: number): void {
    const { problem, deviceCount } = this.assignment;
    const { inStart, edgeSource } = problem.tasks;
    const { row, loadUs, seen } = this;
    seen.fill(0);
    for (let d = 0; d < deviceCount; d++) {
      const to = d * DEVICE_COLUMNS;
      row.fill(0, to, to + DEVICE_COLUMNS);
      row[to] = loadUs[d];
      row[to + 4] = this.earliestStart(task, d);
      row[to + 5] = mask[maskAt + d] === 1 ? problem.runUs[task * deviceCount + d] : 0;
    }
    for (let e = inStart[task]; e < inStart[task + 1]; e++) {
      const source = edgeSource[e];
      const to = this.device[source] * DEVICE_COLUMNS;
      row[to + 1] += this.endUs[source] - this.startUs[source];
      const isFirst = seen[this.device[source]] === 0;
      row[to + 2] = isFirst ? this.startUs[source] : Math.min(row[to + 2], this.startUs[source]);
      seen[this.device[source]] = 1;
      row[to + 3] = Math.max(row[to + 3], this.endUs[source]);
    }
    this.scale(deviceCount, DEVICE_COLUMNS, mask, maskAt, out, at);
  }

  earliestStart(task: number, d: number): number {
    return Math.max(this.inputsUs[task * this.assignment.deviceCount + d], this.freeUs[d]);
  }

  /** Appends a ready task to a device. */
  place(task: number, d: number): void {
    const { problem, deviceCount } = this.assignment;
    const { tasks, runUs, setOf, setBytes } = problem;
    const runTime = runUs[task * deviceCount + d];
    this.startUs[task] = this.earliestStart(task, d);
    this.endUs[task] = this.startUs[task] + runTime;
    this.freeUs[d] = this.endUs[task];
    this.loadUs[d] += runTime;
    this.device[task] = d;
    this.placed[this.placedCount++] = task;
    if (this.deviceOfSet[setOf[task]] === -1) {
      this.deviceOfSet[setOf[task]] = d;
      this.usedBytes[d] += setBytes[setOf[task]];
    }
    this.remove(task);
    for (let j = tasks.outStart[task]; j < tasks.outStart[task + 1]; j++) {
      const consumer = tasks.edgeDestination[tasks.outEdge[j]];
      if (--this.missing[consumer] === 0) this.announce(consumer);
    }
  }

  /** The allowed device where the task ends first, the lower of equals: the expert's choice. */
  earliestEnd(task: number, mask: Uint8Array, maskAt: number): number {
    const { problem, deviceCount } = this.assignment;
    let best = -1;
    let bestUs = 0;
    for (let d = 0; d < deviceCount; d++) {
      if (mask[maskAt + d] === 0) continue;
      const us = this.earliestStart(task, d) + problem.runUs[task * deviceCount + d];
      if (best !== -1 && us >= bestUs) continue;
      best = d;
      bestUs = us;
    }
    return best;
  }

  private earliest(task: number, to: number): void {
    const { problem, deviceCount } = this.assignment;
    let [start, end] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const d of problem.setDevices[problem.setOf[task]]) {
      const us = this.earliestStart(task, d);
      start = Math.min(start, us);
      end = Math.min(end, us + problem.runUs[task * deviceCount + d]);
    }
    this.row[to] = start;
    this.row[to + 1] = end;
  }

  private announce(task: number): void {
    const { problem, deviceCount, bottomUs } = this.assignment;
    const { inStart, edgeSource } = problem.tasks;
    const { inputsUs, device, endUs, ready } = this;
    for (let d = 0; d < deviceCount; d++) {
      let us = 0;
      for (let e = inStart[task]; e < inStart[task + 1]; e++) {
        const source = edgeSource[e];
        us = Math.max(us, arrivalUs(problem, e, device[source], d, endUs[source]));
      }
      inputsUs[task * deviceCount + d] = us;
    }
    let at = this.readyCount++;
    const goesAfter = (other: number) =>
      bottomUs[other] < bottomUs[task] || (bottomUs[other] === bottomUs[task] && other > task);
    for (; at > 0 && goesAfter(ready[at - 1]); at--) ready[at] = ready[at - 1];
    ready[at] = task;
  }

  private remove(task: number): void {
    const { ready } = this;
    let at = 0;
    while (ready[at] !== task) at++;
    ready.copyWithin(at, at + 1, this.readyCount);
    this.readyCount--;
  }

  /** Scales the columns of `row` into `out`, over the rows that the mask allows. */
  private scale(
    rows: number,
    columns: number,
    mask: Uint8Array | null,
    maskAt: number,
    out: Float32Array,
    at: number,
  ): void {
    const { row, scaling } = this;
    const { unitUs } = this.assignment;
    const counts = (i: number) => mask === null || mask[maskAt + i] === 1;
    let counted = 0;
    for (let i = 0; i < rows; i++) if (counts(i)) counted++;
    for (let c = 0; c < columns; c++) {
      let mean = 0;
      for (let i = 0; i < rows; i++) if (counts(i)) mean += row[i * columns + c] / counted;
      let square = 0;
      for (let i = 0; i < rows; i++) if (counts(i)) square += (row[i * columns + c] - mean) ** 2 / counted;
      const spread = Math.sqrt(square);
      const isFlat = spread <= LEAST_SPREAD * Math.abs(mean);
      for (let i = 0; i < rows; i++) {
        const difference = isFlat || !counts(i) ? 0 : row[i * columns + c] - mean;
        out[at + i * columns + c] =
          difference === 0 ? 0 : scaling === "spread" ? difference / spread : Math.asinh(difference / unitUs);
      }
    }
  }
}
