/**
 * From one type for each layer to the pipeline that is scored: neighbours of one type are a stage,
 * with its cheapest units. Where no units reach the floor it has the fastest.
 */
import { HOST_STAGE, type PipelinePlan } from "../../../model/plan/pipeline.ts";
import type { PricedChain } from "./priced-chain.ts";
import { stagesOf } from "./problem.ts";
import { bestUnits, fastestUnits } from "./provision.ts";

/** Pre: the types fit (type-choices.ts). */
export function planOfTypes(
  { problem, layerOf, types }: PricedChain,
  typeOf: ArrayLike<number>,
): PipelinePlan {
  const stages = stagesOf(problem, typeOf);
  const { units } = bestUnits(problem, stages) ?? fastestUnits(problem, stages)!;
  return planOfUnits({ problem, layerOf, types }, typeOf, units);
}

/** With units of its own for each stage, within the limits. */
export function planOfUnits(
  { problem, layerOf, types }: Pick<PricedChain, "problem" | "layerOf" | "types">,
  typeOf: ArrayLike<number>,
  units: ArrayLike<number>,
): PipelinePlan {
  const rented = new Int32Array(types.length);
  const stageOfLayer = new Int32Array(problem.layers);
  const stages = stagesOf(problem, typeOf).map(({ first, end, type }, s) => {
    stageOfLayer.fill(s, first, end);
    const from = rented[type];
    rented[type] += units[s];
    return { devices: types[type].devices.slice(from, rented[type]), share: "split" as const };
  });
  return {
    kind: "pipeline",
    stageOf: layerOf.map((layer) => (layer === HOST_STAGE ? layer : stageOfLayer[layer])),
    stages,
    microBatches: 1,
    schedule: { name: "gpipe" },
  };
}

/** The types of a plan that such a pipeline has; null where its stages are no runs of layers. */
export function typesOfPlan(
  { problem, layerOf, typeOf: typeOfDevice }: PricedChain,
  { stageOf, stages }: PipelinePlan,
): Int32Array | null {
  const typeOf = new Int32Array(problem.layers).fill(-1);
  for (const [v, layer] of layerOf.entries()) {
    if (layer === HOST_STAGE) continue;
    const type = stageOf[v] < 0 ? -1 : typeOfDevice[stages[stageOf[v]].devices[0]];
    if (type === -1 || (typeOf[layer] !== -1 && typeOf[layer] !== type)) return null;
    typeOf[layer] = type;
  }
  return typeOf;
}
