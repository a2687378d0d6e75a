/** A collective alone: its messages, counted from the tasks that it adds. */
import type { Cluster } from "../../../../../env/index.ts";
import { defaultFidelity } from "../../../../../env/model/fidelity/fidelity.ts";
import { parseGraph } from "../../../../../env/model/graph/dsl.ts";
import { testScenario } from "../../../../../env/model/test-scenario.ts";
import { createEngine } from "../../../../../env/sim/engine/engine.ts";
import type { Steps } from "../../../../../env/sim/lower/collectives/steps.ts";
import { taskBuilder } from "../../../../../env/sim/lower/tasks/task-builder.ts";
import { machines } from "../machines.ts";

const NOTHING = testScenario({ graph: parseGraph("a 1"), fidelity: defaultFidelity });

export type Collective = (steps: Steps & { readonly devices: readonly number[] }) => readonly number[];

export interface Counted {
  /** Elements that each member sends, to members of its machine and to others. */
  readonly inside: readonly number[];
  readonly outside: readonly number[];
  /** Longest chain of messages. */
  readonly steps: number;
  /** Members whose first task each member's last one follows. */
  readonly heard: readonly ReadonlySet<number>[];
}

/** `sizes`: members of each machine. `chunks`: see `Steps`. */
export function counted(
  collective: Collective,
  { elements, sizes, chunks }: { elements: number; sizes: readonly number[]; chunks?: readonly number[] },
): Counted {
  const machineOf = sizes.flatMap((size, machine) => new Array<number>(size).fill(machine));
  const builder = taskBuilder();
  const step = (member: number): number => builder.task(member, -1, 0);
  const first = machineOf.map((_, member) => step(member));
  const last = collective({ builder, amount: 0, step, last: first, chunks, devices: [...machineOf.keys()] });
  const { compiled, device, references } = builder.build(NOTHING, machines(sizes));
  const [inside, outside] = [
    new Array<number>(machineOf.length).fill(0),
    new Array<number>(machineOf.length).fill(0),
  ];
  const heard = [...device.keys()].map(() => new Set<number>());
  const depth = new Array<number>(device.length).fill(0);
  for (const task of first) heard[task].add(device[task]);
  // Tasks come after what they wait for.
  for (let task = 0; task < device.length; task++)
    for (let i = compiled.depStart[task]; i < compiled.depStart[task + 1]; i++) {
      const [to, slot] = [compiled.depConsumer[i], compiled.depSlot[i]];
      for (const member of heard[task]) heard[to].add(member);
      depth[to] = Math.max(depth[to], depth[task] + (slot >= 0 ? 1 : 0));
      if (slot < 0) continue;
      const sent = machineOf[device[task]] === machineOf[device[to]] ? inside : outside;
      sent[device[task]] += references.slotShare[slot] * elements;
    }
  return { inside, outside, steps: Math.max(...depth), heard: last.map((task) => heard[task]) };
}

/** Time of a collective alone on a cluster, by the engine, us. */
export function engineUs(collective: Collective, cluster: Cluster, bytes: number): number {
  const builder = taskBuilder();
  const step = (member: number): number => builder.task(member, -1, 0);
  const devices = [...cluster.devices.keys()];
  collective({ builder, amount: 0, step, last: devices.map(step), devices });
  const { compiled, device, references } = builder.build(NOTHING, cluster);
  compiled.slotBytes.set(references.slotShare.map((share) => share * bytes));
  return createEngine(compiled).run(device);
}
