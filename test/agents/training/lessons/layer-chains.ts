/** Small chains of layers under the objective iteration, for tests of what learns on layers. */
import { type Scenario, testScenario } from "../../../../env/index.ts";
import { type LayerChain, layerChain } from "../../../../env/model/layers/layer-chain.ts";
import { trainingChain } from "../../registry/tiny-pipelines.ts";

/** So many layers on so many devices, every third layer the longest. */
export const chainScenario = (layers: number, devices = 2): Scenario =>
  testScenario({
    name: `chain of ${layers}`,
    graph: trainingChain(Array.from({ length: layers }, (_, i) => 10 + 15 * (i % 3))),
    devices,
    batch: 8,
    objective: "iteration",
  });

export function layersOf(scenario: Scenario): LayerChain {
  const chain = layerChain(scenario);
  if (typeof chain === "string") throw new Error(chain);
  return chain;
}

export const chainOf = (layers: number, devices = 2): LayerChain => layersOf(chainScenario(layers, devices));
