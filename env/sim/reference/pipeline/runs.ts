/** Lays out a phase op by op, and says what ops cost. */
import { type Cluster, isCpu } from "../../../model/cluster/cluster.ts";
import { shareUs } from "../../../model/cluster/micro-batch.ts";
import { runTimesUs } from "../../../model/cluster/speed.ts";
import type { OpGraph } from "../../../model/graph/graph.ts";
import { opClasses } from "../../../model/graph/op-classes.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { type PhaseRun, type Pipeline, UPDATE } from "./contract.ts";

/** Adds a task for each op at the end of the device's line. */
export function addRun(
  pipeline: Pipeline,
  {
    ops,
    ...phase
  }: Omit<PhaseRun, "taskOf" | "first" | "last" | "share"> & { readonly ops: readonly number[] },
): PhaseRun {
  const { scenario, plan, tasks, lines, runs } = pipeline;
  const { device, work } = phase;
  const share = work === UPDATE ? 1 : phase.microBatches.length / phase.of / plan.microBatches;
  const taskOf = new Map<number, number>();
  const line = lines[device];
  let before = line.at(-1)?.last ?? -1;
  let first = -1;
  for (const v of ops.length === 0 ? [-1] : ops) {
    const task = tasks.all.length;
    tasks.all.push({
      device,
      us: v === -1 ? 0 : opUs(scenario, v, device, share),
      after: before === -1 ? [] : [before],
    });
    if (v !== -1) {
      taskOf.set(v, task);
      if (work !== UPDATE)
        tasks.lives.push({
          device,
          bytes: scenario.graph.workspaceBytes[v] * share,
          from: task,
          until: [task],
        });
    }
    if (first === -1) first = task;
    before = task;
  }
  const run = { ...phase, share, taskOf, first, last: before };
  line.push(run);
  runs.push(run);
  return run;
}

/** Time of a share of the batch; ops that run once are not shortened. */
export function opUs({ graph, cluster }: Scenario, v: number, device: number, share: number): number {
  const runUs = runTimesOf(graph, cluster);
  const at = v * cluster.devices.length + device;
  const launchUs =
    runUs[at] === Number.POSITIVE_INFINITY ? 0 : Math.min(runUs[at], cluster.devices[device].launchUs);
  return shareUs(runUs[at], opClasses(graph).once[v] === 1 ? runUs[at] : launchUs, share);
}

const known = new WeakMap<OpGraph, Float64Array>();

function runTimesOf(graph: OpGraph, cluster: Cluster): Float64Array {
  const times = known.get(graph) ?? runTimesUs(graph, cluster);
  known.set(graph, times);
  return times;
}

/** The CPU that makes inputs and keeps what is swapped. */
export const hostOf = ({ cluster }: Scenario): number => cluster.devices.findIndex(isCpu);
