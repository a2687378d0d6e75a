/** First plans of `best` that are exact under a model. */
import { expect, test } from "vitest";
import { hybridCandidates } from "../../../../../agents/planners/pipeline/best/hybrid-candidates.ts";
import { type LayerChain, layerChain } from "../../../../../env/model/layers/layer-chain.ts";
import { chainScenario, uniformLayers } from "../../../../env/model/plan/chain.ts";

const layer = { forwardUs: 4000, backwardUs: 8000, updateUs: 2, weightBytes: 300, outputBytes: 40 };
const chainOn = (devices: number) =>
  layerChain(chainScenario({ layers: uniformLayers(4, layer), devices, batch: 64 })) as LayerChain;

test("stages hold all layers in order, on devices of their own", () => {
  const chain = chainOn(6);
  const found = hybridCandidates(chain, [1, 2, 4, 8], 1);
  expect(found.length).toBeGreaterThan(1);
  for (const { plan, estimateUs } of found) {
    expect(estimateUs).toBeGreaterThan(0);
    expect(plan.stages.map(({ from }) => from)).toEqual([0, ...plan.stages.slice(0, -1).map(({ to }) => to)]);
    expect(plan.stages.at(-1)!.to).toBe(chain.count);
    const used = plan.stages.flatMap(({ devices }) => devices);
    expect(new Set(used).size).toBe(used.length);
  }
});

test("takes devices in bundles where there are many more than layers", () => {
  const found = hybridCandidates(chainOn(64), [1, 2, 4, 8], 1);
  expect(found.length).toBeGreaterThan(1);
  for (const { plan } of found)
    for (const { devices } of plan.stages) {
      expect(devices.length % 4).toBe(0);
      expect(devices).toEqual(Array.from({ length: devices.length }, (_, i) => devices[0] + i));
    }
});
