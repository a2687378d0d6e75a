/**
 * The max-load problem of a micro-batch (problems/split/split-problem.ts), for planners that
 * replicate stages. Its elements are those of the graph, or the layers of a chain.
 *
 * A CPU holds inputs alone, as in a pipeline plan. An element with other ops runs on no CPU, and
 * inputs in it take an accelerator no time.
 */
import { launchTimesUs, shareUs } from "../../../env/model/cluster/micro-batch.ts";
import { runTimesUs } from "../../../env/model/cluster/speed.ts";
import { opClasses } from "../../../env/model/graph/op-classes.ts";
import type { Elements } from "../../../env/model/layers/elements.ts";
import type { LayerChain } from "../../../env/model/layers/layer-chain.ts";
import { HOST_STAGE } from "../../../env/model/plan/pipeline.ts";
import { type SplitProblem, splitProblem } from "../split/split-problem.ts";

/** @param share of the batch, in a micro-batch */
export function sampleProblem(chain: LayerChain, elements: Elements, share: number): SplitProblem {
  return ofShare(splitProblem(chain.scenario, elements), chain, share);
}

/** One element for each layer; the first one holds the inputs of the host, where there are some. */
export function chainElements({ scenario, layerOf, count }: LayerChain): Elements {
  const inputs = layerOf.includes(HOST_STAGE) ? 1 : 0;
  const elements = count + inputs;
  return {
    count: elements,
    of: layerOf.map((layer) => (layer === HOST_STAGE ? 0 : layer + inputs)),
    successors: Array.from({ length: elements }, (_, v) => (v + 1 < elements ? [v + 1] : [])),
    lossless: false,
    mergedIdle: new Uint8Array(scenario.graph.opCount),
  };
}

/** Ops that run once in a batch take all their time: each micro-batch updates the weights. */
function ofShare(problem: SplitProblem, { scenario, layerOf }: LayerChain, share: number): SplitProblem {
  const { elements, types, nets } = problem;
  const { graph, cluster } = scenario;
  const { once } = opClasses(graph);
  const runUs = runTimesUs(graph, cluster);
  const launchUs = launchTimesUs(runUs, cluster);
  const deviceCount = cluster.devices.length;
  const timeUs = new Float64Array(problem.timeUs.length);
  const holdsLayers = new Uint8Array(elements.count);
  elements.of.forEach((element, v) => {
    if (layerOf[v] !== HOST_STAGE) holdsLayers[element] = 1;
  });
  elements.of.forEach((element, v) => {
    types.forEach(({ devices: [device], paysTransfers }, type) => {
      const at = v * deviceCount + device;
      const us = once[v] === 1 ? runUs[at] : shareUs(runUs[at], launchUs[at], share);
      const isInput = layerOf[v] === HOST_STAGE;
      if (paysTransfers && isInput && holdsLayers[element] === 1) return;
      timeUs[element * types.length + type] += !paysTransfers && !isInput ? Number.POSITIVE_INFINITY : us;
    });
  });
  return { ...problem, timeUs, nets: { ...nets, transferUs: nets.transferUs.map((us) => us * share) } };
}
