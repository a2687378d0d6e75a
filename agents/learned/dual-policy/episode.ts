/**
 * Rolls out episodes of the dual policy in plain arrays. The encoding is read out once for an
 * episode, or once for each step of all episodes where every step is encoded.
 *
 * Who chooses is a `Chooser`: the policy's argmax, a draw from its distribution, a uniform choice
 * now and then, or an expert. A row may learn the expert's choice while the episode goes on with
 * another. So the policy learns what to do after its own mistakes (Ross et al., "DAgger", AISTATS
 * 2011).
 */
import { readOut } from "../../tensors/tf.ts";
import type { Tf } from "../../tensors/types.ts";
import { type Assignment, TASK_COLUMNS } from "./assignment.ts";
import { DEVICE_COLUMNS, GrowingAssignment, READY_COLUMNS, type Scaling } from "./growing-assignment.ts";
import type { PlainHead } from "./head.ts";
import type { DualPolicy } from "./network.ts";
import { type EpisodeRecord, flags, floats, integers } from "./record.ts";

/** SEL sees at most so many ready tasks, those with the longest paths below. */
export const MOST_CHOICES = 64;

/** What an encoding of each step adds to a task's columns: whether it is placed, and its end. */
export const STEP_COLUMNS = 2;

/**
 * One choice among logits. `expert` is the expert's. What is done and what the row is to learn may
 * differ.
 */
export type Chooser = (
  logits: Float32Array,
  expert: number,
) => { readonly done: number; readonly learned: number };

/** A finished episode. Its state is valid until the next episode begins. */
export interface Episode {
  readonly state: GrowingAssignment;
  readonly record: EpisodeRecord;
}

/** Tables of one encoding in plain arrays. */
interface PlainTables {
  readonly selection: Float32Array | null;
  readonly placement: Float32Array;
  readonly onDevice: Float32Array;
}

export interface EpisodeRules {
  readonly scaling: Scaling;
  readonly encodesEachStep: boolean;
}

export class EpisodeRunner {
  private readonly tf: Tf;
  private readonly policy: DualPolicy;
  private readonly assignment: Assignment;
  private readonly rules: EpisodeRules;
  private readonly states: GrowingAssignment[] = [];

  constructor(tf: Tf, policy: DualPolicy, assignment: Assignment, rules: EpisodeRules) {
    this.tf = tf;
    this.policy = policy;
    this.assignment = assignment;
    this.rules = rules;
  }

  /** As many episodes as there are choosers, in lock step. */
  run(choosers: readonly Chooser[]): Episode[] {
    const { assignment, policy, rules } = this;
    const { encodesEachStep } = rules;
    const heads = { selection: policy.selection?.read() ?? null, placement: policy.placement.read() };
    while (this.states.length < choosers.length)
      this.states.push(new GrowingAssignment(assignment, rules.scaling));
    const episodes = choosers.map(
      (choose, i) => new RunningEpisode(assignment, policy.size.hidden, this.states[i], heads, choose),
    );
    let tables = encodesEachStep ? null : this.encode(assignment.columns);
    for (let step = 0; step < assignment.taskCount; step++) {
      if (encodesEachStep) tables = this.encode(this.columnsNow(episodes));
      episodes.forEach((episode, i) => {
        episode.step(tables!, encodesEachStep ? i * assignment.taskCount : 0);
      });
    }
    return episodes.map((episode) => episode.finished());
  }

  private columnsNow(episodes: readonly RunningEpisode[]): Float32Array {
    const { taskCount } = this.assignment;
    const columns = new Float32Array(episodes.length * taskCount * (TASK_COLUMNS + STEP_COLUMNS));
    episodes.forEach(({ state }, i) => {
      const at = i * taskCount * (TASK_COLUMNS + STEP_COLUMNS);
      writeStepColumns(this.assignment, state.placed, state.placedCount, state.endUs, columns, at);
    });
    return columns;
  }

  private encode(columns: Float32Array): PlainTables {
    const { tf, policy, assignment } = this;
    const width = TASK_COLUMNS + policy.size.stepColumns;
    return readOut(tf, () => {
      const features = tf.tensor2d(columns, [columns.length / width, width]);
      const { selection, placement, onDevice } = policy.tables(assignment, features);
      const [plc, dev] = [placement, onDevice].map((table) => Float32Array.from(table.dataSync()));
      const sel = selection === null ? null : Float32Array.from(selection.dataSync());
      return { selection: sel, placement: plc, onDevice: dev };
    });
  }
}

/** The columns of all tasks in a state in which the first `count` tasks of `placed` are placed. */
export function writeStepColumns(
  { columns, taskCount, unitUs }: Assignment,
  placed: Int32Array,
  count: number,
  endUs: Float64Array,
  out: Float32Array,
  at: number,
): void {
  const width = TASK_COLUMNS + STEP_COLUMNS;
  for (let task = 0; task < taskCount; task++) {
    const row = at + task * width;
    for (let c = 0; c < TASK_COLUMNS; c++) out[row + c] = columns[task * TASK_COLUMNS + c];
    out.fill(0, row + TASK_COLUMNS, row + width);
  }
  for (let i = 0; i < count; i++) {
    const row = at + placed[i] * width + TASK_COLUMNS;
    out[row] = 1;
    out[row + 1] = Math.asinh(endUs[placed[i]] / unitUs);
  }
}

