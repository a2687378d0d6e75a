/** Small scenarios of layers with weights, forward and backward ops, for the pipeline envs. */
import type { LayerChain } from "../../../../env/index.ts";
import { layerChain } from "../../../../env/index.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { type TestScenarioOptions, testScenario } from "../../../../env/model/test-scenario.ts";

/** Layer i computes for `us[i]` forward and twice as long backward. */
export function trainingChain(us: readonly number[]): string {
  const forward = us.map((time, i) => {
    const input = i === 0 ? "" : ` <- f${i - 1}`;
    return `f${i} ${time} ${100 + 10 * i}B params=${10 * (i + 1)} group=g${i}${input}`;
  });
  const backward = us.map((time, i) => {
    const later = i === us.length - 1 ? "" : `b${i + 1} `;
    return `b${i} ${2 * time} 100B role=backward twin=f${i} group=g${i} <- ${later}f${i}`;
  });
  return [...forward, ...backward.reverse()].join("\n");
}

export const pipelineScenario = (graph: string, options: Omit<TestScenarioOptions, "graph"> = {}): Scenario =>
  testScenario({ name: "layers", graph, devices: 4, objective: "iteration", ...options });

export const chainScenario = pipelineScenario(trainingChain([4, 6, 8, 8, 6, 4]));

export const hostedScenario = pipelineScenario(trainingChain([4, 6, 8, 8, 6, 4]), {
  devices: ["GPU", "GPU", "GPU", "GPU", "CPU"],
});

/** Two branches between a first and a last layer: stages need not be contiguous. */
export const branchScenario = pipelineScenario(`
  first 10 100B
  a1 20 100B <- first
  b1 20 100B <- first
  a2 20 100B <- a1
  b2 20 100B <- b1
  last 10 100B <- a2 b2`);

export function chainIn(scenario: Scenario, layers?: number): LayerChain {
  const chain = layerChain(scenario, layers);
  if (typeof chain === "string") throw new Error(chain);
  return chain;
}
