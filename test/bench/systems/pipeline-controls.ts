/**
 * What TAPP's checks compare with: contiguous splits with the order of nodes enumerated, data
 * parallelism, local search over layers. Also how busy links are.
 */
import { leastBottleneck } from "../../../agents/exact/stages/hybrid/bottleneck.ts";
import type { StageProblem } from "../../../agents/exact/stages/hybrid/problem.ts";
import { deviceStages } from "../../../agents/problems/pipeline/device-stages.ts";
import { stageEstimator } from "../../../agents/search/pipelines/stage-estimate.ts";
import { usableDevices } from "../../../env/envs/pipeline/settings.ts";
import { createRng, evaluator, type PipelinePlan, type Scenario } from "../../../env/index.ts";
import { type LayerChain, layerChain } from "../../../env/model/layers/layer-chain.ts";
import { layerEdges } from "../../../env/model/layers/layer-edges.ts";
import { type LayerStage, planOfLayers, stagePlan } from "../../../env/model/layers/stage-plan.ts";
import { pipelineTimeline } from "../../../env/sim/timeline/pipeline/pipeline-timeline.ts";

export function chainOf(scenario: Scenario): LayerChain {
  const chain = layerChain(scenario);
  if (typeof chain === "string") throw new Error(chain);
  return chain;
}

export interface Split {
  /** Time of a batch by the formula, us: no contiguous plan without replicas is below it. */
  readonly formulaUs: number;
  /** Time of a batch of the plan, simulated, us. */
  readonly simulatedUs: number;
  readonly plan: PipelinePlan;
}

/**
 * The split of the dynamic program, each node with one stage at most. All orders of nodes are
 * tried; the best of their plans, as simulated, is the answer.
 *
 * By the formula a stage takes the longer of its computing and of either transfer over the border
 * before it. What that leaves out, memory and waiting among it, only makes plans slower. The
 * program finds the optimum of the formula for each order.
 */
export function programmedSplit(scenario: Scenario): Split {
  const chain = chainOf(scenario);
  const { evaluate } = evaluator(scenario);
  const splits = permutations(usableDevices(chain)).map((order): Split => {
    const { value, stages } = leastBottleneck(problemOf(chain, order))!;
    const ends = stages.map(({ end }) => end);
    const plan = splitPlan(chain, order, ends);
    return { formulaUs: value * order.length, simulatedUs: evaluate(plan).cost, plan };
  });
  const best = splits.reduce((least, split) => (split.simulatedUs < least.simulatedUs ? split : least));
  return { ...best, formulaUs: Math.min(...splits.map(({ formulaUs }) => formulaUs)) };
}

/**
 * The best contiguous split as simulated, which is exact. It begins with the program's. Every split
 * of every order is simulated that the formula does not rule out.
 */
export function bestSplit(scenario: Scenario): Split {
  const chain = chainOf(scenario);
  const { evaluate } = evaluator(scenario);
  let best = programmedSplit(scenario);
  for (const order of permutations(usableDevices(chain))) {
    const { cost, layers } = problemOf(chain, order);
    const extend = (ends: readonly number[]): void => {
      const from = ends[ends.length - 1] ?? 0;
      if (from === layers) {
        const plan = splitPlan(chain, order, ends);
        const simulatedUs = evaluate(plan).cost;
        if (simulatedUs < best.simulatedUs) best = { ...best, simulatedUs, plan };
        return;
      }
      if (ends.length === order.length) return;
      for (let end = from + 1; end <= layers; end++)
        if (cost(from, end, ends.length, 1, 0)!.period * order.length < best.simulatedUs)
          extend([...ends, end]);
    };
    extend([]);
  }
  return best;
}

const splitPlan = (chain: LayerChain, order: readonly number[], ends: readonly number[]): PipelinePlan =>
  stagePlan(chain, {
    stages: ends.map((to, s): LayerStage => {
      return { from: ends[s - 1] ?? 0, to, devices: [order[s]], share: "split" };
    }),
    microBatches: order.length,
    schedule: { name: "pipedream" },
  });

