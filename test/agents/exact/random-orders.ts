/**
 * Random graphs on two devices whose times and sizes make orders matter: long transfers, unequal
 * branches, no gaps, no memory limit.
 */
import fc from "fast-check";
import { type Scenario, testScenario } from "../../../env/index.ts";

const opDraw = fc.record({
  us: fc.integer({ min: 1, max: 9 }),
  slowdown: fc.integer({ min: 1, max: 2 }),
  bytes: fc.integer({ min: 1, max: 80 }),
  back: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
});

export function randomOrders({ minOps, maxOps }: { minOps: number; maxOps: number }): fc.Arbitrary<Scenario> {
  return fc
    .record({
      ops: fc.array(opDraw, { minLength: minOps, maxLength: maxOps }),
      devices: fc.constantFrom(["F", "F"], ["F", "S"]),
      latencyUs: fc.integer({ min: 0, max: 2 }),
    })
    .map(({ ops, ...options }) => {
      const lines = ops.map(({ us, slowdown, bytes, back }, v) => {
        const inputs = [...new Set(back.map((steps) => v - steps))].filter((source) => source >= 0);
        const reads = inputs.length === 0 ? "" : ` <- ${inputs.map((source) => `op${source}`).join(" ")}`;
        return `op${v} F:${us}|S:${us * slowdown} ${bytes}B${reads}`;
      });
      return testScenario({ graph: lines.join("\n"), ...options });
    });
}
