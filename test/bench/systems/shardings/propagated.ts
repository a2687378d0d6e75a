/** Lines of the sheet on AutoMap's propagation, in the graphs of its tests. */
import { transformerWeights } from "../../../../agents/problems/sharding/transformer-weights.ts";
import { createMeshEnv, createRng, type Rng, type ShardingPlan } from "../../../../env/index.ts";
import { Role } from "../../../../env/model/graph/graph.ts";
import {
  CONFLICT,
  emptyWorklist,
  noteChange,
  propagateToConflicts,
  wishOf,
} from "../../../../env/model/layout/propagation/by-conflict.ts";
import { completeSharding } from "../../../../env/model/layout/propagation/complete.ts";
import type { Decision } from "../../../../env/model/layout/propagation/decisions.ts";
import { Divisions } from "../../../../env/model/layout/propagation/divisions.ts";
import { type PropagationRules, propagationRules } from "../../../../env/model/layout/propagation/rules.ts";
import { replicatedPlan } from "../../../../env/model/plan/sharding.ts";
import { shardedProgram } from "../../../../env/sim/lower/sharding/program.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { execute } from "../../../env/sim/lower/sharding/execute.ts";
import { attention, mlp, type NumberedGraph } from "../../../env/sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { transformerBlock } from "../../../env/sim/lower/sharding/transformer-block.ts";
import { cpuSeconds } from "../../cpu-seconds.ts";
import { halfOfTheWeights, residualMlp } from "../../residual-mlp.ts";
import { type SystemCheck, seedCount } from "../check.ts";
import { scenarioOf } from "../runs.ts";
import { allReducesOf, meshFor } from "./programs.ts";

const SEQUENCES = 200;
const ORDERS = 200;
const MOST_MS = 200;

const dimensionOf = ({ graph }: PropagationRules, op: number, name: string) =>
  graph.iterations![op]!.dimensions.findIndex((dimension) => dimension.name === name);

const oneTile: SystemCheck = {
  system: "automap",
  check:
    "a tile of the columns of W_1 of an MLP: what propagation divides, and all-reduces of the forward pass",
  target: "the products and the activation, W_2 by rows; one",
  seeds: 1,
  async run() {
    const { graph } = mlp({ b: 4, k: 4, h: 6, n: 2 });
    const rules = propagationRules(graph);
    const op = graph.names.indexOf("z");
    const { split } = completeSharding(
      rules,
      [2],
      [{ op, dimension: dimensionOf(rules, op, "h"), axis: 0 }],
      "conflict",
    );
    const divided = split.flatMap((own, v) => {
      const along = own?.findIndex((axes) => axes.length > 0) ?? -1;
      return along === -1 ? [] : [`${graph.names[v]} by ${graph.iterations![v]!.dimensions[along].name}`];
    });
    const sums = allReducesOf({ graph, cluster: machines([2]) }, split, 2, Role.forward);
    return {
      measured: `${divided.join(", ")}; ${sums}`,
      passed: divided.join() === "z by h,a by h,y by h" && sums === 1,
    };
  },
};

const megatron: SystemCheck = {
  system: "automap",
  check:
    "GPT-2 of 4 layers on 2 devices: tiles of W_q, W_o, W_1 and W_2 of each layer, and what InferRest makes of them",
  target: "2 all-reduces a layer forward, 4L - 1 or 4L in all",
  seeds: 1,
  async run() {
    const layers = 4;
    const scenario = await scenarioOf(`gpt2-124m/2xP100?layers=${layers}&batch=4&objective=iteration`);
    const { graph } = scenario;
    const rules = propagationRules(graph);
    const tiled = /(query|attention\/output|inner|outer)\/matmul$/;
    const decisions = transformerWeights(rules)
      .filter(({ op }) => tiled.test(graph.names[op]))
      .map(({ op, dimension }): Decision => ({ op, dimension, axis: 0 }));
    const { split } = completeSharding(rules, [2], decisions, "conflict");
    const [forward, all] = [allReducesOf(scenario, split, 2, Role.forward), allReducesOf(scenario, split, 2)];
    return {
      measured: `${decisions.length / layers} tiles a layer; ${forward / layers} a layer forward, ${all} for L = ${layers}`,
      passed: forward === 2 * layers && (all === 4 * layers || all === 4 * layers - 1),
    };
  },
};

