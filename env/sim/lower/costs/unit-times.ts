/**
 * Run times of the units of a pipeline plan in us: of the whole batch, and the part that a smaller
 * batch does not shorten. A unit runs its ops one after the other, so gaps between them count; the
 * engine adds the gap after the last.
 */
import type { Cluster } from "../../../model/cluster/cluster.ts";
import { launchTimesUs } from "../../../model/cluster/micro-batch.ts";
import { runTimesUs } from "../../../model/cluster/speed.ts";
import type { OpGraph } from "../../../model/graph/graph.ts";
import { opClasses } from "../../../model/graph/op-classes.ts";
import type { PipelinePlan } from "../../../model/plan/pipeline.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { HOST, unitCountOf, unitOf, Work, type WorkCode } from "./work.ts";

export interface UnitTimes {
  /** Shape [units x deviceCount]; 0 on devices that the stage is not on. */
  readonly runUs: Float64Array;
  readonly fixedUs: Float64Array;
}

/** Times of single ops, shape [opCount x deviceCount], us. They do not depend on a plan. */
export interface OpTimes {
  readonly runUs: Float64Array;
  readonly fixedUs: Float64Array;
}

export function opTimes({ graph, cluster }: Pick<Scenario, "graph" | "cluster">): OpTimes {
  const ofGraph = known.get(graph) ?? new WeakMap<Cluster, OpTimes>();
  const made = ofGraph.get(cluster) ?? timesOf(graph, cluster);
  ofGraph.set(cluster, made);
  known.set(graph, ofGraph);
  return made;
}

const known = new WeakMap<OpGraph, WeakMap<Cluster, OpTimes>>();

function timesOf(graph: OpGraph, cluster: Cluster): OpTimes {
  const runUs = runTimesUs(graph, cluster);
  const { once } = opClasses(graph);
  const deviceCount = cluster.devices.length;
  const launchUs = launchTimesUs(runUs, cluster);
  const fixedUs = launchUs.map((us, i) => (once[Math.floor(i / deviceCount)] === 1 ? runUs[i] : us));
  return { runUs, fixedUs };
}

/** `hosts`: the devices that make inputs, if any. */
export function unitTimes(
  { graph, cluster, fidelity }: Scenario,
  { stageOf, stages, recompute }: PipelinePlan,
  { workOf, times, hosts }: { workOf: Uint8Array; times: OpTimes; hosts: readonly number[] },
): UnitTimes {
  const deviceCount = cluster.devices.length;
  const runUs = new Float64Array(unitCountOf(stages.length) * deviceCount);
  const fixedUs = new Float64Array(runUs.length);
  /** Ops that take time, which have a gap behind them. */
  const timedOps = new Int32Array(fidelity.opGapUs > 0 ? runUs.length : 0);
  for (let v = 0; v < graph.opCount; v++) {
    const stage = stageOf[v];
    const unit = unitOf(stages.length, workOf[v] as WorkCode, stage) * deviceCount;
    const again = recompute?.[v] === 1 ? unitOf(stages.length, Work.recompute, stage) * deviceCount : -1;
    for (const d of stage === HOST ? hosts : stages[stage].devices) {
      add(unit + d, v * deviceCount + d);
      if (again !== -1) add(again + d, v * deviceCount + d);
    }
  }
  for (let i = 0; i < timedOps.length; i++) {
    const gapsUs = Math.max(0, timedOps[i] - 1) * fidelity.opGapUs;
    runUs[i] += gapsUs;
    fixedUs[i] += gapsUs;
  }
  return { runUs, fixedUs };

  function add(at: number, op: number): void {
    runUs[at] += times.runUs[op];
    fixedUs[at] += times.fixedUs[op];
    if (times.runUs[op] > 0 && timedOps.length > 0) timedOps[at]++;
  }
}
