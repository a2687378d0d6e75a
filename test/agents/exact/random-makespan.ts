/**
 * Random small scenarios for exact methods. They draw the network model, the switches of the
 * fidelity, devices of one or two kinds, and co-location. Some ops take no time, some run on one
 * kind alone, and many placements exceed the memory.
 */
import fc from "fast-check";
import {
  networkModels,
  type Objective,
  type Scenario,
  testScenario,
  withNetwork,
} from "../../../env/index.ts";
import { randomFidelity } from "../../env/sim/drawn-scenario.ts";

const opDraw = fc.record({
  us: fc.integer({ min: 0, max: 5 }),
  slowdown: fc.integer({ min: 1, max: 3 }),
  bytes: fc.integer({ min: 0, max: 6 }),
  params: fc.integer({ min: 0, max: 3 }),
  pin: fc.integer({ min: 0, max: 11 }),
  group: fc.constantFrom("", "", "", "", " group=x", " group=y"),
  back: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
});

/** Names of the network models, and `switches` for random ones. */
const networks = [...networkModels.map(({ name }) => name), "default", "switches", "switches", "switches"];

export interface MakespanDraw {
  readonly minOps: number;
  readonly maxOps: number;
  readonly objective?: Objective;
  /** Default `roomy`: half of the scenarios have no limit that matters. */
  readonly memory?: keyof typeof limits;
}

const limits = { roomy: [undefined, undefined, 10, 14, 20], tight: [3, 5, 7, 9, 12] } as const;

export function randomMakespan({
  minOps,
  maxOps,
  objective,
  memory = "roomy",
}: MakespanDraw): fc.Arbitrary<Scenario> {
  return fc
    .record({
      ops: fc.array(opDraw, { minLength: minOps, maxLength: maxOps }),
      devices: fc.constantFrom(["F", "F"], ["F", "F", "F"], ["F", "S"], ["F", "F", "S"]),
      memoryBytes: fc.constantFrom(...limits[memory]),
      bytesPerUs: fc.integer({ min: 1, max: 3 }),
      latencyUs: fc.integer({ min: 0, max: 2 }),
      network: fc.constantFrom(...networks),
      switches: randomFidelity,
    })
    .map(({ ops, network, switches, ...options }) => {
      const graph = ops.map((op, v) => lineOf(op, v, options.devices.at(-1) === "S")).join("\n");
      const fidelity = network === "switches" ? switches : {};
      const scenario = testScenario({ ...options, graph, fidelity, objective, batch: 4 });
      return networkModels.some(({ name }) => name === network) ? withNetwork(scenario, network) : scenario;
    });
}

type OpDraw = typeof opDraw extends fc.Arbitrary<infer Draw> ? Draw : never;

function lineOf({ us, slowdown, bytes, params, pin, group, back }: OpDraw, v: number, slow: boolean): string {
  const inputs = [...new Set(back.map((steps) => v - steps))].filter((source) => source >= 0);
  const kinds = slow && group === "" && pin < 2 ? ` kinds=${["F", "S"][pin]}` : "";
  const reads = inputs.length === 0 ? "" : ` <- ${inputs.map((source) => `op${source}`).join(" ")}`;
  return `op${v} F:${us}|S:${us * slowdown} ${bytes}B params=${params}${kinds}${group}${reads}`;
}
