/**
 * The rows of transfers in Pesto's integer program (pesto-program.ts): which way a tensor takes,
 * hop by hop, when its consumers have it, and in which order transfers pass a link.
 */
import { type Choice, isKept, merged, type Parts, runTerms } from "./parts.ts";
import type { PestoProblem } from "./problem.ts";

/** One transfer of tensor `tensor` to device `to`, hop by hop. */
interface Job {
  readonly tensor: number;
  readonly to: number;
  /** w[a], by device of the producer. */
  readonly from: ReadonlyMap<number, number>;
  readonly hopStart: readonly number[];
}

export function addTransfers(parts: Parts, upper: number): Choice[] {
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

/**
 * Apart, producer and consumer are at least the fastest way from each other: what the solver sees
 * before it branches.
 */
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
      if (isKeptJob(parts, one.job) && isKeptJob(parts, other.job)) {
        addKeptTransfers(parts, one, other, gap);
        continue;
      }
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

const isKeptJob = (parts: Parts, { tensor }: Job): boolean => {
  const { producer, consumers } = parts.problem.tensors[tensor];
  return isKept(parts, producer) && consumers.every((task) => isKept(parts, task));
};

/** Of two kept transfers on one link the one goes first whose producer ended first. */
function addKeptTransfers(parts: Parts, one: Leg, other: Leg, gap: number): void {
  const { problem, builder, unitUs, frame } = parts;
  const { tensors, tasks, runUs, compiled } = problem;
  const readyUs = ({ job }: Leg) => {
    const { producer } = tensors[job.tensor];
    const d = frame!.unitDevice[tasks.unitOf[producer]];
    return frame!.startsUs[producer] + runUs[producer * compiled.deviceCount + d];
  };
  const [before, after] = readyUs(one) <= readyUs(other) ? [one, other] : [other, one];
  const [from] = before.job.from.keys();
  const sendUs = problem.hops[from * compiled.deviceCount + before.job.to][before.hop].sendUs(
    tensors[before.job.tensor].bytes,
  );
  builder.atMost([before.column, 1, after.column, -1], -gap - sendUs / unitUs);
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
