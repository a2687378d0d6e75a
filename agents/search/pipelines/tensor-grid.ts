/**
 * Hybrids that an engineer would try first: equal stages, each of equal replicas of equally many
 * tensor ranks. Stages, replicas, tensor ranks and micro-batches multiply to powers of two. Each is
 * tried with and without recomputation, and with the optimizer's state divided over replicas (ZeRO,
 * stage 1). Stages are cut so that the slowest is as fast as possible.
 */
import type { LayerChain } from "../../../env/model/layers/layer-chain.ts";
import { insideOf } from "../../../env/model/layers/stage-families.ts";
import type { LayerStage, StagePlan } from "../../../env/model/layers/stage-plan.ts";
import { tensorRegions } from "../../../env/model/layers/tensor-regions.ts";
import { mayHaveMeshes } from "../../../env/model/plan/inside.ts";
import { type MachineBorders, machineBorders } from "../../problems/pipeline/machine-borders.ts";
import { powersOfTwo } from "../../problems/pipeline/micro-batches.ts";
import {
  batchEndUs,
  type LayerCosts,
  layerCosts,
  mostInFlight,
  type StageShape,
  type StageTreatment,
  stageBytes,
  tensorPassUs,
} from "../../problems/pipeline/tensor/tensor-costs.ts";
import { tensorLinks } from "../../problems/pipeline/tensor/tensor-links.ts";
import { partitionChain } from "../lines/chain-partition.ts";
import type { Candidate } from "./grid.ts";

const MOST_TENSOR_RANKS = 16;
/**
 * Most ranks of a replica whose replicas were put inside to divide the optimizer's state. A sum
 * among n ranks is 2 n (n - 1) messages, so that more take long to simulate.
 */
export const MOST_ZERO_RANKS = 32;
const TREATMENTS: readonly StageTreatment[] = [
  { recompute: false, zero: false },
  { recompute: false, zero: true },
  { recompute: true, zero: false },
  { recompute: true, zero: true },
];

/** Tensor ranks that can divide something of the graph, 1 first; all fit in each machine. */
export function tensorDegrees({ scenario, types }: LayerChain): number[] {
  const { ends } = machineBorders(scenario, largestType(types).devices);
  const degrees = [1];
  if (!mayHaveMeshes(scenario.graph)) return degrees;
  for (let degree = 2; degree <= MOST_TENSOR_RANKS; degree *= 2)
    if (ends.every((end) => end % degree === 0) && tensorRegions(scenario.graph, degree).closing.length > 0)
      degrees.push(degree);
  return degrees;
}

interface Grid {
  readonly chain: LayerChain;
  readonly machines: MachineBorders;
  readonly memoryBytes: number;
}

interface Shape {
  readonly stageCount: number;
  readonly replicas: number;
  readonly microBatches: number;
}

/**
 * Those that the estimated memory holds, the best estimate first. Empty where no tensors can be
 * divided.
 *
 * @param memoryShare share of the memory that the estimate may fill
 */
export function tensorGrid(
  chain: LayerChain,
  microBatchNumbers: readonly number[],
  memoryShare: number,
): Candidate[] {
  const degrees = tensorDegrees(chain);
  if (degrees.length === 1) return [];
  const { devices, memoryBytes } = largestType(chain.types);
  const machines = machineBorders(chain.scenario, devices);
  const grid = { chain, machines, memoryBytes: memoryBytes * memoryShare };
  const candidates: Candidate[] = [];
  for (const degree of degrees) {
    const costs = layerCosts(chain, devices[0], degree, tensorRegions(chain.scenario.graph, degree));
    const groups = Math.floor(devices.length / degree);
    for (const stageCount of powersOfTwo(Math.min(groups, chain.count)))
      for (const microBatches of microBatchNumbers) {
        const shape = { stageCount, microBatches, replicas: Math.floor(groups / stageCount) };
        candidates.push(...candidatesOf(grid, costs, shape));
      }
  }
  return candidates.sort((a, b) => a.estimateUs - b.estimateUs);
}

