import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluator, placement, testScenario } from "../../../../env/index.ts";
import { deviceLoads } from "../../../../env/sim/objectives/device-loads.ts";

const scenario = testScenario({
  graph: `
    a 10 40B transfer=7
    b 20 40B transfer=5 <- a
    c 30 40B transfer=3 <- a
    d 40 40B transfer=2 <- b c
    e 50 <- d ^a`,
  devices: ["GPU", "GPU", "cpu"],
  objective: "max-load",
});

test("the largest load shown is the value that the evaluator gives, for every plan", () => {
  const { evaluate } = evaluator(scenario);
  fc.assert(
    fc.property(fc.array(fc.nat(2), { minLength: 5, maxLength: 5 }), (device) => {
      const plan = placement(device);
      const { computeUs, transferUs, loadUs } = deviceLoads(scenario, plan);
      expect(Math.max(...loadUs)).toBe(evaluate(plan).value);
      loadUs.forEach((us, d) => {
        expect(computeUs[d] + transferUs[d]).toBeCloseTo(us, 9);
      });
    }),
  );
});
