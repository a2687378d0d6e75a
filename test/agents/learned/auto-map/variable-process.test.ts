import { describe, expect, test } from "vitest";
import { autoMap, variableProcess } from "../../../../agents/learned/auto-map/auto-map.ts";
import { type ShardingPlan, validatePlan } from "../../../../env/index.ts";
import { batchPlan } from "../../../../env/model/layout/propagation/batch-plan.ts";
import { everyPlan } from "../../../bench/systems/auto-map/every-plan.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { transformerBlock } from "../../../env/sim/lower/sharding/transformer-block.ts";
import { perceptron } from "../../problems/sharding/labels/small-networks.ts";

const block = shardedScenario(transformerBlock({ b: 2, s: 4, h: 8, a: 4, d: 2, f: 16 }), machines([2]));
const dense = shardedScenario(perceptron([16, 32, 8], 8), machines([4]));
const processOf = (scenario: typeof block, given: object = {}) =>
  variableProcess(scenario, autoMap.options.parse({ grouped: false, ...given }));

describe("decisions on variables", () => {
  test("come for weights first, the largest before others, then for inputs", () => {
    const { variables } = processOf(block);
    const inputs = variables.map(({ isInput }) => Number(isInput));
    expect(inputs).toEqual([...inputs].sort());
    const bytes = variables.filter(({ isInput }) => !isInput).map((each) => each.bytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => b - a));
  });

  test.each([block, dense])("lose no plan by linkage, and fail less, graph %#", (scenario) => {
    const [linked, alone] = [true, false].map((isLinked) =>
      everyPlan(processOf(scenario, { linked: isLinked })),
    );
    expect([...linked.plans.keys()].sort()).toEqual([...alone.plans.keys()].sort());
    expect(linked.plans.size).toBeGreaterThan(5);
    expect(linked.failures).toBeLessThan(alone.failures);
  });

  test("lead to valid plans, data parallelism and Megatron's splits among them", () => {
    const { plans } = everyPlan(processOf(block));
    for (const plan of plans.values()) validatePlan(block, plan);
    const splits = [...plans.values()].map(({ split }) => JSON.stringify(split));
    const { split } = batchPlan(block, { axes: [{ name: "x", size: 2 }], devices: [0, 1] });
    expect(splits).toContain(JSON.stringify(split));
    const columnsThenRows = [...plans.values()].filter((plan) =>
      ["q a", "k a", "v a", "projection a", "inner f", "outer f"].every((each) => isDivided(plan, each)),
    );
    expect(columnsThenRows.length).toBeGreaterThan(0);
  });

  test("tell before an action whether it fails, and change nothing by it", () => {
    const process = processOf(block);
    for (let seen = 0, end = process.reset(); end === "open"; seen++) {
      const before = process.key();
      const failing = [...process.mask.keys()].filter(
        (action) => process.mask[action] === 1 && process.fails(action),
      );
      expect(process.key()).toBe(before);
      expect(failing, "to stay whole never fails").not.toContain(0);
      const next =
        [...process.mask.keys()].find((action) => action > seen % 2 && process.mask[action] === 1) ?? 0;
      const isFailing = process.fails(next);
      end = process.step(next);
      expect(end === "failed").toBe(isFailing);
    }
  });

  test("gather what ops need where conflicts do not fail", () => {
    const strict = everyPlan(processOf(block));
    const lax = everyPlan(processOf(block, { conflicts: "reshard" }));
    expect(lax.failures).toBe(0);
    expect(lax.plans.size).toBeGreaterThan(strict.plans.size);
    for (const plan of lax.plans.values()) validatePlan(block, plan);
  });

  test("are on inputs alone under the strategy data", () => {
    const { variables } = processOf(block, { strategy: "data" });
    expect(variables.length).toBeGreaterThan(0);
    expect(variables.every(({ isInput }) => isInput)).toBe(true);
  });

  test("have a row for each open state, of which one variable is the current one", () => {
    const process = processOf(block);
    let end = process.reset();
    const rows = new Set<string>();
    while (end === "open") {
      const row = new Float32Array(process.columns);
      process.see(process.state, row);
      const { length } = process.variables;
      const codes = (process.columns - 6) / length - 1;
      const current = row.subarray(length * codes, length * codes + length);
      expect(current.reduce((a, b) => a + b)).toBe(1);
      expect(current.indexOf(1)).toBe(process.state.indexOf(0));
      rows.add(row.join());
      end = process.step(0);
    }
    expect(rows.size).toBeGreaterThan(3);
  });
});

function isDivided({ split }: ShardingPlan, name: string): boolean {
  const [op, dimension] = name.split(" ");
  const v = block.graph.names.indexOf(op);
  const d = block.graph.iterations![v]!.dimensions.findIndex((each) => each.name === dimension);
  return (split[v]?.[d].length ?? 0) > 0;
}
