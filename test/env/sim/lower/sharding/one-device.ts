/** The law of sharded programs: whatever the plan, all ranks compute what one device does. */
import fc from "fast-check";
import { expect } from "vitest";
import { replicatedPlan, type ShardingPlan } from "../../../../../env/model/plan/sharding.ts";
import { shardedProgram } from "../../../../../env/sim/lower/sharding/program.ts";
import { execute } from "./execute.ts";
import type { NumberedGraph } from "./numbered-graph.ts";
import { shardingPlans } from "./random-plans.ts";

const NO_DEVICES = { name: "none", devices: [], links: [], routes: [] };
const ONE = { axes: [{ name: "one", size: 1 }], devices: [0] };

/** Returns how many steps all the plans took between ops. */
export function expectNumbersOfOneDevice(numbered: NumberedGraph, plans: number): number {
  const programOf = (plan: ShardingPlan) =>
    shardedProgram({ graph: numbered.graph, cluster: NO_DEVICES }, plan);
  const expected = execute(numbered, programOf(replicatedPlan(numbered.graph, ONE)));
  expect(expected.size).toBeGreaterThan(numbered.graph.opCount);
  const expectedNumbers = Object.fromEntries(expected);
  let moves = 0;
  fc.assert(
    fc.property(shardingPlans(numbered.graph, 8, 0, true), (plan) => {
      const program = programOf(plan);
      moves += program.instructions.filter(({ kind }) => kind === "move").length;
      expect(Object.fromEntries(execute(numbered, program, plan))).toEqual(expectedNumbers);
    }),
    { numRuns: plans },
  );
  return moves;
}
