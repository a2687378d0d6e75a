/**
 * The rows of transfers in Pesto's integer program (program.ts). They give the route of each tensor
 * hop by hop, and its arrival at its consumers. link-orders.ts has their order on each link.
 */
import { weighted } from "../../solver/linear-program.ts";
import { addLinkOrders } from "./link-orders.ts";
import { type Choice, devicesOf, endTerms, isKept, type Job, type Parts } from "./parts.ts";
import { hopsOf, type Tensor } from "./problem.ts";

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

export interface Transfers {
  readonly jobs: readonly Job[];
  readonly choices: readonly Choice[];
}

export function addTransfers(parts: Parts, upper: number): Transfers {
  const jobs = parts.problem.tensors.flatMap((tensor) => addTensor(parts, tensor, upper));
  return { jobs, choices: parts.problem.queues ? addLinkOrders(parts, jobs) : [] };
}

/** The transfers of a tensor: one to each device that a consumer of another unit may be on. */
function addTensor(parts: Parts, tensor: Tensor, upper: number): Job[] {
  const { producer, consumers } = tensor;
  const elsewhere = consumers.filter((task) => devicesOf(parts, task) !== devicesOf(parts, producer));
  addCuts(
    parts,
    tensor,
    elsewhere.filter((task) => !isKept(parts, task) || !isKept(parts, producer)),
  );
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