/** Legal actions at random, then the stop. */
function randomPlan(numbered: NumberedGraph, rng: Rng): ShardingPlan {
  const env = createMeshEnv({
    scenario: shardedScenario(numbered, machines([2, 2])),
    mesh: rng.int(2) === 0 ? "4" : "2x2",
    grouped: false,
  });
  let { info } = env.reset();
  for (let left = 1 + rng.int(4); left > 0; left--) {
    const legal = [...info.actionMask.keys()].filter((action) => action > 0 && info.actionMask[action] === 1);
    if (legal.length === 0) break;
    ({ info } = env.step(legal[rng.int(legal.length)]));
  }
  return env.plan() as ShardingPlan;
}

const executed: SystemCheck = {
  system: "automap",
  check: `programs of ${SEQUENCES} random sequences of actions on an MLP and on attention, executed on numbers with their collectives`,
  target: "the numbers of one device, all of them",
  seeds: 1,
  async run(scale) {
    const networks = [mlp({ b: 4, k: 4, h: 8, n: 4 }), attention({ b: 4, s: 4, h: 4, d: 4 })];
    let [equal, collectives] = [0, 0];
    const count = seedCount(SEQUENCES, scale);
    for (let i = 0; i < count; i++) {
      const numbered = networks[i % 2];
      const { graph } = numbered;
      const none = { name: "none", devices: [], links: [], routes: [] };
      const programOf = (plan: ShardingPlan) => shardedProgram({ graph, cluster: none }, plan);
      const program = programOf(randomPlan(numbered, createRng(`automap ${i}`)));
      collectives += program.instructions.filter(
        ({ kind, ...rest }) => kind === "move" && "step" in rest && rest.step.kind !== "slice",
      ).length;
      const whole = execute(numbered, programOf(replicatedPlan(graph, meshFor(1))));
      const numbersOf = (results: typeof whole) => JSON.stringify([...results].sort());
      if (numbersOf(execute(numbered, program)) === numbersOf(whole)) equal++;
    }
    return { measured: `${equal} of ${count}, with ${collectives} collectives`, passed: equal === count };
  },
};

/** Decisions one after another, each spread before the next one; null where one is in the way. */
function spread(rules: PropagationRules, decisions: readonly Decision[]): Divisions | null {
  const divisions = new Divisions(rules, [2], true);
  for (const { op, dimension, axis } of decisions) {
    const number = rules.dimensionStart[op] + dimension;
    if (divisions.dimensionBy(op, axis) === number) continue;
    if (!divisions.isOpen(op, axis) || !divisions.mayDivide(number, axis)) return null;
    divisions.divide(number, axis);
    const changed = emptyWorklist(divisions);
    noteChange(divisions, changed, op, axis);
    propagateToConflicts(divisions, changed);
  }
  return isPeaceful(divisions) ? divisions : null;
}

/** Whether every op is divided as all of its neighbours want it. */
const isPeaceful = (divisions: Divisions): boolean =>
  divisions.rules.ops.every((op) => {
    const wish = wishOf(divisions, op, 0);
    return wish !== CONFLICT && (wish < 0 || divisions.dimensionBy(op, 0) === wish);
  });

const fixpoint: SystemCheck = {
  system: "automap",
  check: `CPU time of propagation through 10,001 ops; three decisions in ${ORDERS} random orders on a Transformer block, without conflicts`,
  target: `under ${MOST_MS} ms; the same result`,
  seeds: 1,
  async run(scale) {
    const deep = propagationRules(residualMlp(2500));
    const decisions = halfOfTheWeights(deep);
    const before = cpuSeconds();
    completeSharding(deep, [2, 2], decisions, "conflict");
    const ms = 1000 * (cpuSeconds() - before);
    const rules = propagationRules(transformerBlock({ b: 2, s: 4, h: 8, a: 4, d: 2, f: 16 }).graph);
    let [compared, equal] = [0, 0];
    for (let i = 0; compared < seedCount(ORDERS, scale); i++) {
      const rng = createRng(`orders ${i}`);
      const drawn = Array.from({ length: 3 }, (): Decision => {
        const op = rules.ops[rng.int(rules.ops.length)];
        const count = rules.dimensionStart[op + 1] - rules.dimensionStart[op];
        return { op, dimension: rng.int(count), axis: 0 };
      });
      const first = spread(rules, drawn);
      const shuffled = [...drawn];
      rng.shuffle(shuffled);
      const other = spread(rules, shuffled);
      if (first === null || other === null) continue;
      compared++;
      if (first.key() === other.key()) equal++;
    }
    return {
      measured: `${ms.toFixed(0)} ms; ${equal} of ${compared} equal`,
      passed: ms < MOST_MS && equal === compared,
    };
  },
};

export const propagationChecks: readonly SystemCheck[] = [oneTile, megatron, executed, fixpoint];
