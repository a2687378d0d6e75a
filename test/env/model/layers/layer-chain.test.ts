import { describe, expect, test } from "vitest";
import { testScenario } from "../../../../env/index.ts";
import { layerChain } from "../../../../env/model/layers/layer-chain.ts";
import { chainScenario, uniformLayers } from "../plan/chain.ts";

const chainOf = (...given: Parameters<typeof layerChain>) => {
  const chain = layerChain(...given);
  if (typeof chain === "string") throw new Error(chain);
  return chain;
};

describe("a scenario as a chain of layers", () => {
  const layers = [2, 3, 4].map((us) => ({
    forwardUs: us,
    backwardUs: 2 * us,
    updateUs: 1,
    weightBytes: 10 * us,
    keptBytes: us,
    outputBytes: 100 * us,
  }));

  test("has the times and bytes of each layer, without the host's inputs", () => {
    const scenario = chainScenario({ layers, devices: ["GPU", "GPU", "CPU"], inputs: { 0: 5 }, launchUs: 1 });
    const chain = chainOf(scenario);
    expect(chain.count).toBe(3);
    expect(chain.types).toHaveLength(1);
    expect([...chain.types[0].devices]).toEqual([0, 1]);
    expect(chain.layerOf[scenario.graph.names.indexOf("x0")]).toBe(-1);
    expect([...chain.forwardUs]).toEqual([2, 3, 4]);
    expect([...chain.forwardFixedUs]).toEqual([1, 1, 1]);
    expect([...chain.backwardUs]).toEqual([4, 6, 8]);
    expect([...chain.updateUs]).toEqual([1, 1, 1]);
    expect([...chain.weightBytes]).toEqual([20, 30, 40]);
    expect([...chain.gradientBytes]).toEqual([20, 30, 40]);
    expect([...chain.keptBytes]).toEqual([2, 3, 4]);
    expect([...chain.cutBytes]).toEqual([200, 300, 0]);
    expect([...chain.gradientCutBytes]).toEqual([200, 300, 0]);
  });

  test("counts a tensor at every cut that it crosses", () => {
    const scenario = chainScenario({ layers, skips: [[0, 2]] });
    expect([...chainOf(scenario).cutBytes]).toEqual([200, 200 + 300, 0]);
  });

  test("merges neighbours where there may be fewer layers", () => {
    const scenario = chainScenario({
      layers: uniformLayers(8, { forwardUs: 1, backwardUs: 2, outputBytes: 1 }),
    });
    const chain = chainOf(scenario, 3);
    expect(chain.count).toBeLessThanOrEqual(3);
    expect(chain.forwardUs.reduce((sum, us) => sum + us, 0)).toBe(8);
  });

  test("a graph without updates has gradients as large as its weights", () => {
    const graph = "a 1 8B params=40 <-\nab 2 8B role=backward twin=a <- a";
    const chain = chainOf(testScenario({ graph, devices: 2 }));
    expect(chain.gradientBytes.reduce((sum, bytes) => sum + bytes, 0)).toBe(40);
  });

  test("says in a sentence why there is none", () => {
    expect(layerChain(testScenario({ graph: "a CPU:1", devices: ["CPU"] }))).toBe(
      "The cluster has no accelerator to put stages on.",
    );
    const inner = "a 1 5B <-\nb 1 kinds=CPU <- a";
    expect(layerChain(testScenario({ graph: inner, devices: ["GPU", "CPU"] }))).toBe(
      'Op "b" runs on no accelerator of the cluster and is no input, so no stage can hold it.',
    );
  });
});
