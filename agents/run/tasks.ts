/**
 * Task sources: named tasks that are opened when they are first asked for, and the source that
 * keeps back from training what greedy plans need.
 */
import { InputError } from "../../env/model/errors.ts";
import type { Rng } from "../../env/model/rng.ts";
import { gated } from "../../env/sim/evaluator/meter.ts";
import type { Task, TaskSource } from "../contract.ts";

/** `open` is called once for each name. */
export function taskSource(names: readonly string[], open: (name: string) => Promise<Task>): TaskSource {
  const tasks = new Map<string, Promise<Task>>();
  const task = async (name: string): Promise<Task> => {
    if (!names.includes(name))
      throw new InputError(`There is no task "${name}" among the ${names.length} of this run.`);
    const known = tasks.get(name) ?? open(name);
    tasks.set(name, known);
    return known;
  };
  const draw = (rng: Rng) => task(names.length === 1 ? names[0] : names[rng.int(names.length)]);
  return { names, task, draw };
}

/** A source of one. */
export const oneTask = (task: Task): TaskSource => taskSource([task.name], async () => task);

/** A source whose evaluators keep back what the greedy plans of all opened tasks need. */
export interface ReservedTasks extends TaskSource {
  /** In the order of the names. */
  readonly opened: readonly Task[];
  /** Lets the greedy plans have what was kept back. */
  release(): void;
}

/**
 * `needs` answers the evaluations of a task's greedy plan. Training may spend `trainsFor` on each
 * task.
 */
export function reservedTasks(
  source: TaskSource,
  needs: (task: Task) => number,
  trainsFor = Number.POSITIVE_INFINITY,
): ReservedTasks {
  const opened = new Map<string, Task>();
  let kept = 0;
  let released = false;
  const open = async (name: string): Promise<Task> => {
    const task = await source.task(name);
    kept += needs(task);
    const { evaluator } = task;
    const trainedAt = evaluator.spent + trainsFor;
    const remaining = () =>
      released ? evaluator.remaining : Math.min(evaluator.remaining - kept, trainedAt - evaluator.spent);
    const reserved = { ...task, evaluator: gated(evaluator, { remaining }) };
    opened.set(name, reserved);
    return reserved;
  };
  return {
    ...taskSource(source.names, open),
    get opened() {
      return source.names.flatMap((name) => opened.get(name) ?? []);
    },
    release() {
      released = true;
    },
  };
}
