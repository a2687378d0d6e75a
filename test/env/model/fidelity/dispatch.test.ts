import { expect, test } from "vitest";
import { testScenario, withDispatch } from "../../../../env/index.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";

const scenario = testScenario({ graph: "a 1" });

test("a dispatch is chosen by name and named in the fidelity", async () => {
  expect(withDispatch(scenario, "strict")).toBe(scenario);
  expect(withDispatch(scenario, "ready").fidelity).toMatchObject({
    name: "default, dispatch ready",
    dispatch: "ready",
  });
  const asked = await resolveScenario("nmt-2/2xP100?steps=5&dispatch=ready&network=fair");
  expect(asked.fidelity).toMatchObject({ dispatch: "ready", contention: "fair" });
});

test("an unknown dispatch is answered with those there are", async () => {
  expect(() => withDispatch(scenario, "eager")).toThrow(
    'Dispatch "eager" is not known; there are strict and ready.',
  );
});
