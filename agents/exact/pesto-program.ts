/**
 * Pesto's integer program (Hafeez, Sun, Gandhi, Liu, Middleware 2021; rebuilt from a description of its sets, not from the paper's
 * text): devices of units, the order of tasks on each device and of transfers on each link, least makespan M.
 *
 *   x[u,d]       unit u lies on device d; the weights on a device fit
 *   y[i,j]       of two tasks without a path between them, i goes first if they share a device
 *   w[k,a,b]     tensor k moves from a to b: at least x[producer,a] + x[consumer,b] - 1; summed over a, x[consumer,b] - x[producer,b]
 *   o[j,j']      of two transfers that may meet on a link, j goes first
 *
 *   a consumer on b starts after the last hop of the tensor's transfer to b has arrived; hops follow each other; the second of two
 *   tasks on a device starts when the first has ended, and the second of two transfers on a link when the first has been sent.
 *
 * Where a condition does not apply, a term of BIG, the known upper limit of M, lifts it. With one op for each task everything that the
 * event engine does under a fidelity whose links queue or never wait satisfies this, so that its optimum is a lower bound there.
 */

import type { LinearProgram } from "./linear-program.ts";
import { type ProgramBuilder, programBuilder } from "./linear-program.ts";
import type { PestoProblem } from "./pesto-problem.ts";
import { scaleBy } from "./placement-program.ts";

export interface PestoProgram {
  readonly program: LinearProgram;
  readonly unitUs: number;
  unitDevices(columns: Float64Array): Int32Array;
  /** Start of each task in us. */
  startsUs(columns: Float64Array): Float64Array;
  /** The integer columns of a plan with these devices, whose tasks start then. */
  startOf(
    unitDevice: Int32Array,
    startsUs: Float64Array,
  ): { readonly indices: Int32Array; readonly values: Float64Array };
}

/** One transfer of tensor `tensor` to device `to`, hop by hop. */
interface Job {
  readonly tensor: number;
  readonly to: number;
  /** w[a], by device of the producer. */
  readonly from: ReadonlyMap<number, number>;
  readonly hopStart: readonly number[];
}

interface Parts {
  readonly problem: PestoProblem;
  readonly builder: ProgramBuilder;
  readonly unitUs: number;
  readonly big: number;
  readonly makespan: number;
  readonly x: readonly ReadonlyMap<number, number>[];
  readonly start: readonly number[];
}

interface Choice {
  readonly column: number;
  /** Is it 1 where tasks start at these times? */
  readonly isSet: (startsUs: Float64Array) => boolean;
}

export function pestoProgram(
  problem: PestoProblem,
  { upperUs, lowerUs }: { readonly upperUs: number; readonly lowerUs: number },
): PestoProgram {
  const { fidelity } = problem.compiled;
  const { unitUs, upper } = scaleBy(upperUs);
  const builder = programBuilder();
  const makespan = builder.real({ lower: Math.min(lowerUs / unitUs, upper), upper, cost: 1 });
  const x = problem.unitDevices.map((devices) => new Map(devices.map((d) => [d, builder.binary()])));
  const lower = Math.min(fidelity.startUs / unitUs, upper);
  const start = Array.from({ length: problem.tasks.count }, () => builder.real({ lower, upper }));
  const big = upper + Math.max(fidelity.opGapUs, fidelity.transferGapUs) / unitUs;
  const parts: Parts = { problem, builder, unitUs, big, makespan, x, start };
  addUnits(parts);
  addPrecedence(parts);
  const choices = [...addTaskOrders(parts), ...addTransfers(parts, upper)];
  return {
    program: builder.build(),
    unitUs,
    unitDevices: (columns) =>
      Int32Array.from(x, (of) => [...of].find(([, column]) => columns[column] > 0.5)?.[0] ?? -1),
    startsUs: (columns) => Float64Array.from(start, (column) => columns[column] * unitUs),
    startOf(unitDevice, startsUs) {
      const indices: number[] = [];
      const values: number[] = [];
      const set = (column: number, isSet: boolean) => {
        indices.push(column);
        values.push(isSet ? 1 : 0);
      };
      x.forEach((of, unit) => {
        for (const [d, column] of of) set(column, unitDevice[unit] === d);
      });
      for (const { column, isSet } of choices) set(column, isSet(startsUs));
      return { indices: Int32Array.from(indices), values: Float64Array.from(values) };
    },
  };
}

