import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { solveByElimination } from "../../../../../agents/exact/sharding/labels/elimination/solve.ts";
import { enumerateLabels } from "../../../../../agents/exact/sharding/labels/enumeration.ts";
import { memoriesOf, timesOf } from "../../../../../agents/exact/sharding/labels/frontier/problem.ts";
import { solveFrontier } from "../../../../../agents/exact/sharding/labels/frontier/solve.ts";
import { solveByReduction } from "../../../../../agents/exact/sharding/labels/reduction.ts";
import { everyDimension, outputDimensions } from "../../../../../agents/problems/sharding/labels/offers.ts";
import { evaluator, validatePlan } from "../../../../../env/index.ts";
import { iterationOf } from "../../../../../env/model/plan/sharding.ts";
import { scenarioOfUri } from "../../../../../scenarios/uri.ts";
import { machines } from "../../../../env/sim/lower/machines.ts";
import { collectivesOf, runSharding, shardedScenario } from "../../../../env/sim/lower/sharding/sharded.ts";
import { blockScenario, opNamed, perceptron, tablesOn } from "./small-networks.ts";

const BLOCK = { b: 4, s: 4, h: 8, a: 4, d: 2, f: 32 };
const layers = shardedScenario(perceptron([16, 24, 8, 12], 8), machines([4]));

describe("the optimum of the tables", () => {
  test("is the least of all labelings, by elimination and by reduction", () => {
    const problem = timesOf(tablesOn(layers, [4], everyDimension).problem);
    const all = enumerateLabels(problem);
    expect(all.cost).toBeGreaterThan(0);
    expect(solveByElimination(problem)).toMatchObject({ kind: "solved", cost: all.cost });
    expect(solveByReduction(problem)).toMatchObject({ kind: "solved", cost: all.cost });
  });

  test("is the quick end of the frontier, whose other end has the least memory", () => {
    const { problem } = tablesOn(layers, [2, 2], everyDimension);
    const found = solveFrontier(problem);
    if (found.kind === "too-large") throw new Error(found.message);
    const { frontier } = found;
    expect(frontier.at(-1)!.time).toBeCloseTo(enumerated(timesOf(problem)), 6);
    expect(frontier[0].memory).toBeCloseTo(enumerated(memoriesOf(problem)), 6);
  });

  test("is the same for OptCNN and PaSE where they are offered the same splits", () => {
    const problem = timesOf(tablesOn(blockScenario(BLOCK, 4), [2, 2], outputDimensions).problem);
    const byElimination = solveByElimination(problem);
    if (byElimination.kind !== "solved") throw new Error(byElimination.kind);
    expect(solveByReduction(problem)).toMatchObject({ kind: "solved", cost: byElimination.cost });
  });
});

const enumerated = (problem: ReturnType<typeof timesOf>): number => {
  const found = solveByElimination(problem);
  return found.kind === "solved" ? found.cost : Number.POSITIVE_INFINITY;
};

describe.each([2, 4])("Megatron's splits on %i devices", (n) => {
  const scenario = scenarioOfUri(`gpt2-124m/${n}xV100?objective=iteration&layers=1&batch=1&tokens=128`);
  const { graph } = scenario;
  const tables = tablesOn(scenario, [n], everyDimension);
  const found = solveByElimination(timesOf(tables.problem));
  if (found.kind !== "solved") throw new Error(found.kind);
  const plan = tables.planOf(found.labels);

  test("are the optimum of a transformer block whose batch is small", () => {
    const divided = (name: string) => {
      const v = opNamed(graph, `layer_0/${name}`);
      return iterationOf(graph, v)!.dimensions.flatMap((d, i) =>
        plan.split[v]![i].length > 0 ? d.name : [],
      );
    };
    for (const name of ["query", "key", "value"])
      expect(divided(`attention/${name}/matmul`)).toEqual(["feature"]);
    for (const name of ["scores", "softmax", "context"])
      expect(divided(`attention/${name}`)).toEqual(["head"]);
    expect(divided("attention/output/matmul")).toEqual(["contraction"]);
    expect(divided("feed_forward/inner/matmul")).toEqual(["feature"]);
    expect(divided("feed_forward/outer/matmul")).toEqual(["contraction"]);
  });

  test("take 4 all-reduces of the block's activations in the simulator, and nothing else", () => {
    const collectives = collectivesOf(scenario, runSharding(scenario, plan));
    const inBlock = collectives.filter(({ op }) => op.startsWith("layer_0"));
    expect(inBlock.map(({ kind }) => kind)).toEqual(new Array<string>(4).fill("all-reduce"));
    for (const { sent } of inBlock)
      for (const d of plan.mesh.devices) expect(sent[d]).toBeCloseTo(((2 * (n - 1)) / n) * 128 * 768 * 4);
  });
});

test("every plan of random labels is valid, and it simulates", () => {
  const scenario = blockScenario(BLOCK, 4);
  const { groups, problem, planOf } = tablesOn(scenario, [4], everyDimension);
  const seeds = fc.array(fc.nat(), { minLength: groups.count, maxLength: groups.count });
  fc.assert(
    fc.property(seeds, (numbers) => {
      const labels = numbers.map((number, group) => number % problem.nodes[group].time.length);
      const plan = planOf(labels);
      validatePlan(scenario, plan);
      expect(evaluator(scenario).evaluate(plan).value).toBeGreaterThan(0);
    }),
    { numRuns: 8 },
  );
});

test("undivided, ranks do alike, and the cost is what the simulator says", () => {
  const tables = tablesOn(layers, [4], everyDimension);
  const whole = tables.planOf(new Int32Array(tables.groups.count));
  const cost = tables.problem.nodes.reduce((sum, { time }) => sum + time[0], 0);
  expect(evaluator(layers).evaluate(whole).value).toBeCloseTo(cost, 6);
});
