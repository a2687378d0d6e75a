/**
 * The price of any pipeline by HeterPS's formula (see problem.ts). Each stage has units of one
 * type, its devices. Its computing is the sum of its ops' run times; its transfers are what crosses
 * its front.
 *
 * The formula knows no micro-batches, schedule, recomputation or swapping: of a pipeline plan only
 * stages and their devices count. A plan of types has the cost that its problem says, to the last
 * digit: sums are taken layer by layer.
 */
import { InputError } from "../../../model/errors.ts";
import { HOST_STAGE, type PipelinePlan } from "../../../model/plan/pipeline.ts";
import type { Plan } from "../../../model/plan/plan.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { frontBytes, type PricedChain, pricedChain } from "./priced-chain.ts";
import { type Provisioning, provisioningOf } from "./provision.ts";
import { type StageWork, stageTime } from "./stage-time.ts";

export interface PipelinePrice extends Provisioning {
  readonly stages: readonly StageWork[];
}

/** Prices valid pipelines; throws one sentence where the stages cannot be rented. */
export function pipelinePrices(
  scenario: Scenario,
  chain: PricedChain,
): (plan: PipelinePlan) => PipelinePrice {
  const { graph } = scenario;
  const { layerOf, typeOf, runUs, problem, usPerByte } = chain;
  const byLayer = [...layerOf.keys()]
    .filter((v) => layerOf[v] !== HOST_STAGE)
    .sort((a, b) => layerOf[a] - layerOf[b] || a - b);

  function computeTimes({ stageOf, stages }: PipelinePlan, types: readonly number[]): Float64Array {
    const total = new Float64Array(stages.length);
    const ofLayer = new Float64Array(stages.length);
    byLayer.forEach((v, i) => {
      ofLayer[stageOf[v]] += runUs[v * problem.types + types[stageOf[v]]];
      const next = byLayer[i + 1];
      if (next !== undefined && layerOf[next] === layerOf[v]) return;
      for (let s = 0; s < total.length; s++) total[s] += ofLayer[s];
      ofLayer.fill(0);
    });
    return total;
  }

  return (plan) => {
    const types = stageTypes(scenario, plan, typeOf);
    const hosted = plan.stageOf.findIndex((stage, v) => stage === HOST_STAGE && layerOf[v] !== HOST_STAGE);
    if (hosted !== -1)
      throw new InputError(
        `Op "${graph.names[hosted]}" is on the host, but the objective cost rents a device for every op that takes time.`,
      );
    const times = computeTimes(plan, types);
    const fronts = frontBytes(graph, plan.stageOf, plan.stages.length);
    const stages = types.map((type, s) => ({
      type,
      computeTime: times[s],
      transferTime: fronts[s] * usPerByte,
    }));
    const units = plan.stages.map(({ devices }) => devices.length);
    return { ...provisioningOf(problem, stages, units), stages };
  };
}

/** The price of one valid pipeline, whether or not it reaches the floor. */
export const pricedPipeline = (scenario: Scenario, plan: Plan): PipelinePrice =>
  pipelinePrices(scenario, pricedChain(scenario))(plan as PipelinePlan);

/** Type of each stage; throws one sentence where a stage mixes types or two stages share a device. */
function stageTypes({ cluster }: Scenario, { stages }: PipelinePlan, typeOf: Int32Array): number[] {
  const stageOfDevice = new Map<number, number>();
  return stages.map(({ devices }, stage) => {
    for (const d of devices) {
      const { name } = cluster.devices[d];
      if (typeOf[d] !== typeOf[devices[0]])
        throw new InputError(
          `Stage ${stage} of the pipeline has "${cluster.devices[devices[0]].name}" and "${name}"; under the objective cost a stage has devices of one type.`,
        );
      const other = stageOfDevice.get(d);
      if (other !== undefined)
        throw new InputError(
          `Stages ${other} and ${stage} of the pipeline share "${name}"; under the objective cost each stage rents its own devices.`,
        );
      stageOfDevice.set(d, stage);
    }
    return typeOf[devices[0]];
  });
}

/** Times of one batch on each device of a priced pipeline, us. */
export function unitTimesUs(
  { problem }: PricedChain,
  plan: PipelinePlan,
  { stages }: PipelinePrice,
  deviceCount: number,
) {
  const computeUs = new Float64Array(deviceCount);
  const transferUs = new Float64Array(deviceCount);
  const loadUs = new Float64Array(deviceCount);
  stages.forEach((stage, s) => {
    const { devices } = plan.stages[s];
    const timeOf = (work: StageWork) => stageTime(problem, work, devices.length) * problem.batch;
    for (const d of devices) {
      computeUs[d] = timeOf({ ...stage, transferTime: 0 });
      transferUs[d] = timeOf({ ...stage, computeTime: 0 });
      loadUs[d] = timeOf(stage);
    }
  });
  return { computeUs, transferUs, loadUs };
}
