import { describe, expect, test } from "vitest";
import { createScorer, evaluator, InputError, placement, testScenario } from "../../../../env/index.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { createRng } from "../../../../env/model/rng.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { planOfTypes, planOfUnits } from "../../../../env/sim/objectives/provisioning/plan-of-types.ts";
import { pricedChain } from "../../../../env/sim/objectives/provisioning/priced-chain.ts";
import { stagesOf } from "../../../../env/sim/objectives/provisioning/problem.ts";
import { bestUnits } from "../../../../env/sim/objectives/provisioning/provision.ts";
import { typeChoices } from "../../../../env/sim/objectives/provisioning/type-choices.ts";
import { rentedScenario } from "./provisioning/rented.ts";

const scenarios = Array.from({ length: 40 }, (_, i) =>
  rentedScenario(`cost ${i}`, { layers: 1 + (i % 5), kinds: 1 + (i % 3) }),
);

/** Every cut of the ops into stages with every number of devices of every type. */
function* everyPipeline(scenario: Scenario): Generator<PipelinePlan> {
  const { types } = pricedChain(scenario);
  const { opCount } = scenario.graph;
  const used = types.map(() => 0);
  const stages: { devices: readonly number[]; share: "split" }[] = [];
  const stageOf = new Int32Array(opCount);
  function* from(first: number): Generator<PipelinePlan> {
    if (first === opCount)
      yield {
        kind: "pipeline",
        stageOf: stageOf.slice(),
        stages: [...stages],
        microBatches: 1,
        schedule: { name: "gpipe" },
      };
    for (let end = first + 1; end <= opCount; end++) {
      stageOf.fill(stages.length, first, end);
      for (const [type, { devices }] of types.entries())
        for (let units = 1; used[type] + units <= devices.length; units++) {
          stages.push({ devices: devices.slice(used[type], used[type] + units), share: "split" });
          used[type] += units;
          yield* from(end);
          used[type] -= units;
          stages.pop();
        }
      stageOf.fill(stages.length, first, end);
    }
  }
  yield* from(0);
}

describe("the objective cost", () => {
  test("gives a plan of types the cost of its problem, to the last digit", () => {
    for (const scenario of scenarios) {
      const chain = pricedChain(scenario);
      const rng = createRng(scenario.name);
      const score = evaluator(scenario);
      for (let i = 0; i < 10; i++) {
        const wishes = Array.from({ length: chain.problem.layers }, () => rng.int(chain.problem.types));
        const typeOf = typeChoices(chain.problem).nearest(wishes);
        const best = bestUnits(chain.problem, stagesOf(chain.problem, typeOf));
        const outcome = score.evaluate(planOfTypes(chain, typeOf));
        expect(outcome.value).toBe(best?.cost ?? null);
        expect(outcome.shortfall === undefined).toBe(best !== null);
      }
    }
  });

  test("has a bound below every pipeline, a ceiling above, and penalties above both", () => {
    for (const scenario of scenarios.slice(0, 16)) {
      const score = evaluator(scenario);
      let [least, plans] = [Number.POSITIVE_INFINITY, 0];
      for (const plan of everyPipeline(scenario)) {
        const { value, cost, feasible } = score.evaluate(plan);
        if (feasible) {
          least = Math.min(least, value!);
          expect(value!).toBeLessThanOrEqual(score.ceiling * (1 + 1e-12));
        } else expect(cost).toBeGreaterThan(score.ceiling);
        if (++plans > 600) break;
      }
      expect(score.bound().value).toBeLessThanOrEqual(least);
    }
  });

  test("says how far a plan is below the floor", () => {
    const scenario = rentedScenario("floor", { layers: 3, kinds: 2, floor: 1 });
    const slow = { ...scenario, demand: { samples: 10, samplesPerSecond: 1e7 } };
    const chain = pricedChain(slow);
    const plan = planOfUnits(chain, new Int32Array(3), [1]);
    const { feasible, value, shortfall, violation } = evaluator(slow).evaluate(plan);
    expect([feasible, value, violation]).toEqual([false, null, null]);
    const seconds = chain.problem.computeTime.filter((_, i) => i % 2 === 0).reduce((a, b) => a + b) / 1e6;
    expect(shortfall!.samplesPerSecond).toBeCloseTo(100 / seconds, 6);
    expect(shortfall!.demandedPerSecond).toBe(1e7);
    const scored = createScorer(slow)(plan);
    expect(scored.unlimitedValue).toBeCloseTo(
      (10 / 100) * seconds * (slow.cluster.devices[0].usdPerHour! / 3600),
      12,
    );
    expect(scored.loads!.loadUs[0]).toBeCloseTo(seconds * 1e6, 6);
  });

  test("refuses in one sentence what it cannot price", () => {
    const scenario = rentedScenario("refused", { layers: 2, kinds: 2, limits: [2, 2] });
    const score = evaluator(scenario);
    const split = (...devices: readonly number[][]): PipelinePlan => ({
      kind: "pipeline",
      stageOf: Int32Array.from({ length: 2 }, (_, v) => Math.min(v, devices.length - 1)),
      stages: devices.map((own) => ({ devices: own, share: "split" })),
      microBatches: 1,
      schedule: { name: "gpipe" },
    });
    const last = scenario.cluster.devices.length - 1;
    expect(() => score.evaluate(split([0, last]))).toThrow('Stage 0 of the pipeline has "CPU:0" and "GPU1:');
    expect(() => score.evaluate(split([0], [0]))).toThrow('Stages 0 and 1 of the pipeline share "CPU:0"');
    expect(() => score.evaluate(placement([0, 0]))).toThrow("scores plans of kind pipeline, not placement");
    expect(score.around(split([0]))).toBeNull();
  });

  test("needs a demand, the samples of the batch and prices", () => {
    const scenario = rentedScenario("needs", { layers: 2, kinds: 1 });
    expect(() => evaluator({ ...scenario, demand: undefined })).toThrow(InputError);
    expect(() => evaluator({ ...scenario, graph: { ...scenario.graph, batch: null } })).toThrow(
      "how many samples",
    );
    const devices = scenario.cluster.devices.map(({ usdPerHour: _, ...device }) => device);
    expect(() => evaluator({ ...scenario, cluster: { ...scenario.cluster, devices } })).toThrow(
      'has no price for device "CPU:0"',
    );
    expect(() => evaluator({ ...testScenario({ graph: "a 1" }), objective: "cost" })).toThrow(
      "has no demand",
    );
  });
});
