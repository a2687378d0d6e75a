/**
 * Where the time of a sharded program goes on each rank. Computing is what its ops take. A gap
 * before an op is followed back from its end, through what the rank had to wait for:
 *
 * - The last input came from a collective. From the moment at which all ranks of its group had
 *   begun it, the wait is exposed communication. Before, it is for slower ranks.
 * - The collective waited for its own input, which may come from another one, and so on.
 * - An input of the host, or an op there, is waited for until it has arrived.
 *
 * A gap after the last op is for collectives that the rank still takes part in, and for other ranks
 * once it is done. Each moment has one cause, so the parts add up to the time of the program.
 */
import { type OpGraph, Role } from "../../../model/graph/graph.ts";
import type { Compiled } from "../../engine/compile.ts";
import type { TransferRecord } from "../../engine/engine.ts";
import type { RankedRun } from "./collective-spans.ts";
import { type CollectiveSpan, type RankBlock, type RankPart, type RankTime, rankParts } from "./contract.ts";

export interface ReadRun {
  readonly graph: OpGraph;
  readonly run: RankedRun;
  /** Devices of the ranks. */
  readonly devices: readonly number[];
  readonly collectives: readonly CollectiveSpan[];
  readonly untilUs: number;
  /** Needed where transfers and ops exclude each other. */
  readonly transfers?: readonly TransferRecord[];
}

/** Adds exposed time to the collectives. */
export function rankTimes(read: ReadRun, blocks: readonly RankBlock[]): RankTime[] {
  const { graph, run, devices, untilUs } = read;
  const walk = createWalk(read);
  const opTasks = devices.map((): number[] => []);
  run.rankOf.forEach((rank, task) => {
    if (rank !== -1 && isOp(run, task)) opTasks[rank].push(task);
  });
  const { startUs, endUs } = run.engine;
  return devices.map((_, rank) => {
    const spent = Object.fromEntries(rankParts.map((part) => [part, 0])) as Spent;
    let freeUs = 0;
    for (const task of opTasks[rank].sort((a, b) => startUs[a] - startUs[b] || endUs[a] - endUs[b])) {
      walk.before(spent, { rank, task, fromUs: freeUs, toUs: startUs[task] });
      freeUs = Math.max(freeUs, endUs[task]);
    }
    for (const block of blocks)
      if (block.rank === rank) spent[partOf(graph, block)] += block.endUs - block.startUs;
    walk.after(spent, { rank, fromUs: freeUs, toUs: untilUs });
    return spent;
  });
}

/** Tasks that compute; steps of collectives and ends have no time of their own. */
const isOp = ({ references }: RankedRun, task: number): boolean => references.taskTime[task] !== -1;

/** Ops of all ranks in order of their start. */
export function blocksOf(run: RankedRun): RankBlock[] {
  const { startUs, endUs } = run.engine;
  const blocks: RankBlock[] = [];
  run.rankOf.forEach((rank, task) => {
    if (rank === -1 || !isOp(run, task)) return;
    const again = run.againTasks.has(task) && { again: true as const };
    blocks.push({ rank, op: run.opOf[task], startUs: startUs[task], endUs: endUs[task], ...again });
  });
  return blocks.sort((a, b) => a.startUs - b.startUs);
}

/** What a block computes. */
export const partOf = (
  { role }: OpGraph,
  { op, again }: Pick<RankBlock, "op" | "again">,
): "forward" | "recompute" | "backward" | "update" =>
  again
    ? "recompute"
    : role[op] === Role.forward
      ? "forward"
      : role[op] === Role.backward
        ? "backward"
        : "update";

type Spent = { -readonly [Part in RankPart]: RankTime[Part] };

interface Gap {
  readonly rank: number;
  readonly fromUs: number;
  readonly toUs: number;
}

