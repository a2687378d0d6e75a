import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layerRows } from "../../../../agents/nets/placers/chain-features.ts";
import { layerFlows } from "../../../../agents/problems/pipeline/layer-flows.ts";
import {
  byFirstLayer,
  groupedLayers,
  returnless,
  steps,
} from "../../../../agents/training/lessons/grouped-layers.ts";
import { createAssignEnv } from "../../../../env/envs/pipeline/assign.ts";
import { assignReplay } from "../../../../env/envs/pipeline/assign-replay.ts";
import { createRng, evaluator, type PipelinePlan, validatePlan } from "../../../../env/index.ts";
import { tinyPipelines } from "../../registry/tiny-pipelines.ts";
import { layersOf } from "./layer-chains.ts";

const labels = fc.array(fc.nat(4), { minLength: 1, maxLength: 12 }).map((drawn) => Int32Array.from(drawn));
const isSorted = (values: Int32Array) => values.every((value, i) => i === 0 || value >= values[i - 1]);

describe("drawn groups", () => {
  test("are numbered by their first layers", () => {
    expect([...byFirstLayer(Int32Array.of(4, 1, 4, 0))]).toEqual([0, 1, 0, 2]);
  });

  test("read as intervals are intervals without gaps, and intervals are read as they are", () => {
    fc.assert(
      fc.property(labels, (drawn) => {
        const read = steps(drawn);
        expect(isSorted(read)).toBe(true);
        expect([...byFirstLayer(read)]).toEqual([...read]);
        expect(steps(read)).toEqual(read);
      }),
    );
    expect([...steps(Int32Array.of(0, 0, 3, 1, 1, 0, 2))]).toEqual([0, 0, 1, 1, 1, 1, 2]);
  });

  test("leave no device to come back to it", () => {
    expect([...returnless(Int32Array.of(1, 0, 1, 1, 2, 0))]).toEqual([1, 0, 0, 0, 2, 2]);
    fc.assert(
      fc.property(labels, (devices) => {
        expect(isSorted(byFirstLayer(returnless(devices)))).toBe(true);
        expect(returnless(returnless(devices))).toEqual(returnless(devices));
      }),
    );
  });
});

const GROUPS = 3;
const world = (scenario: (typeof tinyPipelines)[number], contiguous: boolean) => {
  const chain = layersOf(scenario);
  const devices = chain.types.flatMap((type) => type.devices);
  return groupedLayers({
    chain,
    devices,
    rows: layerRows(chain, layerFlows(chain), devices, "paper"),
    groups: GROUPS,
    contiguous,
    microBatches: 2,
    schedule: { name: "pipedream" },
  });
};

describe.each(tinyPipelines.map((scenario) => [scenario.name, scenario] as const))("on %s", (_, scenario) => {
  /** Plans of random groups and devices. */
  const plans = (contiguous: boolean): PipelinePlan[] => {
    const { units, devices, grouped, plan } = world(scenario, contiguous);
    const rng = createRng("plans");
    return Array.from({ length: 12 }, () => {
      const drawn = Int32Array.from({ length: units }, () => rng.int(GROUPS));
      const { values, columns } = grouped(drawn);
      const chosen = Int32Array.from({ length: values.length / columns }, () => rng.int(devices));
      return plan(drawn, chosen) as PipelinePlan;
    });
  };

  test.each([true, false])("plans are valid and score, contiguous %s", (contiguous) => {
    for (const plan of plans(contiguous)) {
      validatePlan(scenario, plan);
      expect(evaluator(scenario).evaluate(plan).cost).toBeGreaterThan(0);
    }
  });

  test("contiguous groups give each device one stage", () => {
    for (const { stages } of plans(true))
      expect(new Set(stages.map(({ devices }) => devices[0])).size).toBe(stages.length);
  });

  test("plans are episodes of Pipeline/Assign-v1, which cost the same", () => {
    const chain = layersOf(scenario);
    for (const plan of plans(true)) {
      const replay = assignReplay(chain, plan);
      if (typeof replay === "string") throw new Error(replay);
      const env = createAssignEnv({ scenario });
      env.reset({ options: { ...replay.options } });
      for (const action of replay.actions) env.step(action);
      const { evaluate } = evaluator(scenario);
      expect(evaluate(env.plan()).cost).toBe(evaluate(plan).cost);
    }
  });
});
