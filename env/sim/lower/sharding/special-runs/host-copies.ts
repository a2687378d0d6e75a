/**
 * Copies to the memory of hosts and back, as tasks: a message of each rank's part on the links
 * between the rank and its host. All ranks of a machine so share what links they have to the host.
 *
 * - What goes to a host leaves as soon as the rank has it.
 * - The first two activations come back after the forward pass, any other when the last but one run
 *   that used such a one is done. Weights wait as those that ZeRO gathers do.
 */
import { type OpGraph, Role } from "../../../../model/graph/graph.ts";
import { bytesOnRank, type HostCopy, type Run, rankBytes } from "../instructions.ts";
import {
  addHostStep,
  addStep,
  keepUntilSent,
  ownBuffer,
  type ShardedLowering,
  useBuffer,
} from "../lowering.ts";

/** Runs that may go on between a fetch and the run that uses it. */
const FETCHED_AHEAD = 2;

/** When activations are fetched: what each rank waits for, -1 for nothing. */
export function createFetching({ role }: OpGraph, ranks: number) {
  const nothing = new Array<number>(ranks).fill(-1);
  const fetched = new Set<number>();
  const runs: (readonly number[])[] = [];
  let forward: readonly number[] = nothing;
  return {
    before({ kind, purpose, to }: HostCopy): readonly number[] {
      if (kind === "store" || purpose !== "data") return nothing;
      fetched.add(to);
      return runs[runs.length - FETCHED_AHEAD] ?? forward;
    },
    /** `rootOf`: what a value was brought from. */
    ran({ op, inputs, again }: Run, tasks: readonly number[], rootOf: (value: number) => number): void {
      if (role[op] === Role.forward && again === undefined) forward = tasks;
      if (inputs.some((value) => fetched.has(rootOf(value)))) runs.push(tasks);
    },
  };
}

/** `waitsFor`: what a fetch waits for beside its value. Returns the tasks that begin it. */
export function lowerHostCopy(
  lowering: ShardedLowering,
  { kind, from, to, purpose }: HostCopy,
  waitsFor: readonly number[],
): readonly number[] {
  const { program, plan, builder, amounts, moves, ready, bufferOf } = lowering;
  const { op, output } = program.values[from];
  const firstTask = builder.taskCount;
  const first = plan.mesh.devices.map((_, rank) => {
    const start = addStep(lowering, rank, op);
    for (const before of [ready[from][rank], waitsFor[rank]]) if (before !== -1) builder.after(start, before);
    return start;
  });
  const bytes = rankBytes(program, from);
  const alike = amounts.push(bytes) - 1;
  const isUneven = program.values[from].layout.ranges !== undefined;
  const last = first.map((start, rank) => {
    const own = bytesOnRank(program, from, rank);
    const amount = isUneven && own !== bytes ? amounts.push(own) - 1 : alike;
    let sender = start;
    if (kind === "fetch") {
      sender = addHostStep(lowering, rank, op);
      builder.after(sender, start);
    }
    const got = kind === "store" ? addHostStep(lowering, rank, op) : addStep(lowering, rank, op);
    if (own === 0) builder.after(got, sender);
    else builder.uses(got, builder.message(sender, amount, 1));
    keepUntilSent(lowering, from, rank, got);
    return got;
  });
  ready[to] = last;
  if (purpose === "new weights") bufferOf[to] = last.map(() => -1);
  else ownBuffer(lowering, to, kind === "store" ? last : first);
  useBuffer(lowering, to, last);
  const endTask = builder.taskCount;
  moves.push({ kind, purpose, op, output, value: from, group: [], members: 1, bytes, firstTask, endTask });
  return first;
}
