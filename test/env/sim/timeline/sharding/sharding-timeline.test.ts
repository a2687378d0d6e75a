/** The timeline of a sharding: its parts add up to the step, whatever the plan. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cluster } from "../../../../../env/index.ts";
import { InputError } from "../../../../../env/model/errors.ts";
import type { Fidelity } from "../../../../../env/model/fidelity/fidelity.ts";
import { replicatedPlan, type ShardingPlan } from "../../../../../env/model/plan/sharding.ts";
import { evaluator } from "../../../../../env/sim/objectives/evaluator.ts";
import { memoryPartNames } from "../../../../../env/sim/timeline/explain/memory-steps.ts";
import { rankParts } from "../../../../../env/sim/timeline/sharding/contract.ts";
import { explainSharding } from "../../../../../env/sim/timeline/sharding/sharding-timeline.ts";
import { drawn } from "../../../../law-runs.ts";
import { blockScenario } from "../../lower/inside/blocks.ts";
import { machines } from "../../lower/machines.ts";
import { shardingPlans } from "../../lower/sharding/random-plans.ts";
import { shardedScenario } from "../../lower/sharding/sharded.ts";
import { megatron, transformerBlock } from "../../lower/sharding/transformer-block.ts";

const sum = (values: Iterable<number>): number => [...values].reduce((total, each) => total + each, 0);

const slowDevice = (cluster: Cluster): Cluster => ({
  ...cluster,
  devices: cluster.devices.map((device, d) =>
    d === 1 ? { ...device, flopsPerUs: { float32: 0.5 } } : device,
  ),
});

describe.each<[string, Cluster, Partial<Fidelity>]>([
  ["links of their own", machines([2, 2, 4], { latencyUs: 3 }), { optimizerSlots: 2 }],
  ["a slow device", slowDevice(machines([4, 4])), {}],
  ["transfers that exclude ops", machines([4, 4], { latencyUs: 1 }), { overlap: false }],
])("on %s, of random plans", (_, cluster, fidelity) => {
  const scenario = blockScenario(2, cluster, fidelity);
  const score = evaluator(scenario);
  /** Exposed sums of some plans would wait for ever, which is refused. */
  const runs = (plan: ShardingPlan): boolean => {
    try {
      score.evaluate(plan);
      return true;
    } catch (error) {
      if (error instanceof InputError) return false;
      throw error;
    }
  };
  /** The wait for the owner of an op counts as communication, so plans have none here. */
  const plans = shardingPlans(scenario.graph, 8).map(({ owners: _owners, ...plan }) => plan);
  const property = (check: (plan: ShardingPlan) => void) =>
    fc.assert(
      fc.property(plans, (plan) => {
        fc.pre(runs(plan));
        check(plan);
      }),
      { numRuns: drawn(15) },
    );

  test("the parts of each rank, the critical path and the bytes at a peak add up", () => {
    property((plan) => {
      const told = explainSharding(scenario, plan);
      const { iterationUs, rankTimes, collectives, path, peakParts, peakBytes } = told;
      const outcome = score.evaluate(plan);
      expect(iterationUs).toBe(outcome.value);
      rankTimes.forEach((time, rank) => {
        for (const part of rankParts) expect(time[part]).toBeGreaterThan(-1e-6);
        expect(sum(rankParts.map((part) => time[part]))).toBeCloseTo(iterationUs, 6);
        expect(sum(collectives.map(({ exposedUs }) => exposedUs[rank]))).toBeCloseTo(time.steps, 6);
      });
      expect(sum(path.map(({ us }) => us))).toBeCloseTo(iterationUs, 6);
      expect([...peakBytes]).toEqual([...outcome.peakBytes]);
      peakParts.forEach((parts, d) => {
        expect(sum(memoryPartNames.map((part) => parts[part]))).toBeCloseTo(peakBytes[d], 6);
      });
    });
  });

  test("a collective is exposed for no longer than it lasts, and what is exposed is at most idle", () => {
    property((plan) => {
      for (const { enterUs, joinedUs, leaveUs, exposedUs } of explainSharding(scenario, plan).collectives)
        exposedUs.forEach((us, rank) => {
          expect(enterUs[rank]).toBeLessThanOrEqual(joinedUs[rank]);
          if (fidelity.overlap !== false)
            expect(us).toBeLessThanOrEqual(leaveUs[rank] - joinedUs[rank] + 1e-6);
        });
    });
  });
});

const block = transformerBlock({ b: 4, s: 4, h: 8, a: 4, d: 2, f: 16 });
const four = shardedScenario(block, machines([4]));

test("Megatron's block waits for its all-reduces alone, and not for that which nobody needs", () => {
  const { collectives, rankTimes, iterationUs, path } = explainSharding(four, megatron(block, 4));
  const sums = collectives.filter(({ kind }) => kind === "all-reduce");
  expect(sums).toHaveLength(4);
  const [time] = rankTimes;
  expect(time.ranks).toBe(0);
  expect(time.forward + time.backward + time.update + time.steps).toBeCloseTo(iterationUs, 9);
  for (const { leaveUs, joinedUs, exposedUs, group, bytes, sentBytes } of sums) {
    expect(group).toEqual([0]);
    expect([...sentBytes]).toEqual(new Array(4).fill((2 * 3 * bytes) / 4));
    expect(exposedUs[0]).toBeLessThanOrEqual(leaveUs[0] - joinedUs[0]);
  }
  // Nothing else runs beside the sum after attention; that at the end of the pass nobody needs.
  expect(sums[0].exposedUs[0]).toBeCloseTo(sums[0].leaveUs[0] - sums[0].joinedUs[0], 9);
  expect(sums[1].exposedUs[0]).toBe(0);
  expect(path.some(({ kind }) => kind === "collective")).toBe(true);
});

test("a fast rank waits for the slow one, which waits for none", () => {
  const scenario = shardedScenario(block, slowDevice(machines([2])));
  const { rankTimes, slowest } = explainSharding(scenario, megatron(block, 2));
  expect(slowest).toBe(1);
  expect(rankTimes[1].ranks).toBe(0);
  expect(rankTimes[0].ranks).toBeGreaterThan(0);
});

test("ranks that divide nothing only compute", () => {
  const mesh = { axes: [{ name: "all", size: 4 }], devices: [0, 1, 2, 3] };
  const { rankTimes, iterationUs, collectives } = explainSharding(four, replicatedPlan(four.graph, mesh));
  expect(collectives).toEqual([]);
  for (const { forward, backward, update } of rankTimes)
    expect(forward + backward + update).toBeCloseTo(iterationUs, 9);
});

test("weights that ZeRO gathers are copies, and divided gradients are gradients", () => {
  const data = {
    ...megatron(block, 4),
    split: megatron(block, 4).split.map((own, v) =>
      own === null
        ? null
        : own.map((_axes, i) => (four.graph.iterations![v]!.dimensions[i].name === "b" ? [0] : [])),
    ),
  };
  const { peakParts } = explainSharding(four, { ...data, memory: { zero: 3 } });
  const plain = explainSharding(four, data).peakParts;
  expect(peakParts[0].weights * 4).toBeCloseTo(plain[0].weights, 6);
  expect(peakParts[0].copies).toBeGreaterThan(plain[0].copies);
  expect(plain[0].gradients).toBeGreaterThan(peakParts[0].gradients);
});