function createWalk(read: ReadRun) {
  const { run, collectives, devices } = read;
  const { endUs } = run.engine;
  const moveOf = new Int32Array(run.compiled.opCount).fill(-1);
  run.moves.forEach(({ firstTask, endTask }, move) => {
    moveOf.fill(move, firstTask, endTask);
  });
  const producers = producersOf(run.compiled);
  const lastProducer = (task: number): number =>
    producers(task).reduce((last, each) => (last === -1 || endUs[each] > endUs[last] ? each : last), -1);
  const lastTaskOf = devices.map(() => -1);
  run.rankOf.forEach((rank, task) => {
    if (rank === -1) return;
    const last = lastTaskOf[rank];
    if (last === -1 || endUs[task] > endUs[last]) lastTaskOf[rank] = task;
  });
  const busyFor = holdsOf(read, moveOf);

  /** Spends a gap down to its start, from what the task after it waited for. */
  function spend(spent: Spent, { rank, fromUs, toUs }: Gap, first: number): void {
    let untilUs = toUs;
    let task = first;
    const take = (part: RankPart, downTo: number): number => {
      const us = Math.max(0, untilUs - Math.max(fromUs, downTo));
      spent[part] += us;
      untilUs = Math.min(untilUs, Math.max(fromUs, downTo));
      return us;
    };
    while (untilUs > fromUs) {
      if (task === -1) {
        take("other", fromUs);
        return;
      }
      const arrivedUs = endUs[task];
      for (const { move, us } of busyFor(rank, Math.max(fromUs, arrivedUs), untilUs)) {
        collectives[move].exposedUs[rank] += us;
        spent.steps += us;
        spent.other -= us;
      }
      take("other", arrivedUs);
      const move = moveOf[task];
      if (run.rankOf[task] === -1) take("host", fromUs);
      else if (move === -1) task = lastProducer(task);
      else if (collectives[move].kind === "feed") take("host", fromUs);
      else {
        const { enterUs, joinedUs, exposedUs } = collectives[move];
        exposedUs[rank] += take("steps", joinedUs[rank]);
        take("ranks", enterUs[rank]);
        task = lastProducer(run.moves[move].firstTask + rank);
      }
    }
  }

  return {
    before(spent: Spent, { task, ...gap }: Gap & { readonly task: number }): void {
      if (gap.toUs > gap.fromUs) spend(spent, gap, lastProducer(task));
    },
    after(spent: Spent, { rank, fromUs, toUs }: Gap): void {
      const last = lastTaskOf[rank];
      const doneUs = last === -1 ? fromUs : Math.max(fromUs, Math.min(toUs, endUs[last]));
      spent.ranks += toUs - doneUs;
      if (doneUs > fromUs) spend(spent, { rank, fromUs, toUs: doneUs }, last);
    },
  };
}

/** What each task waits for, by number of the task. */
function producersOf({ opCount, depStart, depConsumer }: Compiled): (task: number) => number[] {
  const waitsFor: number[][] = Array.from({ length: opCount }, () => []);
  for (let producer = 0; producer < opCount; producer++)
    for (let i = depStart[producer]; i < depStart[producer + 1]; i++) waitsFor[depConsumer[i]].push(producer);
  return (task) => waitsFor[task];
}

interface Held {
  readonly move: number;
  readonly us: number;
}

/**
 * The collectives whose messages keep a rank's device busy in an interval, where transfers and ops
 * exclude each other; none else.
 */
function holdsOf({ run, transfers, devices }: ReadRun, moveOf: Int32Array) {
  const { compiled, device } = run;
  if (compiled.fidelity.overlap || transfers === undefined)
    return (_rank: number, _fromUs: number, _toUs: number): Held[] => [];
  const rankOn = new Map(devices.map((on, rank) => [on, rank]));
  const own = devices.map((): { startUs: number; sentUs: number; move: number }[] => []);
  for (const { transfer, startUs, sentUs } of transfers) {
    const consumer = compiled.depConsumer[transfer];
    const move = moveOf[consumer];
    if (move === -1) continue;
    const ends = [device[consumer], device[compiled.slotProducer[compiled.depSlot[transfer]]]];
    for (const on of new Set(ends)) {
      const rank = rankOn.get(on);
      if (rank !== undefined) own[rank].push({ startUs, sentUs, move });
    }
  }
  for (const held of own) held.sort((a, b) => a.startUs - b.startUs);
  return (rank: number, fromUs: number, toUs: number): Held[] => {
    const found: Held[] = [];
    let coveredUs = fromUs;
    for (const { startUs, sentUs, move } of own[rank]) {
      const us = Math.min(toUs, sentUs) - Math.max(coveredUs, startUs);
      if (us <= 0) continue;
      found.push({ move, us });
      coveredUs = Math.min(toUs, sentUs);
    }
    return found;
  };
}