const largestType = (types: LayerChain["types"]) =>
  types.reduce((most, type) => (type.devices.length > most.devices.length ? type : most));

function candidatesOf(grid: Grid, costs: LayerCosts, { stageCount, replicas, microBatches }: Shape) {
  const { chain, machines } = grid;
  const width = replicas * costs.degree;
  const { inside, across } = tensorLinks(chain.scenario, machines);
  const isInside = machines.ends.every((end) => end % width === 0);
  const shape = { replicas, microBatches, tensorLink: inside, dataLink: isInside ? inside : across };
  const cuts = evenCuts(chain.count, costs, shape, stageCount);
  if (cuts === null) return [];
  const candidates: Candidate[] = [];
  for (const treatment of TREATMENTS) {
    if (treatment.zero && (replicas === 1 || width > MOST_ZERO_RANKS)) continue;
    const estimateUs = estimateOf(grid, costs, { shape, cuts, treatment });
    if (estimateUs === null) continue;
    const stages = cuts.slice(0, -1).map((from, s): LayerStage => {
      const mesh = insideOf({ tensor: costs.degree, zero: treatment.zero }, width);
      return {
        from,
        to: cuts[s + 1],
        devices: machines.devices.slice(s * width, (s + 1) * width),
        share: "split",
        recompute: treatment.recompute,
        ...(mesh !== null && { inside: mesh }),
      };
    });
    const plan: StagePlan = { stages, microBatches, schedule: { name: "1f1b" } };
    candidates.push({ plan, estimateUs });
  }
  return candidates;
}

/** First layers of the stages, and the end; null where some stage would be empty. */
function evenCuts(
  count: number,
  costs: LayerCosts,
  shape: StageShape,
  stageCount: number,
): readonly number[] | null {
  const us = new Float64Array(count * stageCount);
  for (let layer = 0; layer < count; layer++)
    us.fill(bothPassesUs(costs, layer, layer + 1, shape), layer * stageCount, (layer + 1) * stageCount);
  const blockOf = partitionChain(us, stageCount);
  if (blockOf === null) return null;
  const cuts = Array.from({ length: stageCount }, (_, s) => blockOf.indexOf(s));
  return cuts.includes(-1) ? null : [...cuts, count];
}

const bothPassesUs = (costs: LayerCosts, first: number, end: number, shape: StageShape): number =>
  tensorPassUs(costs, "forward", { first, end }, shape) +
  tensorPassUs(costs, "backward", { first, end }, shape);

interface Divided {
  readonly shape: StageShape;
  readonly cuts: readonly number[];
  readonly treatment: StageTreatment;
}

/** Fill and steady state of 1F1B, the slowest end of a batch; null where memory is too small. */
function estimateOf(
  { chain, memoryBytes }: Grid,
  costs: LayerCosts,
  { shape, cuts, treatment }: Divided,
): number | null {
  const { optimizerSlots } = chain.scenario.fidelity;
  const { microBatches } = shape;
  const stageCount = cuts.length - 1;
  let [sumUs, slowestUs, endUs] = [0, 0, 0];
  for (let s = 0; s < stageCount; s++) {
    const range = { first: cuts[s], end: cuts[s + 1] };
    const bytes = stageBytes(costs, range, shape, { ...treatment, optimizerSlots });
    const inFlight = Math.min(microBatches, stageCount - s);
    if (mostInFlight(bytes, memoryBytes, microBatches) < inFlight) return null;
    const againUs = treatment.recompute ? tensorPassUs(costs, "forward", range, shape) : 0;
    const us = bothPassesUs(costs, cuts[s], cuts[s + 1], shape) + againUs;
    sumUs += us;
    slowestUs = Math.max(slowestUs, us);
    endUs = Math.max(endUs, batchEndUs(costs, range, shape));
  }
  return sumUs + (microBatches - 1) * slowestUs + endUs;
}
