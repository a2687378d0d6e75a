/**
 * What makes a pipeline plan valid. Each mistake is one sentence. Memory is the evaluator's answer,
 * and so is an explicit order in which devices wait for each other.
 */
import { isCpu } from "../cluster/cluster.ts";
import { InputError } from "../errors.ts";
import { Role } from "../graph/graph.ts";
import { kindsOf } from "../graph/support.ts";
import type { Scenario } from "../scenario.ts";
import { checkScheduleChoice, shapeOf } from "../schedule/index.ts";
import { alternatives } from "../suggest.ts";
import { leaderPlan } from "./inside.ts";
import { checkInside } from "./inside-checks.ts";
import { collectives, HOST_STAGE, microBatchLimit, type PipelinePlan, shares, syncs } from "./pipeline.ts";

export function checkPipeline(scenario: Scenario, plan: PipelinePlan): void {
  checkShape(scenario, plan);
  checkOps(scenario, plan);
  checkInside(scenario, plan);
  checkOrder(scenario, plan);
  checkFlags(scenario, plan);
  checkWords(plan);
  const { schedule } = plan;
  if (typeof schedule?.name !== "string")
    throw new InputError(`The pipeline's schedule is ${JSON.stringify(schedule)}, expected one with a name.`);
  checkScheduleChoice(schedule, shapeOf(scenario.cluster, leaderPlan(plan)));
}

function checkShape({ graph, cluster }: Scenario, { stageOf, stages, microBatches }: PipelinePlan): void {
  if (stageOf?.length !== graph.opCount)
    throw new InputError(
      `The pipeline's stageOf has ${stageOf?.length ?? "no"} entries for ${graph.opCount} ops; give one stage per op.`,
    );
  if (!Array.isArray(stages) || stages.length === 0)
    throw new InputError("The pipeline has no stages; at least one is needed.");
  stages.forEach(({ devices, share }, stage) => {
    if (!Array.isArray(devices) || devices.length === 0)
      throw new InputError(`Stage ${stage} of the pipeline has no devices; at least one is needed.`);
    const wrong = devices.find((d) => !Number.isInteger(d) || d < 0 || d >= cluster.devices.length);
    if (wrong !== undefined)
      throw new InputError(
        `Stage ${stage} of the pipeline names device ${wrong}, expected 0..${cluster.devices.length - 1}.`,
      );
    const twice = devices.find((d, i) => devices.indexOf(d) !== i);
    if (twice !== undefined)
      throw new InputError(`Stage ${stage} of the pipeline names "${cluster.devices[twice].name}" twice.`);
    if (!shares.includes(share))
      throw new InputError(
        `Stage ${stage} of the pipeline has share ${JSON.stringify(share)}, expected ${shares.join(" or ")}.`,
      );
  });
  const most = microBatchLimit(graph);
  if (!Number.isInteger(microBatches) || microBatches < 1 || microBatches > most)
    throw new InputError(
      `The pipeline has ${microBatches} micro-batches, expected 1..${most}${most === graph.batch ? ", the samples of the batch" : ""}.`,
    );
}

function checkOps({ graph, cluster }: Scenario, { stageOf, stages }: PipelinePlan): void {
  const used = new Uint8Array(stages.length);
  for (let v = 0; v < graph.opCount; v++) {
    const stage = stageOf[v];
    const kinds = kindsOf(graph, v);
    if (stage === HOST_STAGE) {
      checkInput({ graph, cluster }, v);
      continue;
    }
    if (!Number.isInteger(stage) || stage < 0 || stage >= stages.length)
      throw new InputError(
        `Op "${graph.names[v]}" is in stage ${stage}, expected 0..${stages.length - 1}, or ${HOST_STAGE} for an input.`,
      );
    used[stage] = 1;
    const device = stages[stage].devices.find((d) => kinds?.includes(cluster.devices[d].kind) === false);
    if (device !== undefined)
      throw new InputError(
        `Op "${graph.names[v]}" is in stage ${stage} on "${cluster.devices[device].name}" (${cluster.devices[device].kind}), but runs only on ${kinds!.join(", ")}.`,
      );
  }
  const empty = used.indexOf(0);
  if (empty !== -1) throw new InputError(`Stage ${empty} of the pipeline has no op.`);
}

