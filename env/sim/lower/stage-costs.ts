/**
 * What the stages of a pipeline plan cost: times of each phase on each device, bytes of weights,
 * gradients and kept activations, and the tensors that pass between phases and stages.
 *
 * Ops are sorted into *units*, a stage and a phase. All tensors that go from one unit to the same
 * other stage form one parcel, because a stage sends when it ends. Sizes and times are those of the
 * whole batch; a task takes its share of them.
 */
import { launchTimesUs } from "../../model/cluster/micro-batch.ts";
import { runTimesUs } from "../../model/cluster/speed.ts";
import { type OpGraph, Role } from "../../model/graph/graph.ts";
import { opClasses } from "../../model/graph/op-classes.ts";
import { HOST_STAGE, type PipelinePlan } from "../../model/plan/pipeline.ts";
import type { Scenario } from "../../model/scenario.ts";
import { transientBytes } from "./transient-bytes.ts";

/** Phases of a stage as tasks; the first three have the numbers of a schedule's phases. */
export const Work = { forward: 0, backward: 1, weights: 2, recompute: 3, update: 4 } as const;
export type WorkCode = (typeof Work)[keyof typeof Work];
export const WORK_CODES = 5;

/** Stage of ops that feed the pipeline from the host. */
export const HOST = HOST_STAGE;

/** Tensors that one unit makes for one other stage, or for a later phase of its own stage. */
export interface Parcel {
  readonly fromStage: number;
  readonly fromWork: WorkCode;
  readonly toStage: number;
  /** Phases of the other stage that use it: bit `1 << work`. */
  uses: number;
  /** Of the whole batch. */
  bytes: number;
}

export interface StageCosts {
  readonly stageCount: number;
  readonly deviceCount: number;
  /**
   * Time of the whole batch in us, and the part of it that a smaller batch does not shorten, shape
   * [WORK_CODES x (stageCount + 1) x deviceCount]; the host is the stage after the last.
   */
  readonly runUs: Float64Array;
  readonly fixedUs: Float64Array;
  /** Ops of each unit that take time, shape [WORK_CODES x (stageCount + 1)]. */
  readonly timedOps: Int32Array;
  /** Of each stage, shape [stageCount]. */
  readonly weightBytes: Float64Array;
  readonly gradientBytes: Float64Array;
  /** Scratch bytes of each unit beyond what its parcels hold, whole batch. */
  readonly workspaceBytes: Float64Array;
  /** Parcels that scale with the batch. */
  readonly parcels: readonly Parcel[];
  /** Weights and weight gradients that go from a stage to another once in a batch. */
  readonly sharedWeights: readonly Parcel[];
  readonly sharedGradients: readonly Parcel[];
  /** Kept bytes of each stage that wait in the host's memory, whole batch, shape [stageCount]. */
  readonly swappedBytes: Float64Array;
}

/** Index of a unit in `timedOps` and `workspaceBytes`. */
export const unitIndex = (
  { stageCount }: Pick<StageCosts, "stageCount">,
  work: WorkCode,
  stage: number,
): number => work * (stageCount + 1) + (stage === HOST ? stageCount : stage);

/** `splitsBackward`: weight gradients are a phase of their own. */
export function stageCosts(scenario: Scenario, plan: PipelinePlan, splitsBackward: boolean): StageCosts {
  const { graph, cluster, fidelity } = scenario;
  const stageCount = plan.stages.length;
  const deviceCount = cluster.devices.length;
  const unitCount = WORK_CODES * (stageCount + 1);
  const classes = opClasses(graph);
  const workOf = worksOf(graph, splitsBackward);
  const sizes = { stageCount, deviceCount };
  const runUs = new Float64Array(unitCount * deviceCount);
  const fixedUs = new Float64Array(unitCount * deviceCount);
  const timedOps = new Int32Array(unitCount);
  const opRunUs = runTimesUs(graph, cluster);
  const opLaunchUs = launchTimesUs(opRunUs, cluster);
  const add = (v: number, unit: number) => {
    let takesTime = false;
    for (let d = 0; d < deviceCount; d++) {
      const us = opRunUs[v * deviceCount + d];
      runUs[unit * deviceCount + d] += us;
      fixedUs[unit * deviceCount + d] += classes.once[v] === 1 ? us : opLaunchUs[v * deviceCount + d];
      if (us > 0) takesTime = true;
    }
    if (takesTime) timedOps[unit]++;
  };
  const weightBytes = new Float64Array(stageCount);
  for (let v = 0; v < graph.opCount; v++) {
    const stage = plan.stageOf[v];
    add(v, unitIndex(sizes, workOf[v] as WorkCode, stage));
    if (plan.recompute?.[v] === 1) add(v, unitIndex(sizes, Work.recompute, stage));
    if (stage !== HOST) weightBytes[stage] += graph.parameterBytes[v];
  }
  if (fidelity.opGapUs > 0)
    for (let i = 0; i < runUs.length; i++) {
      const gapsUs = Math.max(0, timedOps[Math.floor(i / deviceCount)] - 1) * fidelity.opGapUs;
      runUs[i] += gapsUs;
      fixedUs[i] += gapsUs;
    }
  const tensors = tensorsOf(scenario, plan, workOf);
  const workspaceBytes = new Float64Array(unitCount);
  for (const [work, stage] of unitsOf(stageCount))
    workspaceBytes[unitIndex(sizes, work, stage)] = transientBytes(graph, {
      isIn: (v) =>
        plan.stageOf[v] === stage &&
        (work === Work.recompute ? plan.recompute?.[v] === 1 : workOf[v] === work),
      // An output that is computed again is not kept for the backward pass of its stage.
      keeps: (v, consumer) =>
        plan.stageOf[consumer] !== stage || work !== Work.forward || plan.recompute?.[v] !== 1,
      fixedPort: classes.fixedPort,
      heldBytes: tensors.parcels.reduce(
        (sum, { fromStage, fromWork, bytes }) => sum + (fromStage === stage && fromWork === work ? bytes : 0),
        0,
      ),
    });
  return { ...sizes, runUs, fixedUs, timedOps, weightBytes, workspaceBytes, ...tensors };
}

