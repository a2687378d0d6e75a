/**
 * Lessons of AutoMap's ranker: stacks of Transformer blocks of drawn sizes, on drawn clusters,
 * under a drawn limit of memory. Equal ops of all blocks are decided at once to find the best plan,
 * by trying every plan of Auto-MAP's pruned space. The lesson is which decisions on single ops that
 * plan comes from.
 */
import { autoMap, variableProcess } from "../../../agents/learned/auto-map/auto-map.ts";
import { decisionGraph } from "../../../agents/search/sharding/decision-ranker/decision-graph.ts";
import { decisionsOf } from "../../../agents/search/sharding/decision-ranker/plan-decisions.ts";
import type { Lesson } from "../../../agents/search/sharding/decision-ranker/ranker-network.ts";
import { evaluator, type Rng, type Scenario } from "../../../env/index.ts";
import { sizesOf } from "../../../env/model/layout/mesh.ts";
import { meshOf } from "../../../env/model/layout/mesh-of.ts";
import { type PropagationRules, propagationRules } from "../../../env/model/layout/propagation/rules.ts";
import { type Tile, tilesOf } from "../../../env/model/layout/propagation/tiles.ts";
import { everyPlan } from "../systems/auto-map/every-plan.ts";
import { clusterOf, limitedStack } from "../systems/shardings/gpt-like.ts";

/** The first two are those of AutoMap's lines. */
const CLUSTERS = [
  ["4xV100", 4],
  ["8xA100-switch", 8],
  ["2xP100", 2],
  ["4xP100", 4],
  ["8xV100-nvlink", 8],
] as const;
const BATCHES = [1, 1, 2, 4, 8];
const LENGTHS = [128, 256, 512, 1024];
const HEADS = [8, 16, 24];
const INNER = [2, 3, 4];
/** Over the peak of Megatron's layout. */
const MEMORIES = [1.1, 1.2, 1.2, 1.4, 2, 4, Number.POSITIVE_INFINITY];

export interface DrawnStack {
  readonly layers: number;
  readonly scenario: Scenario;
}

/** Between `least` and `most` blocks. */
export async function drawnStack(rng: Rng, least: number, most: number): Promise<DrawnStack> {
  const one = <T>(values: readonly T[]): T => values[rng.int(values.length)];
  const layers = least + rng.int(most - least + 1);
  const [name, devices] = one(CLUSTERS);
  const [a, s, d] = [one(HEADS), one(LENGTHS), 64];
  const sizes = { b: one(BATCHES), s, h: a * d, a, d, f: one(INNER) * a * d };
  const memory = one(MEMORIES);
  const cluster = await clusterOf(name);
  return { layers, scenario: limitedStack({ sizes, layers, cluster, devices, memory }).scenario };
}

/** A program with the tiles of its single ops. */
export interface Program {
  readonly rules: PropagationRules;
  readonly sizes: readonly number[];
  readonly tiles: readonly Tile[];
}

export function programOf({ graph, cluster }: Scenario): Program {
  const rules = propagationRules(graph);
  const sizes = sizesOf(meshOf(cluster));
  return { rules, sizes, tiles: tilesOf(rules, sizes, { scope: "arguments", grouped: false }) };
}

/** Numbers of the tiles that the best plan comes from. */
export function relevantTiles(scenario: Scenario, { rules, sizes, tiles }: Program): number[] {
  const { plans } = everyPlan(variableProcess(scenario, autoMap.options.parse({ grouped: true })));
  const { evaluate } = evaluator(scenario);
  let [best, least] = [[...plans.values()][0], Number.POSITIVE_INFINITY];
  for (const plan of plans.values()) {
    const { cost } = evaluate(plan);
    if (cost < least) [best, least] = [plan, cost];
  }
  return decisionsOf(rules, sizes, tiles, best);
}

export function lessonOf(scenario: Scenario, program: Program, relevant: readonly number[]): Lesson {
  const { rules, sizes, tiles } = program;
  return {
    seen: decisionGraph(scenario, rules, sizes, tiles),
    candidates: Int32Array.from(tiles, ({ ops, dimension }) => rules.dimensionStart[ops[0]] + dimension),
    wanted: Float32Array.from(tiles, (_, i) => Number(relevant.includes(i))),
  };
}
