/** D-Rec's lines "works in the gym when". */
import { dRec } from "../../../../agents/planners/sharding/d-rec.ts";
import { dataParallel } from "../../../../agents/planners/sharding/data-parallel.ts";
import { pase } from "../../../../agents/planners/sharding/labels/pase.ts";
import { NONE, splitRules } from "../../../../agents/problems/sharding/legal-splits.ts";
import { doubleRecursion } from "../../../../agents/search/sharding/double-recursion.ts";
import type { Scenario, ShardingPlan } from "../../../../env/index.ts";
import type { OpGraph } from "../../../../env/model/graph/graph.ts";
import { iterationOf } from "../../../../env/model/plan/sharding.ts";
import { shardingSummary } from "../../../../env/sim/timeline/sharding-summary.ts";
import { mlp } from "../../../env/sim/lower/sharding/numbered-graph.ts";
import { cpuSeconds } from "../../cpu-seconds.ts";
import { residualMlp } from "../../residual-mlp.ts";
import type { SystemCheck } from "../check.ts";
import { plannedBy } from "../layerwise/plans.ts";
import { range } from "../pipelines/figures.ts";
import { scenarioOf } from "../runs.ts";

const NETWORKS = [
  "alexnet-owt/4xP100?batch=256&objective=iteration",
  "vgg-16/4xP100?objective=iteration",
  "bert-base/2x8xV100?objective=iteration&batch=32",
];
const MOST_SENT = 1.5;
const MOST_DEARER = 1.05;
const LEVELS_OF_256 = 8;

/** Cuts of the forward products and what lies between them, in the order of decisions. */
const BY_HAND = [
  "0 y n",
  "0 z h",
  "0 a h",
  "0 target b",
  "0 x b",
  "1 y h",
  "1 z k",
  "1 a h",
  "1 target b",
  "1 x k",
];

const byHand: SystemCheck = {
  system: "d-rec",
  check: "two layers of batch 4 and width 32 on 4 devices: the sequence of cuts, worked out by hand",
  target: "the same sequence",
  seeds: 1,
  async run() {
    const { graph } = mlp({ b: 4, k: 32, h: 32, n: 32 });
    const cuts = doubleRecursion(graph, 2, splitRules(graph, [2, 2])).map(
      ({ op, level, dimension }) =>
        `${level} ${graph.names[op]} ${dimension === NONE ? "-" : iterationOf(graph, op)!.dimensions[dimension].name}`,
    );
    return { measured: cuts.join(", "), passed: cuts.join() === BY_HAND.join() };
  },
};

/** The least of several runs, so that compiling and pauses of the machine do not count. */
function secondsOn256(graph: OpGraph): number {
  const sizes = new Array<number>(LEVELS_OF_256).fill(2);
  const times = range(1, 8).map(() => {
    const before = cpuSeconds();
    doubleRecursion(graph, LEVELS_OF_256, splitRules(graph, sizes));
    return cpuSeconds() - before;
  });
  return Math.min(...times);
}

const linear: SystemCheck = {
  system: "d-rec",
  check: "CPU time on 256 devices: 1,001 ops; 10,001 ops over that",
  target: "under 1 s; 8 to 12 times",
  seeds: 1,
  async run() {
    const [small, large] = [250, 2500].map((blocks) => secondsOn256(residualMlp(blocks)));
    const ratio = large / small;
    return {
      measured: `${small.toFixed(2)} s; ${ratio.toFixed(1)} times`,
      passed: small < 1 && ratio >= 8 && ratio <= 12,
    };
  },
};

const sentBytes = (scenario: Scenario, plan: ShardingPlan): number =>
  shardingSummary(scenario, plan).collectives.reduce((sum, { sentBytes: bytes }) => sum + bytes, 0);

const quality: SystemCheck = {
  system: "d-rec",
  check:
    "AlexNet and VGG-16 on 4 P100, BERT on 16 V100: bytes sent over those of PaSE's plan, value over data parallelism's",
  target: `at most ${MOST_SENT}; at most ${MOST_DEARER}`,
  seeds: 1,
  async run() {
    let isMet = true;
    const parts: string[] = [];
    for (const uri of NETWORKS) {
      const scenario = await scenarioOf(uri);
      const [own, best, data] = [
        await plannedBy(dRec, scenario),
        await plannedBy(pase, scenario),
        await plannedBy(dataParallel, scenario),
      ];
      const sent = sentBytes(scenario, own.plan) / sentBytes(scenario, best.plan);
      const value = own.cost / data.cost;
      isMet &&= sent <= MOST_SENT && value <= MOST_DEARER;
      parts.push(`${uri.split("/")[0]} ${sent.toFixed(2)} and ${value.toFixed(2)}`);
    }
    return { measured: parts.join("; "), passed: isMet };
  },
};

const order: SystemCheck = {
  system: "d-rec",
  check: "the value with the order of visits reversed over that of the published order, same networks",
  target: "another value on at least one, and no better there",
  seeds: 1,
  async run() {
    const ratios: number[] = [];
    for (const uri of NETWORKS) {
      const scenario = await scenarioOf(uri);
      const [usual, reversed] = [
        await plannedBy(dRec, scenario),
        await plannedBy(dRec, scenario, { order: "reversed" }),
      ];
      ratios.push(reversed.cost / usual.cost);
    }
    return {
      measured: ratios.map((ratio) => ratio.toFixed(3)).join(", "),
      passed: ratios.some((ratio) => ratio > 1),
    };
  },
};

export const checks: readonly SystemCheck[] = [byHand, linear, quality, order];
