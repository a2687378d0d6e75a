/**
 * Bounds on the makespan of training steps, against the best of all placements under several orders
 * of ops. An order may be better than first come, first served, which is all that bounds.test.ts
 * tries.
 */
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  compile,
  createRng,
  defaultFidelity,
  evaluator,
  fidelities,
  type Rng,
  refutationBound,
  type Scenario,
} from "../../env/index.ts";
import { randomFidelity } from "../env/sim/drawn-scenario.ts";
import { everyPlacement } from "../env/sim/every-placement.ts";
import { drawn } from "../law-runs.ts";
import { namedNetworks } from "./networks.ts";
import { trainingStep } from "./training-step.ts";

const gaps: number[] = [];

describe("bounds of training steps", () => {
  test.each(namedNetworks)(
    "never exceed the best of all placements under several orders, network $name",
    ({ name, set }) => {
      const fidelity = fidelities.find((each) => each.name === name) ?? defaultFidelity;
      holds(drawn(10), fc.constant(fidelity), set);
    },
  );

  test("nor whatever the switches", () => {
    holds(drawn(40), randomFidelity, (scenario) => scenario);
  });

  afterAll(() => {
    const falling = [...gaps].sort((a, b) => a - b);
    const at = (share: number) => `${(100 * falling[Math.floor(share * (falling.length - 1))]).toFixed(1)}%`;
    console.log(`training steps: ${gaps.length} with a plan, gap p50 ${at(0.5)}, p90 ${at(0.9)}`);
  });
});

function holds(
  numRuns: number,
  fidelity: Parameters<typeof trainingStep>[0]["fidelity"],
  set: (scenario: Scenario) => Scenario,
): void {
  const size = { maxOps: 1, maxDevices: 3, layers: 4, fidelity };
  let compared = 0;
  fc.assert(
    fc.property(fc.noBias(trainingStep(size, set)), fc.nat(), (scenario, seed) => {
      const bounds = [...evaluator(scenario).bounds(), refutationBound(compile(scenario), {}, LIMITS)];
      const least = leastUs(scenario, createRng(`orders ${seed}`));
      if (least === null) return;
      compared++;
      for (const { value, argument } of bounds)
        expect(value, argument).toBeLessThanOrEqual(least * (1 + 1e-12));
      const best = Math.max(...bounds.map(({ value }) => value));
      if (best > 0) gaps.push(least / best - 1);
    }),
    { numRuns, seed: 23 },
  );
  expect(compared).toBeGreaterThan(numRuns / 2);
}

const LIMITS = { trials: 4, rounds: 4, probes: 8 };
const ORDERS = 4;

/**
 * The best of all placements, each first come, first served and in some orders that end; null where
 * none fits.
 */
function leastUs(scenario: Scenario, rng: Rng): number | null {
  const score = evaluator(scenario);
  const orders = [undefined, ...Array.from({ length: ORDERS }, () => randomOrder(scenario, rng))];
  let least: number | null = null;
  for (const plan of everyPlacement(scenario))
    for (const opPriority of orders) {
      const { value } = score.evaluate(opPriority === undefined ? plan : { ...plan, opPriority });
      if (value !== null && (least === null || value < least)) least = value;
    }
  return least;
}

/** An order that no op's inputs contradict. */
function randomOrder({ graph }: Scenario, rng: Rng): Float64Array {
  const open = Array.from({ length: graph.opCount }, (_, v) => v);
  const rank = new Float64Array(graph.opCount).fill(-1);
  for (let next = 0; open.length > 0; next++) {
    const ready = open.filter((v) =>
      graph.edgeSource.subarray(graph.inStart[v], graph.inStart[v + 1]).every((u) => rank[u] >= 0),
    );
    const chosen = ready[rng.int(ready.length)];
    rank[chosen] = next;
    open.splice(open.indexOf(chosen), 1);
  }
  return rank;
}
