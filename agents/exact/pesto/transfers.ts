/**
 * The rows of transfers in Pesto's integer program (program.ts). They give the route of each tensor
 * hop by hop, its arrival at its consumers, and the order of transfers on each link.
 */
import { weighted } from "../../solver/linear-program.ts";
import {
  atMostIf,
  type Choice,
  type Condition,
  devicesOf,
  endTerms,
  isClear,
  isKept,
  isSet,
  type Parts,
} from "./parts.ts";
import type { PestoProblem, Tensor } from "./problem.ts";

/** One transfer of tensor `tensor` to device `to`, hop by hop. */
interface Job {
  readonly tensor: Tensor;
  readonly to: number;
  /** The column w of each device that the producer may be on. */
  readonly from: ReadonlyMap<number, number>;
  readonly hopStart: readonly number[];
}

/** A consumer of a transfer, and the column of its device. */
interface Reader {
  readonly task: number;
  readonly here: number;
}

/** The devices and consumers of a job to add. */
interface Delivery {
  readonly tensor: Tensor;
  readonly to: number;
  /** Devices that the producer may be on. */
  readonly senders: readonly number[];
  readonly readers: readonly Reader[];
}

/** One hop of a job. */
interface Leg {
  readonly job: Job;
  readonly hop: number;
  /** Column of its start. */
  readonly start: number;
}

export function addTransfers(parts: Parts, upper: number): Choice[] {
  const jobs = parts.problem.tensors.flatMap((tensor) => addTensor(parts, tensor, upper));
  return parts.problem.queues ? addLinkOrders(parts, jobs) : [];
}

/** The transfers of a tensor: one to each device that a consumer of another unit may be on. */
function addTensor(parts: Parts, tensor: Tensor, upper: number): Job[] {
  const { producer, consumers } = tensor;
  const elsewhere = consumers.filter((task) => devicesOf(parts, task) !== devicesOf(parts, producer));
  addCuts(parts, tensor, elsewhere);
  const receivers = new Set(elsewhere.flatMap((task) => [...devicesOf(parts, task).keys()]));
  return [...receivers].flatMap((to) => {
    const senders = [...devicesOf(parts, producer).keys()].filter((a) => a !== to);
    if (senders.length === 0) return [];
    const readers = elsewhere.flatMap((task): Reader[] => {
      const here = devicesOf(parts, task).get(to);
      return here === undefined ? [] : [{ task, here }];
    });
    return [addJob(parts, { tensor, to, senders, readers }, upper)];
  });
}

function addJob(parts: Parts, { tensor, to, senders, readers }: Delivery, upper: number): Job {
  const { builder, start, big } = parts;
  const from = new Map(senders.map((a) => [a, builder.real({ upper: 1 })]));
  for (const { here } of readers) addRoutes(parts, { tensor, to, from }, here);
  const length = Math.max(...senders.map((a) => hopsOf(parts.problem, a, to).length));
  const hopStart = Array.from({ length }, () => builder.real({ upper }));
  const job = { tensor, to, from, hopStart };
  // The end of the producer <= the start of the first hop.
  builder.atMost([...endTerms(parts, tensor.producer), hopStart[0], -1], 0);
  // The arrival of each hop <= the start of the next one.
  for (let hop = 1; hop < length; hop++)
    builder.atMost([...arrivalTerms(parts, job, hop - 1), hopStart[hop], -1], 0);
  // The arrival of the last hop <= the start of the consumer, if the consumer is here.
  for (const { task, here } of readers)
    builder.atMost([...arrivalTerms(parts, job, length - 1), start[task], -1, here, big], big);
  return job;
}

/** For a consumer on device `to`: where the tensor comes from. */
function addRoutes(parts: Parts, { tensor, to, from }: Omit<Job, "hopStart">, here: number): void {
  const { builder } = parts;
  const producerOn = devicesOf(parts, tensor.producer);
  // w[a] >= x[producer, a] + x[consumer, to] - 1
  for (const [a, w] of from) builder.atMost([producerOn.get(a)!, 1, here, 1, w, -1], 1);
  // the sum of w >= x[consumer, to] - x[producer, to]
  const moves = weighted(from.values(), -1);
  builder.atMost([here, 1, ...moves, ...ifPresent(producerOn.get(to), -1)], 0);
}