function* unitsOf(stageCount: number): Generator<[WorkCode, number]> {
  for (const work of [Work.forward, Work.backward, Work.weights, Work.recompute] as const)
    for (let stage = 0; stage < stageCount; stage++) yield [work, stage];
}

/** The phase of each op. */
export function worksOf(graph: OpGraph, splitsBackward: boolean): Uint8Array {
  const { once, weightsPhase } = opClasses(graph);
  return graph.role.map((role, v) => {
    if (role === Role.forward) return Work.forward;
    if (once[v] === 1) return Work.update;
    return splitsBackward && weightsPhase[v] === 1 ? Work.weights : Work.backward;
  });
}

type Tensors = Pick<
  StageCosts,
  "parcels" | "sharedWeights" | "sharedGradients" | "gradientBytes" | "swappedBytes"
>;

function tensorsOf(
  { graph }: Scenario,
  { stageOf, stages, recompute, swap }: PipelinePlan,
  workOf: Uint8Array,
): Tensors {
  const { fixedPort } = opClasses(graph);
  const parcels = parcelTable();
  const sharedWeights = parcelTable();
  const sharedGradients = parcelTable();
  const gradientBytes = new Float64Array(stages.length);
  const swappedBytes = new Float64Array(stages.length);
  /** Phases that use a tensor in each stage, as bits. */
  const uses = new Map<number, number>();

  for (let u = 0; u < graph.opCount; u++)
    for (let port = 0; port < graph.outputStart[u + 1] - graph.outputStart[u]; port++) {
      const stage = stageOf[u];
      uses.clear();
      let bytes = 0;
      for (let i = graph.outStart[u]; i < graph.outStart[u + 1]; i++) {
        const e = graph.outEdge[i];
        if (graph.edgeOutput[e] !== port) continue;
        const v = graph.edgeDestination[e];
        bytes = Math.max(bytes, graph.edgeBytes[e]);
        const again = recompute?.[v] === 1 ? 1 << Work.recompute : 0;
        uses.set(stageOf[v], (uses.get(stageOf[v]) ?? 0) | (1 << workOf[v]) | again);
      }
      if (bytes === 0) continue;
      if (fixedPort[graph.outputStart[u] + port] === 1) addFixed(u, stage, bytes);
      else addScaled(u, stage, bytes);
    }
  return {
    parcels: parcels.all,
    sharedWeights: sharedWeights.all,
    sharedGradients: sharedGradients.all,
    gradientBytes,
    swappedBytes,
  };

  function addFixed(u: number, stage: number, bytes: number): void {
    const isGradient = graph.role[u] === Role.backward;
    if (isGradient) gradientBytes[stage] += bytes;
    const table = isGradient ? sharedGradients : sharedWeights;
    for (const [to, phases] of uses)
      if (to !== stage) table.add(stage, workOf[u] as WorkCode, to, phases, bytes);
  }

  function addScaled(u: number, stage: number, bytes: number): void {
    const work = workOf[u] as WorkCode;
    for (const [to, phases] of uses) {
      if (to !== stage) {
        parcels.add(stage, work, to, phases, bytes);
        continue;
      }
      if (recompute?.[u] !== 1) {
        const later = phases & ~(1 << work);
        if (later !== 0 && swap?.[u] === 1) swappedBytes[stage] += bytes;
        else if (later !== 0) parcels.add(stage, work, stage, later, bytes);
        continue;
      }
      const later = phases & ~((1 << work) | (1 << Work.recompute));
      if (later !== 0) parcels.add(stage, Work.recompute, stage, later, bytes);
    }
  }
}

function parcelTable() {
  const known = new Map<string, Parcel>();
  return {
    get all(): Parcel[] {
      return [...known.values()];
    },
    add(fromStage: number, fromWork: WorkCode, toStage: number, uses: number, bytes: number): void {
      const key = `${fromStage}:${fromWork}:${toStage}`;
      const parcel = known.get(key) ?? { fromStage, fromWork, toStage, uses: 0, bytes: 0 };
      parcel.uses |= uses;
      parcel.bytes += bytes;
      known.set(key, parcel);
    },
  };
}