class RunningEpisode {
  readonly state: GrowingAssignment;
  private readonly assignment: Assignment;
  private readonly hidden: number;
  private readonly heads: { readonly selection: PlainHead | null; readonly placement: PlainHead };
  private readonly choose: Chooser;
  private readonly logits: Float32Array;
  /** Sum over the tasks on each device of what they add to its scores, over the number of tasks. */
  private readonly onDevice: Float32Array;
  /** How many placed tasks are in these sums, and the encoding that they are of. */
  private summed = 0;
  private summedRow = 0;
  private summedTable: Float32Array | null = null;
  private readonly selection = {
    before: integers(),
    choices: integers(),
    tasks: integers(),
    columns: floats(),
    taken: integers(),
  };
  private readonly placement = {
    before: integers(),
    task: integers(),
    mask: flags(),
    columns: floats(),
    taken: integers(),
  };
  private readonly seen: Float32Array;
  private readonly mask: Uint8Array;

  constructor(
    assignment: Assignment,
    hidden: number,
    state: GrowingAssignment,
    heads: { readonly selection: PlainHead | null; readonly placement: PlainHead },
    choose: Chooser,
  ) {
    const { deviceCount } = assignment;
    this.assignment = assignment;
    this.hidden = hidden;
    this.state = state;
    this.heads = heads;
    this.choose = choose;
    this.logits = new Float32Array(Math.max(MOST_CHOICES, deviceCount));
    this.onDevice = new Float32Array(deviceCount * hidden);
    this.seen = new Float32Array(Math.max(MOST_CHOICES * READY_COLUMNS, deviceCount * DEVICE_COLUMNS));
    this.mask = new Uint8Array(deviceCount);
    state.reset();
  }

  /** Places one task. `firstRow`: row of task 0 in the tables. */
  step(tables: PlainTables, firstRow: number): void {
    const task = this.nextTask(tables, firstRow);
    const device = this.deviceFor(task, tables, firstRow);
    this.state.place(task, device);
  }

  finished(): Episode {
    const { state, selection, placement } = this;
    return {
      state,
      record: {
        placed: state.placed.slice(),
        device: state.device.slice(),
        endUs: state.endUs.slice(),
        selection: {
          before: selection.before.taken(),
          choices: selection.choices.taken(),
          tasks: selection.tasks.taken(),
          columns: selection.columns.taken(),
          taken: selection.taken.taken(),
        },
        placement: {
          before: placement.before.taken(),
          task: placement.task.taken(),
          mask: placement.mask.taken(),
          columns: placement.columns.taken(),
          taken: placement.taken.taken(),
        },
      },
    };
  }

  private nextTask(tables: PlainTables, firstRow: number): number {
    const { state, heads, hidden, selection, seen } = this;
    const { position } = this.assignment;
    const { ready, readyCount } = state;
    if (tables.selection === null || heads.selection === null) {
      let first = ready[0];
      for (let i = 1; i < readyCount; i++) if (position[ready[i]] < position[first]) first = ready[i];
      return first;
    }
    const count = Math.min(MOST_CHOICES, readyCount);
    if (count === 1) return ready[0];
    state.readyColumns(count, seen, 0);
    for (let i = 0; i < count; i++) {
      const at = (firstRow + ready[i]) * hidden;
      this.logits[i] = heads.selection.score(tables.selection, at, null, 0, seen, i * READY_COLUMNS);
    }
    // Ready tasks are in the order of their paths, so the expert's choice is the first.
    const { done, learned } = this.choose(this.logits.subarray(0, count), 0);
    selection.before.push(state.placedCount);
    selection.choices.push(count);
    selection.taken.push(learned);
    const tasks = selection.tasks.extend(count);
    tasks.set(ready.subarray(0, count), selection.tasks.length - count);
    const columns = selection.columns.extend(count * READY_COLUMNS);
    columns.set(seen.subarray(0, count * READY_COLUMNS), selection.columns.length - count * READY_COLUMNS);
    return ready[done];
  }

  private deviceFor(task: number, tables: PlainTables, firstRow: number): number {
    const { state, heads, hidden, placement, seen, mask, logits } = this;
    const { deviceCount } = this.assignment;
    const count = state.allowed(task, mask, 0);
    if (count === 1) return mask.indexOf(1);
    state.deviceColumns(task, mask, 0, seen, 0);
    this.sumOnDevices(tables.onDevice, firstRow);
    const at = (firstRow + task) * hidden;
    for (let d = 0; d < deviceCount; d++)
      logits[d] =
        mask[d] === 0
          ? ILLEGAL
          : heads.placement.score(tables.placement, at, this.onDevice, d * hidden, seen, d * DEVICE_COLUMNS);
    const expert = state.earliestEnd(task, mask, 0);
    const { done, learned } = this.choose(logits.subarray(0, deviceCount), expert);
    placement.before.push(state.placedCount);
    placement.task.push(task);
    placement.taken.push(learned);
    placement.mask.extend(deviceCount).set(mask, placement.mask.length - deviceCount);
    const size = deviceCount * DEVICE_COLUMNS;
    placement.columns.extend(size).set(seen.subarray(0, size), placement.columns.length - size);
    return done;
  }

  /** Brings the sums up to date: by the tasks since the last time, or anew for another encoding. */
  private sumOnDevices(table: Float32Array, firstRow: number): void {
    const { state, hidden, onDevice } = this;
    const { taskCount } = this.assignment;
    if (this.summedTable !== table || this.summedRow !== firstRow) {
      onDevice.fill(0);
      this.summed = 0;
      this.summedTable = table;
      this.summedRow = firstRow;
    }
    for (; this.summed < state.placedCount; this.summed++) {
      const task = state.placed[this.summed];
      const to = state.device[task] * hidden;
      const from = (firstRow + task) * hidden;
      for (let h = 0; h < hidden; h++) onDevice[to + h] += table[from + h] / taskCount;
    }
  }
}

/** The logit of a device that may not be taken. */
const ILLEGAL = -1e9;
