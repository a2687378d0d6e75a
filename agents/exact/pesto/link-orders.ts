/**
 * The order of transfers on each link in Pesto's integer program (program.ts). Of two hops that may
 * cross one link a binary column says which goes first. Kept transfers of a link form a line in
 * which they stay.
 *
 * Where a frame holds freed tasks near their places no order of transfers is a choice. A freed one
 * keeps its place in the line, and the order of two freed ones is left open. So the times of a
 * solution are only a wish there, and decode.ts makes them true.
 */
import {
  atMostIf,
  type Choice,
  type Condition,
  isClear,
  isKept,
  isSet,
  type Job,
  keepsLinkOrders,
  type Parts,
} from "./parts.ts";
import { hopsOf, type PestoProblem, transferKey } from "./problem.ts";

/** One hop of a job. */
interface Leg {
  readonly job: Job;
  readonly hop: number;
  /** Column of its start. */
  readonly start: number;
  /** When the frame starts it, or would if nothing waited. */
  readonly frameUs: number;
}

export function addLinkOrders(parts: Parts, jobs: readonly Job[]): Choice[] {
  const legs = jobs.flatMap((job) =>
    job.hopStart.map((start, hop): Leg => ({ job, hop, start, frameUs: frameUs(parts, job, hop) })),
  );
  const free = legs.filter(({ job }) => !isKeptJob(parts, job));
  const lines = keptLines(parts, legs);
  addKeptOrders(parts, lines);
  return [...addFreeOrders(parts, free), ...free.flatMap((leg) => addPlacesInLines(parts, leg, lines))];
}

const isKeptJob = (parts: Parts, { tensor: { producer, consumers } }: Job): boolean =>
  isKept(parts, producer) && consumers.every((task) => isKept(parts, task));

/** Without the start of the hop itself: the end of its producer. */
function frameUs({ frame, problem }: Parts, { tensor, to }: Job, hop: number): number {
  if (frame === undefined) return 0;
  const known = frame.hopStartUs?.get(transferKey(problem, tensor, to));
  if (known !== undefined) return known[Math.min(hop, known.length - 1)];
  const { tasks, runUs, compiled } = problem;
  const d = frame.unitDevice[tasks.unitOf[tensor.producer]];
  return frame.startsUs[tensor.producer] + runUs[tensor.producer * compiled.deviceCount + d];
}

/** The kept legs that cross each link, first come, first served. */
function keptLines(parts: Parts, legs: readonly Leg[]): Leg[][] {
  const kept = legs.filter(({ job }) => isKeptJob(parts, job)).sort((a, b) => a.frameUs - b.frameUs);
  return Array.from({ length: parts.problem.compiled.linkCount }, (_, link) =>
    kept.filter((leg) => usersOf(parts.problem, leg, link).length > 0),
  );
}

function addKeptOrders(parts: Parts, lines: readonly (readonly Leg[])[]): void {
  for (const line of lines)
    for (let i = 1; i < line.length; i++) {
      const [before, after] = [line[i - 1], line[i]];
      const [from] = before.job.from.keys();
      parts.builder.atMost(
        [before.start, 1, after.start, -1],
        -transferGap(parts) - sendUs(parts.problem, before, from) / parts.unitUs,
      );
    }
}

function addFreeOrders(parts: Parts, free: readonly Leg[]): Choice[] {
  if (keepsLinkOrders(parts)) return [];
  const choices: Choice[] = [];
  for (const [n, one] of free.entries())
    for (const other of free.slice(n + 1)) {
      const shared = sharedLinks(parts.problem, one, other);
      if (one.job !== other.job && shared.length > 0) choices.push(addOrderChoice(parts, one, other, shared));
    }
  return choices;
}

/** A freed leg may pass all kept ones, or none. */
function addPlacesInLines(parts: Parts, leg: Leg, lines: readonly (readonly Leg[])[]): Choice[] {
  if (keepsLinkOrders(parts)) {
    for (const [link, line] of lines.entries()) addPlaceInLine(parts, leg, line, link);
    return [];
  }
  const kept = new Set(lines.flat().filter(({ job }) => job !== leg.job));
  return [...kept].flatMap((other) => {
    const shared = sharedLinks(parts.problem, leg, other);
    return shared.length === 0 ? [] : [addOrderChoice(parts, leg, other, shared)];
  });
}

/** Between the kept legs that the frame sends before and after it. */
function addPlaceInLine(parts: Parts, leg: Leg, line: readonly Leg[], link: number): void {
  const users = usersOf(parts.problem, leg, link);
  if (users.length === 0) return;
  const place = line.filter(({ frameUs }) => frameUs <= leg.frameUs).length;
  const crosses = isSet(parts, columnsOf(leg, users));
  if (place > 0) {
    const before = line[place - 1];
    addLegOrder(parts, before, leg, usersOf(parts.problem, before, link), [crosses]);
  }
  if (place < line.length) addLegOrder(parts, leg, line[place], users, [crosses]);
}

/** A binary column that is 1 if leg `one` goes first on the shared links. */
function addOrderChoice(parts: Parts, one: Leg, other: Leg, shared: readonly number[]): Choice {
  const first = parts.builder.binary();
  for (const link of shared) {
    const users = [one, other].map((leg) => usersOf(parts.problem, leg, link));
    const meet = [one, other].map((leg, i) => isSet(parts, columnsOf(leg, users[i])));
    addLegOrder(parts, one, other, users[0], [...meet, isSet(parts, [first])]);
    addLegOrder(parts, other, one, users[1], [...meet, isClear(parts, first)]);
  }
  const [p, q] = [one.job.tensor.producer, other.job.tensor.producer];
  return {
    column: first,
    isSet: (startsUs) => startsUs[p] < startsUs[q] || (startsUs[p] === startsUs[q] && p <= q),
  };
}

/**
 * If the conditions hold, the start of `before`, its sending and the gap <= the start of `after`.
 */
function addLegOrder(
  parts: Parts,
  before: Leg,
  after: Leg,
  users: readonly number[],
  conditions: readonly Condition[],
): void {
  const sends = users.flatMap((from) => [
    before.job.from.get(from)!,
    sendUs(parts.problem, before, from) / parts.unitUs,
  ]);
  atMostIf(parts, conditions, [before.start, 1, after.start, -1, ...sends], -transferGap(parts));
}

const transferGap = ({ problem, unitUs }: Parts): number => problem.compiled.fidelity.transferGapUs / unitUs;

const columnsOf = ({ job }: Leg, users: readonly number[]): number[] => users.map((a) => job.from.get(a)!);

const sendUs = (problem: PestoProblem, { job, hop }: Leg, from: number): number =>
  hopsOf(problem, from, job.to)[hop].sendUs(job.tensor.bytes);

/** Devices of the producer from which a leg crosses a link. */
function usersOf(problem: PestoProblem, { job, hop }: Leg, link: number): number[] {
  return [...job.from.keys()].filter((a) => hopsOf(problem, a, job.to)[hop]?.links.includes(link));
}

function sharedLinks(problem: PestoProblem, one: Leg, other: Leg): number[] {
  const links: number[] = [];
  for (let link = 0; link < problem.compiled.linkCount; link++)
    if (usersOf(problem, one, link).length > 0 && usersOf(problem, other, link).length > 0) links.push(link);
  return links;
}
