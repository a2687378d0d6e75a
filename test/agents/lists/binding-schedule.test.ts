import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBindingOrder } from "../../../agents/lists/binding-schedule.ts";
import { createListOrder } from "../../../agents/lists/list-order.ts";
import { choicesOf, planOf } from "../../../agents/problems/choices.ts";
import { drawn } from "../../../agents/problems/constructions.ts";
import {
  compile,
  createRng,
  evaluator,
  networkModels,
  testScenario,
  uncounted,
  withNetwork,
} from "../../../env/index.ts";
import { randomScenario } from "../seeded-scenario.ts";

const PLAIN = { blink: 0, alpha: 0, noise: 0, pull: 0 };
const WILD = { blink: 0.3, alpha: 0.5, noise: 0.5, pull: 1 };

const anyScenario = fc
  .record({ seed: fc.nat(1e6), network: fc.constantFrom(null, ...networkModels.map(({ name }) => name)) })
  .map(({ seed, network }) => {
    const scenario = randomScenario(seed, {
      ops: 12,
      ...(seed % 2 === 0 ? { restricted: 0.3, colocated: 0 } : {}),
    });
    return { seed, scenario: network === null ? scenario : withNetwork(scenario, network) };
  });

describe("a schedule that decides devices", () => {
  test("with nothing to decide is the list schedule of the placement", () => {
    fc.assert(
      fc.property(anyScenario, ({ seed, scenario }) => {
        const choices = choicesOf(scenario, "all");
        const compiled = compile(scenario);
        const [list, binding] = [
          createListOrder(compiled, uncounted),
          createBindingOrder(choices, compiled, uncounted),
        ];
        const rng = createRng(seed);
        for (let i = 0; i < 3; i++) {
          const groupDevice = drawn(choices, rng);
          const kept = groupDevice.slice();
          expect(binding.decide(groupDevice, [], PLAIN, rng)).toEqual(
            list.of(planOf(choices, groupDevice).device),
          );
          expect(binding.endUs()).toBe(list.endUs());
          expect(groupDevice).toEqual(kept);
        }
      }),
      { numRuns: 50, seed: 4 },
    );
  });

  test("leaves other groups alone, takes legal devices, and gives an order that the simulator follows", () => {
    let decided = 0;
    fc.assert(
      fc.property(anyScenario, ({ seed, scenario }) => {
        const choices = choicesOf(scenario, "all");
        const { graph } = scenario;
        const binding = createBindingOrder(choices, compile(scenario), uncounted);
        const rng = createRng(seed);
        for (let i = 0; i < 4; i++) {
          const groupDevice = drawn(choices, rng);
          const before = groupDevice.slice();
          const open = [...groupDevice.keys()].filter(() => rng.next() < 0.5);
          const opPriority = binding.decide(groupDevice, open, i % 2 === 0 ? PLAIN : WILD, rng);
          for (const [group, device] of groupDevice.entries()) {
            expect(choices.legal[group]).toContain(device);
            if (!open.includes(group)) expect(device).toBe(before[group]);
            else if (device !== before[group]) decided++;
          }
          expect(Array.from(opPriority).sort((a, b) => a - b)).toEqual([...graph.topologicalOrder.keys()]);
          for (let e = 0; e < graph.edgeCount; e++)
            expect(opPriority[graph.edgeSource[e]]).toBeLessThan(opPriority[graph.edgeDestination[e]]);
          const plan = { ...planOf(choices, groupDevice), opPriority };
          expect(evaluator(scenario).evaluate(plan).cost).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 40, seed: 5 },
    );
    expect(decided).toBeGreaterThan(100);
  });

  const decideAll = (scenario: ReturnType<typeof testScenario>, rule = PLAIN) => {
    const choices = choicesOf(scenario, "all");
    const groupDevice = new Int32Array(choices.groupCount);
    const binding = createBindingOrder(choices, compile(scenario), uncounted);
    binding.decide(groupDevice, [...groupDevice.keys()], rule, createRng(1));
    return { groupDevice: Array.from(groupDevice), endUs: binding.endUs() };
  };

  test("splits branches that pay and keeps together those that do not", () => {
    const branches = (bytes: number) =>
      testScenario({
        graph: `a 10 ${bytes}B\nb 100 ${bytes}B <- a\nc 100 8B <- a\nd 10 <- b c`,
        devices: 2,
        bytesPerUs: 10,
      });
    const split = decideAll(branches(40));
    expect(split.groupDevice[1]).not.toBe(split.groupDevice[2]);
    expect(split.endUs).toBeLessThan(130);
    const together = decideAll(branches(4000));
    expect(new Set(together.groupDevice).size).toBe(1);
  });

  test("sends what was produced earlier from the end of its producer on", () => {
    // The input of c from a is there before b ends, wherever c goes.
    const scenario = testScenario({
      graph: "a GPU:10|TPU:10 200B\nb GPU:50|TPU:500 10B <- a\nc GPU:900|TPU:20 <- a b",
      devices: ["GPU", "TPU"],
      bytesPerUs: 10,
    });
    const choices = choicesOf(scenario, "all");
    const groupDevice = Int32Array.of(0, 0, 0);
    const binding = createBindingOrder(choices, compile(scenario), uncounted);
    binding.decide(groupDevice, [2], PLAIN, createRng(1));
    expect(Array.from(groupDevice)).toEqual([0, 0, 1]);
    expect(binding.endUs()).toBeCloseTo(60 + 1 + 20, 9);
  });

  test("goes elsewhere where the weights of a device's groups fill it", () => {
    const scenario = testScenario({
      graph: "a 10 8B params=600\nb 10 8B params=600 <- a\nc 10 params=600 <- b",
      devices: 3,
      memoryBytes: 1000,
    });
    expect(new Set(decideAll(scenario).groupDevice).size).toBe(3);
  });

  test("draws only devices whose time is within the share that is allowed", () => {
    const scenario = testScenario({
      graph: "a A:10|B:11|C:30",
      devices: ["A", "B", "C"],
    });
    const choices = choicesOf(scenario, "all");
    const binding = createBindingOrder(choices, compile(scenario), uncounted);
    const seen = new Set<number>();
    const rng = createRng(2);
    for (let i = 0; i < 50; i++) {
      const groupDevice = Int32Array.of(2);
      binding.decide(groupDevice, [0], { ...PLAIN, alpha: 0.2 }, rng);
      seen.add(groupDevice[0]);
    }
    expect([...seen].sort()).toEqual([0, 1]);
  });
});