function addUnits({ problem, builder, makespan, x, unitUs }: Parts): void {
  const { runUs, unitBytes, limitBytes, tasks, compiled } = problem;
  for (const of of x)
    builder.equal(
      [...of.values()].flatMap((column) => [column, 1]),
      1,
    );
  limitBytes.forEach((limit, d) => {
    const work = new Float64Array(x.length);
    for (let task = 0; task < tasks.count; task++)
      work[tasks.unitOf[task]] += runUs[task * compiled.deviceCount + d];
    const here = x.flatMap((of, unit) => (of.has(d) ? [{ unit, column: of.get(d)! }] : []));
    builder.atMost(
      [makespan, -1, ...here.flatMap(({ unit, column }) => [column, work[unit] / unitUs])],
      -compiled.fidelity.startUs / unitUs,
    );
    if (limit === Number.POSITIVE_INFINITY) return;
    builder.atMost(
      here.flatMap(({ unit, column }) => [column, unitBytes[unit] / limit]),
      1,
    );
  });
}

/** The run time of a task as terms of a row. */
function runTerms({ problem, x, unitUs }: Parts, task: number): number[] {
  const { runUs, tasks, compiled } = problem;
  return [...x[tasks.unitOf[task]]].flatMap(([d, column]) => [
    column,
    runUs[task * compiled.deviceCount + d] / unitUs,
  ]);
}

function addPrecedence(parts: Parts): void {
  const { problem, builder, start, makespan } = parts;
  for (let task = 0; task < start.length; task++) {
    builder.atMost([start[task], 1, ...runTerms(parts, task), makespan, -1], 0);
    for (const next of problem.successors[task])
      builder.atMost([start[task], 1, ...runTerms(parts, task), start[next], -1], 0);
  }
}

/** The gap after a task that takes time. */
const gapAfter = ({ problem, unitUs }: Parts, task: number, d: number): number =>
  problem.runUs[task * problem.compiled.deviceCount + d] > 0 ? problem.compiled.fidelity.opGapUs / unitUs : 0;

function addTaskOrders(parts: Parts): Choice[] {
  const { problem, builder, start, x, big } = parts;
  const { tasks, reaches } = problem;
  const choices: Choice[] = [];
  for (let i = 0; i < tasks.count; i++)
    for (let j = i + 1; j < tasks.count; j++) {
      const [a, b] = [x[tasks.unitOf[i]], x[tasks.unitOf[j]]];
      const shared = [...a.keys()].filter((d) => b.has(d));
      if (reaches[i * tasks.count + j] === 1 || shared.length === 0) continue;
      const first = builder.binary();
      choices.push({ column: first, isSet: (startsUs) => startsUs[i] <= startsUs[j] });
      const isUnit = a === b;
      for (const d of isUnit ? [shared[0]] : shared) {
        const lifted = isUnit ? [] : [a.get(d)!, big, b.get(d)!, big];
        const apart = isUnit ? 0 : 2 * big;
        const order = (from: number, to: number, weight: number, limit: number) =>
          builder.atMost(
            merged([start[from], 1, start[to], -1, ...runTerms(parts, from), ...lifted, first, weight]),
            limit + apart - gapAfter(parts, from, d),
          );
        order(i, j, big, big);
        order(j, i, -big, 0);
      }
    }
  return choices;
}

function addTransfers(parts: Parts, upper: number): Choice[] {
  const { problem, builder, start, x, unitUs, big } = parts;
  const { tensors, tasks, hops, compiled } = problem;
  const jobs: Job[] = [];
  tensors.forEach(({ producer, consumers, bytes }, tensor) => {
    const senders = x[tasks.unitOf[producer]];
    const elsewhere = consumers.filter((task) => x[tasks.unitOf[task]] !== senders);
    addCuts(parts, producer, elsewhere, bytes);
    const receivers = new Set(elsewhere.flatMap((task) => [...x[tasks.unitOf[task]].keys()]));
    for (const to of receivers) {
      const from = new Map(
        [...senders.keys()].filter((a) => a !== to).map((a) => [a, builder.real({ upper: 1 })]),
      );
      if (from.size === 0) continue;
      for (const task of elsewhere) {
        const there = x[tasks.unitOf[task]].get(to);
        if (there === undefined) continue;
        for (const [a, w] of from) builder.atMost([senders.get(a)!, 1, there, 1, w, -1], 1);
        const here = senders.get(to);
        const moves = [...from.values()].flatMap((w) => [w, -1]);
        builder.atMost([there, 1, ...moves, ...(here === undefined ? [] : [here, -1])], 0);
      }
      const length = Math.max(...[...from.keys()].map((a) => hops[a * compiled.deviceCount + to].length));
      const hopStart = Array.from({ length }, () => builder.real({ upper }));
      builder.atMost([start[producer], 1, ...runTerms(parts, producer), hopStart[0], -1], 0);
      const passes = (hop: number) =>
        [...from].flatMap(([a, w]) => {
          const leg = hops[a * compiled.deviceCount + to][hop];
          return leg === undefined ? [] : [w, (leg.sendUs(bytes) + leg.latencyUs) / unitUs];
        });
      for (let hop = 1; hop < length; hop++)
        builder.atMost([hopStart[hop - 1], 1, ...passes(hop - 1), hopStart[hop], -1], 0);
      for (const task of elsewhere) {
        const there = x[tasks.unitOf[task]].get(to);
        if (there !== undefined)
          builder.atMost([hopStart[length - 1], 1, ...passes(length - 1), start[task], -1, there, big], big);
      }
      jobs.push({ tensor, to, from, hopStart });
    }
  });
  return problem.queues ? addLinkOrders(parts, jobs) : [];
}

