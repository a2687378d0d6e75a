/**
 * All-reduce on rails. After a reduce-scatter inside each machine, members of the same place in all
 * machines sum their part, and an all-gather inside each machine follows. So all members send to
 * other machines. On a torus it is that of Mikami et al. ("Massively Distributed SGD", arXiv
 * 1811.05233). Machines of unequal numbers of members have no rails; there it is a ring of all.
 */
import { ringAllGather, ringAllReduce, ringReduceScatter } from "./ring.ts";
import { among, type Steps } from "./steps.ts";

/** `machineOf`: machine of each device of the cluster. */
export function railsAllReduce(
  steps: Steps & { readonly devices: readonly number[] },
  machineOf: Int32Array,
): readonly number[] {
  const machines = new Map<number, number[]>();
  steps.devices.forEach((device, member) => {
    machines.set(machineOf[device], [...(machines.get(machineOf[device]) ?? []), member]);
  });
  const groups = [...machines.values()];
  const places = groups[0].length;
  if (groups.length === 1 || groups.some(({ length }) => length !== places)) return ringAllReduce(steps);
  const last = [...steps.last];
  const equal = { ...steps, chunks: undefined };
  const run = (
    members: readonly number[],
    collective: (among: Steps) => readonly number[],
    chunk?: number,
  ) => {
    const part = among(equal, members, last);
    const chunks = chunk === undefined ? undefined : members.map(() => chunk);
    collective({ ...part, chunks }).forEach((task, i) => {
      last[members[i]] = task;
    });
  };
  for (const members of groups) run(members, ringReduceScatter);
  for (let place = 0; place < places; place++)
    run(
      groups.map((members) => members[place]),
      ringAllReduce,
      1 / places / groups.length,
    );
  for (const members of groups) run(members, ringAllGather);
  return last;
}