const ifPresent = (column: number | undefined, weight: number): number[] =>
  column === undefined ? [] : [column, weight];

const hopsOf = ({ hops, compiled }: PestoProblem, from: number, to: number) =>
  hops[from * compiled.deviceCount + to];

/** The end of a job's hop, latency included, as terms of a row. */
function arrivalTerms(
  { problem, unitUs }: Parts,
  { tensor, to, from, hopStart }: Job,
  hop: number,
): number[] {
  const passes = [...from].flatMap(([a, w]) => {
    const leg = hopsOf(problem, a, to)[hop];
    return leg === undefined ? [] : [w, (leg.sendUs(tensor.bytes) + leg.latencyUs) / unitUs];
  });
  return [hopStart[hop], 1, ...passes];
}

/**
 * A producer and a consumer on different devices are at least the fastest transfer apart. This
 * follows from the other rows at whole x; it tightens the relaxation.
 */
function addCuts(parts: Parts, { producer, bytes }: Tensor, consumers: readonly number[]): void {
  const { problem, builder, start, unitUs } = parts;
  const ways = problem.hops.filter((way) => way.length > 0);
  const moveUs = Math.min(
    ...ways.map((way) => way.reduce((us, hop) => us + hop.sendUs(bytes) + hop.latencyUs, 0)),
  );
  if (ways.length === 0 || moveUs === 0) return;
  for (const task of consumers) {
    const apart = builder.real({ upper: 1 });
    for (let d = 0; d < problem.compiled.deviceCount; d++) {
      const sends = devicesOf(parts, producer).get(d);
      if (sends === undefined) continue;
      // apart >= x[producer, d] - x[consumer, d]
      builder.atMost([sends, 1, apart, -1, ...ifPresent(devicesOf(parts, task).get(d), -1)], 0);
    }
    builder.atMost([...endTerms(parts, producer), apart, moveUs / unitUs, start[task], -1], 0);
  }
}

/** Of two legs that may cross the same link, one goes first. */
function addLinkOrders(parts: Parts, jobs: readonly Job[]): Choice[] {
  const choices: Choice[] = [];
  const legs = jobs.flatMap((job) => job.hopStart.map((start, hop): Leg => ({ job, hop, start })));
  for (const [n, one] of legs.entries())
    for (const other of legs.slice(n + 1)) {
      const shared = sharedLinks(parts.problem, one, other);
      if (one.job === other.job || shared.length === 0) continue;
      if (isKeptJob(parts, one.job) && isKeptJob(parts, other.job)) addKeptOrder(parts, one, other);
      else choices.push(addOrderChoice(parts, one, other, shared));
    }
  return choices;
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

const isKeptJob = (parts: Parts, { tensor: { producer, consumers } }: Job): boolean =>
  isKept(parts, producer) && consumers.every((task) => isKept(parts, task));

/** Of two kept transfers on one link, the one whose producer ended first goes first. */
function addKeptOrder(parts: Parts, one: Leg, other: Leg): void {
  const { problem, builder, unitUs, frame } = parts;
  const { tasks, runUs, compiled } = problem;
  const readyUs = ({ job: { tensor } }: Leg) => {
    const d = frame!.unitDevice[tasks.unitOf[tensor.producer]];
    return frame!.startsUs[tensor.producer] + runUs[tensor.producer * compiled.deviceCount + d];
  };
  const [before, after] = readyUs(one) <= readyUs(other) ? [one, other] : [other, one];
  const [from] = before.job.from.keys();
  builder.atMost(
    [before.start, 1, after.start, -1],
    -transferGap(parts) - sendUs(problem, before, from) / unitUs,
  );
}

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
