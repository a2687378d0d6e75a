import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createListOrder } from "../../../agents/lists/list-order.ts";
import { choicesOf, planOf } from "../../../agents/problems/choices.ts";
import { drawn } from "../../../agents/problems/constructions.ts";
import { orderedDecoder } from "../../../agents/search/keys/random-keys.ts";
import {
  compile,
  createRng,
  evaluator,
  networkModels,
  type Scenario,
  testScenario,
  uncounted,
  withNetwork,
} from "../../../env/index.ts";
import { randomScenario } from "../seeded-scenario.ts";

const anyScenario = fc
  .record({ seed: fc.nat(1e6), network: fc.constantFrom(null, ...networkModels.map(({ name }) => name)) })
  .map(({ seed, network }) => {
    const scenario = randomScenario(seed, { ops: 10 });
    return { seed, scenario: network === null ? scenario : withNetwork(scenario, network) };
  });

function expectOrder({ graph }: Scenario, opPriority: Float64Array): void {
  expect(Array.from(opPriority).sort((a, b) => a - b)).toEqual([...graph.topologicalOrder.keys()]);
  for (let e = 0; e < graph.edgeCount; e++)
    expect(opPriority[graph.edgeSource[e]]).toBeLessThan(opPriority[graph.edgeDestination[e]]);
}

describe("the order of a list schedule", () => {
  test("is an order of the graph under every network, so that the simulator can follow it", () => {
    fc.assert(
      fc.property(anyScenario, ({ seed, scenario }) => {
        const choices = choicesOf(scenario, "all");
        const order = createListOrder(compile(scenario), uncounted);
        const rng = createRng(seed);
        for (let i = 0; i < 3; i++) {
          const plan = planOf(choices, drawn(choices, rng));
          const opPriority = order.of(plan.device);
          expectOrder(scenario, opPriority);
          expect(evaluator(scenario).evaluate({ ...plan, opPriority }).cost).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 100, seed: 3 },
    );
  });

  test("runs what the end waits for longest before what came first", () => {
    const scenario = testScenario({
      graph: "a 10 8B\nshort 50 <- a\nlong 1 8B <- a\nfar 100 <- long",
      devices: 1,
    });
    const plan = { kind: "placement" as const, device: Int32Array.of(0, 0, 0, 0) };
    const opPriority = createListOrder(compile(scenario), uncounted).of(plan.device);
    expect(Array.from(opPriority)).toEqual([0, 3, 1, 2]);
  });

  test("is worth a shorter step where arrival is a bad guide", () => {
    const scenario = testScenario({
      graph: "early 40 8B\nlate 2 10B\nfar 60 8B <- late\nend 1 <- far early",
      devices: 2,
      bytesPerUs: 10,
    });
    const plan = { kind: "placement" as const, device: Int32Array.of(0, 0, 1, 1) };
    const score = evaluator(scenario);
    const opPriority = createListOrder(compile(scenario), uncounted).of(plan.device);
    expect(score.evaluate({ ...plan, opPriority }).cost).toBeLessThan(score.evaluate(plan).cost);
  });

  test("knows the longest way to the end with the transfers of the placement", () => {
    const scenario = testScenario({ graph: "a 10 30B\nb 20 <- a", devices: 2, bytesPerUs: 10, latencyUs: 2 });
    const order = createListOrder(compile(scenario), uncounted);
    order.of(Int32Array.of(0, 1));
    expect(Array.from(order.tailUs)).toEqual([10 + 3 + 2 + 20, 20]);
    order.of(Int32Array.of(0, 0));
    expect(Array.from(order.tailUs)).toEqual([30, 20]);
  });
});

describe("the decoder of random keys", () => {
  const scenario = testScenario({ graph: "a 10 8B\nb 20 8B <- a\nc 30 <- a", devices: 2 });

  test("puts a group on the device of its largest key and lists ready ops by falling priority", () => {
    const decoder = orderedDecoder(choicesOf(scenario, "all"), uncounted);
    expect(decoder.length).toBe(3 * 2 + 3);
    const plan = decoder.decode(Float64Array.of(0.1, 0.9, 0.5, 0.5, 0.7, 0.2, 0, 0.3, 0.8));
    expect(Array.from(plan.device)).toEqual([1, 0, 0]);
    expect(Array.from(plan.opPriority!)).toEqual([0, 2, 1]);
  });

  test("makes a plan of any keys that the simulator can follow", () => {
    fc.assert(
      fc.property(anyScenario, ({ seed, scenario }) => {
        const decoder = orderedDecoder(choicesOf(scenario, "all"), uncounted);
        const rng = createRng(seed);
        const plan = decoder.decode(Float64Array.from({ length: decoder.length }, () => rng.next()));
        expectOrder(scenario, plan.opPriority!);
        evaluator(scenario).evaluate(plan);
      }),
      { numRuns: 50, seed: 5 },
    );
  });
});
