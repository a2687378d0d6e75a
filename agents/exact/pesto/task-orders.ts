/**
 * The order of tasks on each device in Pesto's integer program (program.ts). Of two tasks without a
 * path between them a binary column says which goes first. Kept tasks of a device form a line in
 * which they stay. A freed task may pass the `near` ones of its place in each line.
 */
import {
  atMostIf,
  type Choice,
  type Condition,
  devicesOf,
  gapAfter,
  isClear,
  isKept,
  isSet,
  nearOf,
  type Parts,
  runTerms,
} from "./parts.ts";

export function addTaskOrders(parts: Parts): Choice[] {
  const all = [...parts.start.keys()];
  const free = all.filter((task) => !isKept(parts, task));
  const lines = keptLines(parts, all);
  addKeptOrders(parts, lines);
  const choices = addFreeOrders(parts, free);
  if (parts.frame === undefined) return choices;
  return [
    ...choices,
    ...free.flatMap((task) => lines.flatMap((line, d) => addPlaceInLine(parts, task, line, d))),
  ];
}

/** The kept tasks of each device in the order of their starts. */
function keptLines(parts: Parts, all: readonly number[]): number[][] {
  const { frame, problem } = parts;
  const lines: number[][] = Array.from({ length: problem.compiled.deviceCount }, () => []);
  if (frame === undefined) return lines;
  const { startsUs, unitDevice } = frame;
  const kept = all.filter((task) => isKept(parts, task));
  for (const task of kept.sort((a, b) => startsUs[a] - startsUs[b] || a - b))
    lines[unitDevice[problem.tasks.unitOf[task]]].push(task);
  return lines;
}

/** Kept tasks of a device stay in their order. */
function addKeptOrders(parts: Parts, lines: readonly (readonly number[])[]): void {
  const { builder, start } = parts;
  for (const [d, line] of lines.entries())
    for (let i = 1; i < line.length; i++) {
      const [before, after] = [line[i - 1], line[i]];
      builder.atMost(
        [start[before], 1, start[after], -1, ...runTerms(parts, before)],
        -gapAfter(parts, before, d),
      );
    }
}

/** Pairs of freed tasks: a choice where they are near each other, else the order of the frame. */
function addFreeOrders(parts: Parts, free: readonly number[]): Choice[] {
  const { frame, problem } = parts;
  const { reaches, tasks, compiled } = problem;
  const near = nearOf(parts) * compiled.deviceCount;
  const place = frame === undefined ? undefined : placesOf(frame.startsUs);
  const choices: Choice[] = [];
  for (const [n, i] of free.entries())
    for (const j of free.slice(n + 1)) {
      const shared = [...devicesOf(parts, i).keys()].filter((d) => devicesOf(parts, j).has(d));
      if (reaches[i * tasks.count + j] === 1 || shared.length === 0) continue;
      if (place === undefined || Math.abs(place[i] - place[j]) <= near)
        choices.push(addOrderChoice(parts, i, j, shared));
      else addFixedOrder(parts, place[i] < place[j] ? [i, j] : [j, i], shared);
    }
  return choices;
}

function placesOf(startsUs: Float64Array): Int32Array {
  const place = new Int32Array(startsUs.length);
  [...startsUs.keys()]
    .sort((a, b) => startsUs[a] - startsUs[b] || a - b)
    .forEach((task, i) => {
      place[task] = i;
    });
  return place;
}

/** A freed task on device d: it may pass the kept tasks near its place, and none beyond. */
function addPlaceInLine(parts: Parts, task: number, line: readonly number[], d: number): Choice[] {
  const here = devicesOf(parts, task).get(d);
  if (here === undefined) return [];
  const { reaches, tasks } = parts.problem;
  const { startsUs } = parts.frame!;
  const isBefore = (kept: number) =>
    startsUs[kept] < startsUs[task] || (startsUs[kept] === startsUs[task] && kept < task);
  const place = line.filter(isBefore).length;
  const [first, last] = [Math.max(0, place - nearOf(parts)), Math.min(line.length, place + nearOf(parts))];
  const condition = isSet(parts, [here]);
  if (first > 0) addTaskOrder(parts, line[first - 1], task, d, [condition]);
  if (last < line.length) addTaskOrder(parts, task, line[last], d, [condition]);
  return line.slice(first, last).flatMap((kept) => {
    const [i, j] = [Math.min(task, kept), Math.max(task, kept)];
    return reaches[i * tasks.count + j] === 1 ? [] : [addOrderChoice(parts, i, j, [d])];
  });
}

function addFixedOrder(parts: Parts, [before, after]: readonly number[], shared: readonly number[]): void {
  const isUnit = devicesOf(parts, before) === devicesOf(parts, after);
  for (const d of isUnit ? [shared[0]] : shared)
    addTaskOrder(parts, before, after, d, isUnit ? [] : areOn(parts, [before, after], d));
}

const areOn = (parts: Parts, pair: readonly number[], d: number): Condition[] =>
  pair.map((task) => isSet(parts, [devicesOf(parts, task).get(d)!]));

/** A binary column that is 1 if task i runs before task j on a device that both are on. */
function addOrderChoice(parts: Parts, i: number, j: number, shared: readonly number[]): Choice {
  const first = parts.builder.binary();
  const isUnit = devicesOf(parts, i) === devicesOf(parts, j);
  for (const d of isUnit ? [shared[0]] : shared) {
    const meet = isUnit ? [] : areOn(parts, [i, j], d);
    addTaskOrder(parts, i, j, d, [...meet, isSet(parts, [first])]);
    addTaskOrder(parts, j, i, d, [...meet, isClear(parts, first)]);
  }
  return { column: first, isSet: (startsUs) => startsUs[i] <= startsUs[j] };
}

/** If the conditions hold, the end of `before` and the gap after it <= the start of `after`. */
function addTaskOrder(
  parts: Parts,
  before: number,
  after: number,
  d: number,
  conditions: readonly Condition[],
): void {
  const { start } = parts;
  const terms = [start[before], 1, start[after], -1, ...runTerms(parts, before)];
  atMostIf(parts, conditions, terms, -gapAfter(parts, before, d));
}
