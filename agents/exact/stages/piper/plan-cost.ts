/**
 * What a plan of Piper costs (NeurIPS 2021, section 3; constants of msr-fiddle/piper). For a stage
 * S with d replicas, N micro-batches in a batch and bandwidth B, a micro-batch takes
 *
 *     work / d  +  crossing / (d B)  +  4 (d - 1) weights / (d N B)
 *
 * Edges with one end in S count for both of their stages, there and back. The 4 is PipeDream's
 * sharded parameter server. Each device holds `bytesInFlight` y + `bytesFixed` of every layer, with
 * y = ceil(s / d). Here s sums the replicas of this stage and all later ones.
 *
 * The time of a plan is that of its slowest stage.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { choicesAt, type PiperProblem } from "./problem.ts";

export interface PiperStage {
  readonly layers: readonly number[];
  readonly replicas: number;
  /** Tensor-parallel degree. */
  readonly degree: number;
  /** Number of the choice of each layer, in the case's list for this degree. */
  readonly choices: readonly number[];
}

export interface StageCost {
  readonly work: number;
  readonly crossing: number;
  readonly sync: number;
  readonly time: number;
  readonly bytes: number;
  /** Micro-batches in flight on each replica. */
  readonly inFlight: number;
}

export interface PlanCost {
  /** Of the slowest stage. */
  readonly time: number;
  readonly fits: boolean;
  readonly devices: number;
  readonly stages: readonly StageCost[];
}

/** Synchronisation moves so many times the weights, by PipeDream's convention. */
export const SYNC_FACTOR = 4;

/** First stage first. A plan that is none of the problem is an InputError. */
export function planCost(problem: PiperProblem, stages: readonly PiperStage[]): PlanCost {
  checkPlan(problem, stages);
  const costs: StageCost[] = [];
  let suffix = 0;
  for (const stage of [...stages].reverse()) {
    suffix += stage.replicas;
    costs.unshift(stageCost(problem, stage, Math.ceil(suffix / stage.replicas)));
  }
  return {
    time: Math.max(...costs.map(({ time }) => time)),
    fits: costs.every(({ bytes }) => bytes <= problem.memoryBytes),
    devices: devicesOf(stages),
    stages: costs,
  };
}

export function stageCost(problem: PiperProblem, stage: PiperStage, inFlight: number): StageCost {
  const { microBatches, bytesPerTime, neighbourStart, neighbour, crossingStart } = problem;
  const { layers, replicas, degree, choices } = stage;
  const inside = new Set(layers);
  let [work, crossing, weights, bytes] = [0, 0, 0, 0];
  for (const [i, layer] of layers.entries()) {
    const choice = choiceOf(problem, degree, layer, choices[i]);
    work += problem.time[choice];
    weights += problem.weightBytes[choice];
    bytes += problem.bytesInFlight[choice] * inFlight + problem.bytesFixed[choice];
    for (let at = neighbourStart[layer]; at < neighbourStart[layer + 1]; at++)
      if (!inside.has(neighbour[at]))
        crossing += problem.crossing[crossingStart[choice] + at - neighbourStart[layer]];
  }
  const parts = {
    work: work / replicas,
    crossing: crossing / replicas / bytesPerTime,
    sync: (SYNC_FACTOR * (replicas - 1) * weights) / replicas / microBatches / bytesPerTime,
  };
  return { ...parts, time: parts.work + parts.crossing + parts.sync, bytes, inFlight };
}

const devicesOf = (stages: readonly PiperStage[]): number =>
  stages.reduce((sum, { replicas, degree }) => sum + replicas * degree, 0);

/** Index of a choice in the problem. */
function choiceOf(problem: PiperProblem, degree: number, layer: number, number: number): number {
  const [from, to] = choicesAt(problem, problem.degrees.indexOf(degree), layer);
  const choice = problem.numberOf.subarray(from, to).indexOf(number);
  if (problem.degrees.includes(degree) && choice !== -1) return from + choice;
  throw new InputError(`Layer ${layer} has no choice ${number} at tensor-parallel degree ${degree}.`);
}

function checkPlan(problem: PiperProblem, stages: readonly PiperStage[]): void {
  const { count, devices, microBatches, replicas, successors } = problem;
  const stageOf = new Int32Array(count).fill(-1);
  let suffix = 0;
  for (const [number, stage] of stages.entries()) {
    if (!replicas.includes(stage.replicas))
      throw new InputError(
        `Stage ${number} has ${stage.replicas} replicas, expected one of ${replicas.slice(0, 8).join(", ")}.`,
      );
    suffix += stage.replicas;
    for (const layer of stage.layers) {
      if (stageOf[layer] !== -1) throw new InputError(`Layer ${layer} is no layer, or in two stages.`);
      stageOf[layer] = number;
    }
  }
  const alone = stageOf.indexOf(-1);
  if (alone !== -1) throw new InputError(`Layer ${alone} is in no stage.`);
  for (let v = 0; v < count; v++)
    for (const w of successors[v])
      if (stageOf[v] > stageOf[w])
        throw new InputError(`Layer ${v} is in a later stage than layer ${w}, which needs it.`);
  if (suffix > microBatches)
    throw new InputError(
      `The stages have ${suffix} replicas, expected at most ${microBatches} micro-batches.`,
    );
  if (devicesOf(stages) > devices)
    throw new InputError(`The stages take ${devicesOf(stages)} devices, expected at most ${devices}.`);
}
