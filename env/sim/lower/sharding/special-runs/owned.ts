/**
 * An op that one rank runs whole, as tasks: what its inputs need is sent to the rank first. Ranks
 * that hold other parts of a tensor send these, so all owners of tables together make an
 * all-to-all.
 */
import { groupsAlong } from "../../../../model/layout/mesh.ts";
import { bytesOnRank, type OwnedRun, rankBytes } from "../instructions.ts";
import { addStep, type ShardedLowering } from "../lowering.ts";

/** A value that is whole in one place: the task that made it, and its buffer. */
export interface Alone {
  readonly task: number;
  readonly buffer: number;
}

/** Adds the task of the op, which is answered with the buffer of its outputs. */
export function lowerOwned(
  lowering: ShardedLowering,
  { op, rank, inputs, outputs }: OwnedRun,
  placeOf: (op: number) => Alone,
): Alone {
  const { scenario, plan, program, builder, buffers, opOf, rankOf } = lowering;
  const device = plan.mesh.devices[rank];
  const arrived = inputs.map((value) => {
    const made = program.values[value];
    const here = addStep(lowering, rank, op);
    if (made.onHost === true) fetch(lowering, value, here, placeOf(made.op));
    else collect(lowering, value, rank, here);
    return { here, buffer: buffers.add(device, made.bytes, here) };
  });
  const task = builder.task(device, op * scenario.cluster.devices.length + device, 1);
  opOf.push(op);
  rankOf.push(rank);
  for (const { here, buffer } of arrived) {
    builder.after(task, here);
    buffers.use(buffer, task);
  }
  const bytes = outputs.reduce((sum, value) => sum + program.values[value].bytes, 0);
  return { task, buffer: buffers.add(device, bytes, task) };
}

/** The whole comes from where it is; a device has no link to itself. */
function fetch(lowering: ShardedLowering, value: number, to: number, { task, buffer }: Alone): void {
  const { builder, buffers, plan, rankOf, amounts, program } = lowering;
  if (builder.deviceOf(task) === plan.mesh.devices[rankOf[to]]) builder.after(to, task);
  else builder.uses(to, builder.message(task, amounts.push(program.values[value].bytes) - 1, 1));
  buffers.use(buffer, to);
}

/** Each part comes from the first rank that holds it, or is there. */
function collect(lowering: ShardedLowering, value: number, rank: number, to: number): void {
  const { builder, buffers, program, ready, bufferOf, amounts } = lowering;
  const used = program.values[value].layout.axes.flat();
  const copies = [...program.sizes.keys()].filter((axis) => !used.includes(axis));
  const { ranges } = program.values[value].layout;
  const alike = amounts.push(rankBytes(program, value)) - 1;
  for (const holders of groupsAlong(program.sizes, copies)) {
    const sender = holders.includes(rank) ? rank : holders[0];
    const amount = ranges === undefined ? alike : amounts.push(bytesOnRank(program, value, sender)) - 1;
    const before = ready[value][sender];
    if (sender === rank) builder.after(to, before);
    else builder.uses(to, builder.message(before, amount, 1));
    buffers.use(bufferOf[value][sender], to);
  }
}