/** One minibatch for each node, as TAPP's default has. */
function problemOf(chain: LayerChain, order: readonly number[]): StageProblem {
  const { count, types, cutBytes, gradientCutBytes, updateUs } = chain;
  const { us } = stageEstimator(chain);
  const share = 1 / order.length;
  const typeOf = order.map((device) => types.findIndex(({ devices }) => devices.includes(device)));
  return {
    layers: count,
    devices: order.length,
    microBatches: 1,
    replicaCounts: [1],
    placeClass: Int32Array.from(order.keys()),
    variants: 1,
    cost(from, to, place) {
      const type = typeOf[place];
      let period = us({ from, to, type, recompute: false }, share);
      for (let layer = from; layer < to; layer++) period += updateUs[type * count + layer];
      if (from > 0) {
        const [before, own] = [order[place - 1], order[place]];
        if (before === undefined) return null;
        period = Math.max(
          period,
          (cutBytes[from - 1] * share) / slowestBytesPerUs(chain.scenario, before, own),
          (gradientCutBytes[from - 1] * share) / slowestBytesPerUs(chain.scenario, own, before),
        );
      }
      return { fill: period, period, sync: 0, hidden: 0, deepest: Number.POSITIVE_INFINITY };
    },
  };
}

const slowestBytesPerUs = ({ cluster: { routes, links } }: Scenario, from: number, to: number): number =>
  routes[from][to].reduce((least, link) => Math.min(least, links[link].bytesPerUs), Number.POSITIVE_INFINITY);

export function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}

/** Bulk-synchronous data parallelism: all layers on every node, which split the batch. */
export function dataParallel(scenario: Scenario): PipelinePlan {
  const chain = chainOf(scenario);
  const stages: LayerStage[] = [{ from: 0, to: chain.count, devices: usableDevices(chain), share: "split" }];
  return stagePlan(chain, { stages, microBatches: 1, schedule: { name: "1f1b" } });
}

/** Share of the time of a batch in which the busiest link sends. */
export function busiestLinkShare(scenario: Scenario, plan: PipelinePlan): number {
  const { transfers, window } = pipelineTimeline(scenario, plan);
  const { fromUs, toUs } = window;
  const hops = transfers.flatMap((transfer) => transfer.hops).sort((a, b) => a.startUs - b.startUs);
  const links = scenario.cluster.links.length;
  const busyUs = new Float64Array(links);
  const untilUs = new Float64Array(links).fill(fromUs);
  for (const { link, startUs, sentUs } of hops) {
    const endUs = Math.min(sentUs, toUs);
    busyUs[link] += Math.max(0, endUs - Math.max(startUs, untilUs[link]));
    untilUs[link] = Math.max(untilUs[link], endUs);
  }
  return Math.max(...busyUs) / (toUs - fromUs);
}

/**
 * Hill climbing from a plan: one layer to another node at a time, kept where the simulator says
 * that it is no worse. Answers the best cost.
 */
export function localSearch(scenario: Scenario, start: PipelinePlan, evaluations: number, seed: number) {
  const chain = chainOf(scenario);
  const edges = layerEdges(chain);
  const devices = usableDevices(chain);
  const { evaluate } = evaluator(scenario);
  const rng = createRng(seed).child("local search");
  const { microBatches, schedule } = start;
  const deviceOfLayer = new Int32Array(chain.count);
  chain.layerOf.forEach((layer, v) => {
    if (layer !== -1) deviceOfLayer[layer] = start.stages[start.stageOf[v]].devices[0];
  });
  let cost = evaluate(start).cost;
  for (let spent = 1; spent < evaluations; spent++) {
    const layer = rng.int(chain.count);
    const before = deviceOfLayer[layer];
    const others = devices.filter((device) => device !== before);
    deviceOfLayer[layer] = others[rng.int(others.length)];
    const { stageOfLayer, stages } = deviceStages(edges, deviceOfLayer);
    const tried = evaluate(planOfLayers(chain, stageOfLayer, { stages, microBatches, schedule })).cost;
    if (tried <= cost) cost = tried;
    else deviceOfLayer[layer] = before;
  }
  return cost;
}
