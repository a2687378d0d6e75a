/**
 * Hierarchical all-reduce: a ring inside each machine, a ring across the first member of each, and
 * a broadcast inside each machine. Only leaders use the links between machines.
 */
import { ringAllReduce } from "./ring.ts";
import { among, type Steps } from "./steps.ts";
import { broadcast } from "./tree.ts";

/** `machineOf`: machine of each device of the cluster. */
export function hierarchicalAllReduce(
  steps: Steps & { readonly devices: readonly number[] },
  machineOf: Int32Array,
): readonly number[] {
  const machines = new Map<number, number[]>();
  steps.devices.forEach((device, member) => {
    const own = machines.get(machineOf[device]);
    if (own === undefined) machines.set(machineOf[device], [member]);
    else own.push(member);
  });
  const last = [...steps.last];
  const store = (members: readonly number[], tasks: readonly number[]): void =>
    members.forEach((member, i) => {
      last[member] = tasks[i];
    });
  const groups = [...machines.values()];
  for (const members of groups) store(members, ringAllReduce(among(steps, members, last)));
  if (groups.length === 1) return last;
  const leaders = groups.map(([leader]) => leader);
  store(leaders, ringAllReduce(among(steps, leaders, last)));
  for (const members of groups) {
    const own = among(steps, members, last);
    store(members, broadcast(own, [...own.last]));
  }
  return last;
}