/** Apart, producer and consumer are at least the fastest way from each other: what the solver sees before it branches. */
function addCuts(parts: Parts, producer: number, consumers: readonly number[], bytes: number): void {
  const { problem, builder, start, x, unitUs } = parts;
  const { tasks, hops, compiled } = problem;
  const ways = hops.filter((way) => way.length > 0);
  const moveUs = Math.min(
    ...ways.map((way) => way.reduce((us, hop) => us + hop.sendUs(bytes) + hop.latencyUs, 0)),
  );
  if (ways.length === 0 || moveUs === 0) return;
  for (const task of consumers) {
    const apart = builder.real({ upper: 1 });
    const receivers = x[tasks.unitOf[task]];
    for (let d = 0; d < compiled.deviceCount; d++) {
      const [sends, receives] = [x[tasks.unitOf[producer]].get(d), receivers.get(d)];
      if (sends === undefined) continue;
      builder.atMost([sends, 1, apart, -1, ...(receives === undefined ? [] : [receives, -1])], 0);
    }
    builder.atMost(
      [start[producer], 1, ...runTerms(parts, producer), apart, moveUs / unitUs, start[task], -1],
      0,
    );
  }
}

function addLinkOrders(parts: Parts, jobs: readonly Job[]): Choice[] {
  const { problem, builder, unitUs, big } = parts;
  const { tensors, compiled } = problem;
  const gap = compiled.fidelity.transferGapUs / unitUs;
  const choices: Choice[] = [];
  const legs = jobs.flatMap((job) => job.hopStart.map((column, hop) => ({ job, column, hop })));
  for (const [n, one] of legs.entries())
    for (const other of legs.slice(n + 1)) {
      const shared = sharedLinks(problem, one, other);
      if (one.job === other.job || shared.length === 0) continue;
      const first = builder.binary();
      const [p, q] = [tensors[one.job.tensor].producer, tensors[other.job.tensor].producer];
      choices.push({
        column: first,
        isSet: (startsUs) => startsUs[p] < startsUs[q] || (startsUs[p] === startsUs[q] && p <= q),
      });
      for (const link of shared) {
        const [here, there] = [usesOf(problem, one, link), usesOf(problem, other, link)];
        const order = (
          a: typeof one,
          b: typeof one,
          using: readonly number[],
          weight: number,
          limit: number,
        ) => {
          const { bytes } = tensors[a.job.tensor];
          const sends = using.flatMap((from) => {
            const leg = problem.hops[from * compiled.deviceCount + a.job.to][a.hop];
            return [a.job.from.get(from)!, leg.sendUs(bytes) / unitUs];
          });
          const meet = [
            ...here.flatMap((from) => [one.job.from.get(from)!, big]),
            ...there.flatMap((from) => [other.job.from.get(from)!, big]),
          ];
          builder.atMost(
            merged([a.column, 1, b.column, -1, ...sends, ...meet, first, weight]),
            limit + 2 * big - gap,
          );
        };
        order(one, other, here, big, big);
        order(other, one, there, -big, 0);
      }
    }
  return choices;
}

interface Leg {
  readonly job: Job;
  readonly column: number;
  readonly hop: number;
}

/** Devices from which a leg crosses a link. */
function usesOf({ hops, compiled }: PestoProblem, { job, hop }: Leg, link: number): number[] {
  return [...job.from.keys()].filter((a) =>
    hops[a * compiled.deviceCount + job.to][hop]?.links.includes(link),
  );
}

function sharedLinks(problem: PestoProblem, one: Leg, other: Leg): number[] {
  const links: number[] = [];
  for (let link = 0; link < problem.compiled.linkCount; link++)
    if (usesOf(problem, one, link).length > 0 && usesOf(problem, other, link).length > 0) links.push(link);
  return links;
}

/** A row in which every column occurs once. */
function merged(terms: readonly number[]): number[] {
  const sum = new Map<number, number>();
  for (let i = 0; i < terms.length; i += 2) sum.set(terms[i], (sum.get(terms[i]) ?? 0) + terms[i + 1]);
  return [...sum].flat();
}
