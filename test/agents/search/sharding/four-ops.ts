/** Programs of four ops on a mesh, small enough to try every mapping of every op. */
import { meshOf } from "../../../../agents/problems/sharding/mesh/meshes.ts";
import { climbMappings } from "../../../../agents/search/sharding/mapping-climb.ts";
import { strategySpace } from "../../../../agents/search/sharding/strategies.ts";
import { createRng } from "../../../../env/index.ts";
import { createShardingRunner } from "../../../../env/sim/lower/sharding/run.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { numberedGraph } from "../../../env/sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";

/** Four ops; odd lengths leave few mappings. */
function fourOps(b: number, h: number) {
  const product = (name: string, input: string, weight: string, output: string, sums: string) => ({
    name,
    rule: "product" as const,
    inputs: [input],
    parameters: [weight],
    outputs: [output],
    operands: [[0, 1]],
    sums,
    linearIn: [0],
  });
  return numberedGraph({ b, k: 3, h, n: 3 }, [
    { name: "x", rule: "input", outputs: ["b k"] },
    product("z", "x b k", "k h", "b h", "k"),
    { name: "a", rule: "square", inputs: ["z b h"], outputs: ["b h"] },
    product("y", "a b h", "h n", "b n", "h"),
  ]);
}

export interface ClimbedAll {
  /** Least cost of all climbs, and of all strategies. */
  readonly found: number;
  readonly optimum: number;
  /** Steps of climbs that did not cost less than the one before. */
  readonly risen: number;
}

/** Climbs of patience 200 from random strategies, beside every strategy. */
export function climbedAll(
  rows: number,
  width: number,
  sizes: readonly number[],
  climbs: number,
): ClimbedAll {
  const scenario = shardedScenario(fourOps(rows, width), machines([2, 2]));
  const count = sizes.reduce((product, size) => product * size, 1);
  const devices = Array.from({ length: count }, (_, d) => d);
  const space = strategySpace(scenario.graph, meshOf(devices, sizes));
  const runner = createShardingRunner(scenario);
  const known = new Map<string, number>();
  const costOf = (strategy: Int32Array): number => {
    const key = strategy.join();
    const cost = known.get(key) ?? runner.run(space.planOf(strategy)).iterationUs;
    known.set(key, cost);
    return cost;
  };
  const rng = createRng("climb");
  let found = Number.POSITIVE_INFINITY;
  let risen = 0;
  for (let climb = 0; climb < climbs; climb++) {
    let last = Number.POSITIVE_INFINITY;
    for (const { cost } of climbMappings(space, rng, space.random(rng), { patience: 200, costOf })) {
      risen += Number(cost >= last);
      last = cost;
    }
    found = Math.min(found, last);
  }
  let optimum = Number.POSITIVE_INFINITY;
  for (const strategy of everyStrategy(space.legal)) optimum = Math.min(optimum, costOf(strategy));
  return { found, optimum, risen };
}

function* everyStrategy(legal: readonly Int32Array[]): Generator<Int32Array> {
  const strategy = new Int32Array(legal.length);
  for (;;) {
    yield strategy.slice();
    let op = 0;
    while (op < legal.length && ++strategy[op] === legal[op].length) strategy[op++] = 0;
    if (op === legal.length) return;
  }
}
