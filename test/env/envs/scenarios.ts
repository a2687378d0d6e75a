/**
 * Small scenarios that the env tests share: fixed ones with device support and memory limits, and
 * arbitrary ones.
 */
import fc from "fast-check";
import { envSpec } from "../../../env/envs/registry.ts";
import { createScenario } from "../../../env/model/create-scenario.ts";
import { placetoFidelity } from "../../../env/model/fidelity/fidelity.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { testScenario } from "../../../env/model/test-scenario.ts";
import { objectiveOf } from "../../../env/sim/objectives/evaluator.ts";

const diamond = `
  a 100 400B
  b 50 80B params=40 <- a
  c 70 80B <- a
  d 20 <- b c`;

/**
 * Whole-microsecond times: bytes are multiples of the 10 bytes that a link moves in a microsecond.
 */
export const diamondScenario = testScenario({ name: "diamond", graph: diamond });

/** Op c runs on GPUs only, so the mask has a zero. */
export const supportScenario = testScenario({
  name: "support",
  graph: `
    a 100 400B
    b CPU:50|GPU:20 80B params=40 <- a
    c 70 80B kinds=GPU <- a
    d 20 <- b c`,
  devices: ["CPU", "GPU", "GPU"],
});

/**
 * A scenario as an env of the registry can take it. That is under `cost` for what rents devices and
 * under `rewritten` for what rewrites graphs. Others take it under `iteration` where its own
 * objective scores none of its plans.
 */
export function takenBy(id: string, scenario: Scenario): Scenario {
  const { accepts } = objectiveOf(scenario);
  const { plans = ["placement"], objectives } = envSpec(id);
  if (objectives?.includes("cost")) return rented(scenario);
  if (objectives?.includes("rewritten")) return { ...scenario, objective: "rewritten" };
  return plans.some((kind) => accepts.includes(kind)) ? scenario : { ...scenario, objective: "iteration" };
}

/** The scenario with prices and a demand that its fastest devices meet. */
export function rented(scenario: Scenario): Scenario {
  const { graph, cluster } = scenario;
  const devices = cluster.devices.map((device, d) => ({
    ...device,
    usdPerHour: device.kind === "CPU" ? 1 : 4 + (d % 2),
  }));
  return createScenario({
    ...scenario,
    graph: { ...graph, batch: 4 },
    cluster: { ...cluster, devices },
    objective: "cost",
    demand: { samples: 1000, samplesPerSecond: 20_000 },
  });
}

/** All ops on one device are too much for it; spread out they fit. */
export const memoryScenario = testScenario({
  name: "memory",
  graph: `
    a 10 10B params=300
    b 10 10B params=300 <- a
    c 10 params=300 <- b`,
  devices: 3,
  memoryBytes: 700,
});

export const colocatedScenario = testScenario({
  name: "colocated",
  graph: `
    a 30 100B group=left
    b 40 100B <- a
    c 50 100B group=left <- b
    d 60 <- c ^a`,
});

export const singleGroupScenario = testScenario({ name: "single group", graph: "a 10" });

export const maxLoadScenario = testScenario({
  name: "max load",
  graph: diamond,
  devices: ["GPU", "GPU", "CPU"],
  objective: "max-load",
});

/** Gaps of 5.7 us after each op: sums that are not exact. */
export const fractionalScenario = testScenario({
  name: "fractional",
  graph: diamond,
  bytesPerUs: 7,
  fidelity: placetoFidelity,
});

export const fixedScenarios: readonly Scenario[] = [
  diamondScenario,
  supportScenario,
  memoryScenario,
  colocatedScenario,
  singleGroupScenario,
  maxLoadScenario,
  fractionalScenario,
];

/**
 * Graphs of one to six ops with whole times and sizes, on one to three devices, some with a memory
 * limit.
 */
export const anyScenario: fc.Arbitrary<Scenario> = fc
  .record({
    ops: fc.array(
      fc.record({
        us: fc.nat({ max: 200 }),
        tens: fc.nat({ max: 20 }),
        params: fc.nat({ max: 400 }),
        inputs: fc.array(fc.nat({ max: 5 }), { maxLength: 3 }),
        group: fc.constantFrom("", "", "", " group=g"),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    devices: fc.integer({ min: 1, max: 3 }),
    memoryBytes: fc.constantFrom(Number.POSITIVE_INFINITY, 1000),
  })
  .map(({ ops, devices, memoryBytes }) => {
    const lines = ops.map(({ us, tens, params, inputs, group }, v) => {
      const sources = [...new Set(inputs.filter((source) => source < v))].map((source) => `op${source}`);
      return `op${v} ${us} ${tens * 10}B params=${params}${group} <- ${sources.join(" ")}`;
    });
    return testScenario({ name: "arbitrary", graph: lines.join("\n"), devices, memoryBytes });
  });