/** An input runs on the first CPU and needs nothing of the pipeline. */
function checkInput({ graph, cluster }: Pick<Scenario, "graph" | "cluster">, v: number): void {
  const host = cluster.devices.find(isCpu);
  const isSource = graph.inStart[v] === graph.inStart[v + 1] && graph.role[v] === Role.forward;
  if (!isSource || graph.parameterBytes[v] > 0)
    throw new InputError(
      `Op "${graph.names[v]}" is in stage ${HOST_STAGE}, the host's; only forward ops without inputs and weights can be.`,
    );
  if (host === undefined || kindsOf(graph, v)?.includes(host.kind) === false)
    throw new InputError(
      `Op "${graph.names[v]}" is in stage ${HOST_STAGE}, the host's, but no CPU of cluster "${cluster.name}" runs it.`,
    );
}

/** Forward data goes to the same or a later stage, backward data to the same or an earlier one. */
function checkOrder({ graph }: Scenario, { stageOf }: PipelinePlan): void {
  for (let e = 0; e < graph.edgeCount; e++) {
    const from = graph.edgeSource[e];
    const to = graph.edgeDestination[e];
    if (stageOf[from] === HOST_STAGE || graph.role[from] !== graph.role[to]) continue;
    const isForward = graph.role[from] === Role.forward;
    if (isForward ? stageOf[from] <= stageOf[to] : stageOf[from] >= stageOf[to]) continue;
    throw new InputError(
      `${isForward ? "Forward" : "Backward"} op "${graph.names[from]}" is in stage ${stageOf[from]}, but "${graph.names[to]}", which uses it, in stage ${stageOf[to]}; ${isForward ? "a later stage cannot feed an earlier one" : "gradients go to earlier stages alone"}.`,
    );
  }
}

function checkWords({ collective, sync }: PipelinePlan): void {
  if (collective !== undefined && !collectives.includes(collective))
    throw new InputError(
      `The pipeline's collective is ${JSON.stringify(collective)}, expected ${alternatives(collectives)}.`,
    );
  if (sync !== undefined && !syncs.includes(sync))
    throw new InputError(`The pipeline's sync is ${JSON.stringify(sync)}, expected ${alternatives(syncs)}.`);
}

function checkFlags({ graph, cluster }: Scenario, { recompute, swap, stageOf }: PipelinePlan): void {
  for (const [name, flags] of [
    ["recompute", recompute],
    ["swap", swap],
  ] as const) {
    if (flags === undefined) continue;
    if (flags.length !== graph.opCount)
      throw new InputError(
        `The pipeline's ${name} has ${flags.length} entries for ${graph.opCount} ops; give 0 or 1 for each op.`,
      );
    const v = flags.findIndex(
      (flag, op) =>
        flag !== 0 && (flag !== 1 || graph.role[op] !== Role.forward || stageOf[op] === HOST_STAGE),
    );
    if (v !== -1)
      throw new InputError(
        `The pipeline's ${name} of op "${graph.names[v]}" is ${flags[v]}, expected 0, or 1 for a forward op of a stage.`,
      );
  }
  const both = recompute?.findIndex((flag, v) => flag === 1 && swap?.[v] === 1) ?? -1;
  if (both !== -1)
    throw new InputError(`Op "${graph.names[both]}" is both recomputed and swapped, expected one of them.`);
  if (swap?.includes(1) && !cluster.devices.some(isCpu))
    throw new InputError(
      `The pipeline swaps tensors to the host's memory, but cluster "${cluster.name}" has no CPU.`,
    );
}
