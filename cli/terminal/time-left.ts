/**
 * Predictions of the time left, from measured times alone. No clock is read here.
 *
 * Cells of a comparison are predicted from cells of the same method. One on the same scenario
 * counts first; other scenarios count by how long they took other methods. A budget says nothing
 * about most planners, which never use it up.
 */

/** A prediction: of all that is left, or only of the part that has a precedent. */
export interface TimeLeft {
  readonly seconds: number;
  readonly kind: "about" | "at least" | "at most about";
}

/** What a time depends on. */
export interface CellKind {
  readonly method: string;
  readonly scenario: string;
}

export interface MeasuredCell extends CellKind {
  readonly seconds: number;
}

export interface CellsLeft {
  readonly measured: readonly MeasuredCell[];
  /** With the seconds since their start. */
  readonly running: readonly MeasuredCell[];
  /** In the order in which they will start. */
  readonly waiting: readonly CellKind[];
  /** Cells that run at once. */
  readonly jobs: number;
}

/** Null while nothing that is left has a precedent, and at the end. */
export function cellsTimeLeft({ measured, running, waiting, jobs }: CellsLeft): TimeLeft | null {
  const predict = predictor(measured);
  const rest = running.map((cell) => {
    const seconds = predict(cell);
    // A cell that overran its precedent is one without.
    return seconds === null || seconds < cell.seconds ? null : seconds - cell.seconds;
  });
  const predicted = [...rest, ...waiting.map(predict)];
  const known = predicted.filter((seconds) => seconds !== null);
  if (known.length === 0) return null;
  const kind = known.length === predicted.length ? "about" : "at least";
  const free = rest.map((seconds) => seconds ?? 0);
  const queue = waiting.map(predict).map((seconds) => seconds ?? 0);
  return { seconds: lastEnd(free, queue, jobs), kind };
}

/** When the last job of a queue ends, where each goes to the worker that is free first. */
function lastEnd(busySeconds: readonly number[], queue: readonly number[], jobs: number): number {
  const workers = Array.from(
    { length: Math.max(1, jobs, busySeconds.length) },
    (_, i) => busySeconds[i] ?? 0,
  );
  for (const seconds of queue) workers[workers.indexOf(Math.min(...workers))] += seconds;
  return Math.max(...workers);
}

/**
 * Seconds of a cell, null without a precedent of its method. The logarithm of a time is the sum of
 * an effect of the method and one of the scenario, which stands for its size.
 */
export function predictor(measured: readonly MeasuredCell[]): (cell: CellKind) => number | null {
  const logs = measured.map((cell) => ({ ...cell, log: logOf(cell.seconds) }));
  const same = meanLogs(logs, ({ method, scenario }) => JSON.stringify([method, scenario]));
  const ofMethod = meanLogs(logs, ({ method }) => method);
  const beyondMethod = logs.map((cell) => ({ ...cell, log: cell.log - ofMethod.get(cell.method)! }));
  const ofScenario = meanLogs(beyondMethod, ({ scenario }) => scenario);
  return ({ method, scenario }) => {
    const exact = same.get(JSON.stringify([method, scenario]));
    if (exact !== undefined) return Math.exp(exact);
    const base = ofMethod.get(method);
    return base === undefined ? null : Math.exp(base + (ofScenario.get(scenario) ?? 0));
  };
}

interface Logged extends CellKind {
  readonly log: number;
}

function meanLogs(cells: readonly Logged[], key: (cell: Logged) => string): Map<string, number> {
  const logs = new Map<string, number[]>();
  for (const cell of cells) {
    const own = logs.get(key(cell));
    if (own === undefined) logs.set(key(cell), [cell.log]);
    else own.push(cell.log);
  }
  return new Map([...logs].map(([name, own]) => [name, mean(own)]));
}

/** Less than a millisecond is as good as one, and has a logarithm. */
const logOf = (seconds: number): number => Math.log(Math.max(seconds, 1e-3));

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

export interface BudgetUse {
  /** Since `from` was done. */
  readonly elapsedSeconds: number;
  /** All three in the unit of the budget. */
  readonly from: number;
  readonly done: number;
  readonly total: number;
  /** Whether the method always uses its budget up; others may end at any time. */
  readonly usesAll: boolean;
}

/** Null before anything is done, and at the end. */
export function budgetTimeLeft({ elapsedSeconds, from, done, total, usesAll }: BudgetUse): TimeLeft | null {
  if (done <= from || done >= total) return null;
  return {
    seconds: (elapsedSeconds * (total - done)) / (done - from),
    kind: usesAll ? "about" : "at most about",
  };
}

export function timeLeftText({ seconds, kind }: TimeLeft): string {
  return `${kind} ${duration(seconds)} left`;
}

export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
