/** Line 1: linkage groups on the zoo, and that they lose no plan. */
import { autoMap, variableProcess } from "../../../../agents/learned/auto-map/auto-map.ts";
import { variablesOf } from "../../../../agents/learned/auto-map/variable-process.ts";
import { createScenario, type Scenario } from "../../../../env/index.ts";
import { Divisions } from "../../../../env/model/layout/propagation/divisions.ts";
import { linkageOf } from "../../../../env/model/layout/propagation/linkage.ts";
import { propagationRules } from "../../../../env/model/layout/propagation/rules.ts";
import { divideTile, tilesOf } from "../../../../env/model/layout/propagation/tiles.ts";
import { perceptron } from "../../../agents/problems/sharding/labels/small-networks.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { transformerBlock } from "../../../env/sim/lower/sharding/transformer-block.ts";
import type { SystemCheck } from "../check.ts";
import { percent } from "../pipelines/figures.ts";
import { scenarioOf } from "../runs.ts";
import { everyPlan } from "./every-plan.ts";

const ZOO = [
  "alexnet?batch=128",
  "vgg-16?batch=64",
  "vgg-19?batch=64",
  "resnet-50?batch=64",
  "resnet-101?batch=64",
  "inception-v3?batch=64",
  "bert-base?batch=32",
  "bert-large?batch=32",
  "gpt2-124m?batch=8",
  "gpt3-1.3b?batch=32",
  "transformer-big?batch=64",
  "rnnlm?batch=64&layers=2&steps=10",
  "nmt-2?batch=64&steps=10",
];
const MOST_GROUPS = 0.15;
const MOST_VARIABLES = 12;

const on = (workload: string, cluster: string) => {
  const [name, options] = workload.split("?");
  return scenarioOf(`${name}/${cluster}?${options}`);
};

const groups: SystemCheck = {
  system: "auto-map",
  check: `linkage groups of ${ZOO.length} networks on 8 V100: one member decided against all members decided; groups over ops`,
  target: "the same sharding for each group; at most 15% of the ops",
  seeds: 1,
  async run() {
    const found: string[] = [];
    let [same, all, most] = [0, 0, 0];
    for (const workload of ZOO) {
      const { graph } = await on(workload, "8xV100-nvlink");
      const rules = propagationRules(graph);
      const tiles = tilesOf(rules, [8], { scope: "arguments", grouped: false });
      const linkage = linkageOf(rules, [8], tiles);
      for (const group of linkage.groups) {
        const [one, each] = [new Divisions(rules, [8], true), new Divisions(rules, [8], true)];
        divideTile(one, tiles[group[0]]);
        divideTile(each, ...group.map((tile) => tiles[tile]));
        same += Number(one.key() === each.key());
        all++;
      }
      const share = linkage.groups.length / graph.opCount;
      most = Math.max(most, share);
      const variables = variablesOf(rules, tiles).length;
      found.push(
        `${workload.split("?")[0]} ${variables} variables, ${linkage.groups.length} groups (${percent(share)})`,
      );
    }
    return {
      measured: `${same} of ${all} groups alike; ${found.join(", ")}`,
      passed: same === all && most <= MOST_GROUPS,
    };
  },
};

const small: readonly (readonly [string, () => Promise<Scenario> | Scenario])[] = [
  [
    "a Transformer block",
    () => shardedScenario(transformerBlock({ b: 2, s: 4, h: 8, a: 4, d: 2, f: 16 }), machines([2])),
  ],
  ["a perceptron of 5 layers", () => shardedScenario(perceptron([16, 32, 8, 16, 32, 8], 8), machines([4]))],
  ["RNNLM of 2 layers and 4 steps", () => on("rnnlm?batch=64&layers=2&steps=4", "8xV100-nvlink")],
  ["RNNLM of 1 layer and 2 steps", () => on("rnnlm?batch=16&layers=1&steps=2", "2xP100")],
];

const lossless: SystemCheck = {
  system: "auto-map",
  check: `plans of ${small.length} networks of at most ${MOST_VARIABLES} variables, every sequence of decisions tried, with linkage and without`,
  target: "the same plans",
  seeds: 1,
  async run() {
    const found: string[] = [];
    let isSame = true;
    for (const [name, make] of small) {
      const scenario = createScenario({ ...(await make()), objective: "iteration" });
      const [linked, alone] = [true, false].map((isLinked) => {
        const process = variableProcess(
          scenario,
          autoMap.options.parse({ grouped: false, linked: isLinked }),
        );
        return { variables: process.variables.length, ...everyPlan(process) };
      });
      const lost = [...alone.plans.keys()].filter((key) => !linked.plans.has(key)).length;
      isSame &&= lost === 0 && linked.plans.size === alone.plans.size && linked.variables <= MOST_VARIABLES;
      found.push(
        `${name}, ${linked.variables} variables: ${lost} of ${alone.plans.size} lost, ${linked.failures} failures in place of ${alone.failures}`,
      );
    }
    return { measured: found.join("; "), passed: isSame };
  },
};

export const linkageChecks: readonly SystemCheck[] = [groups, lossless];
