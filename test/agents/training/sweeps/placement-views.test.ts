import { expect, test } from "vitest";
import { placementViews } from "../../../../agents/training/sweeps/placement-views.ts";
import { createRefineEnv, evaluator, testScenario } from "../../../../env/index.ts";

const scenario = testScenario({
  graph: "a 10 40B\nb 20 80B <- a\nc 30 80B <- a\nd 30 40B <- b c\ne 10 <- d",
  devices: 2,
});

test("a view is what the env shows at that step of a sweep that keeps all groups", () => {
  const device = Int32Array.of(0, 1, 0, 1, 1);
  const outcome = evaluator(scenario).evaluate({ kind: "placement", device });
  const view = placementViews(scenario)(device, outcome);
  const env = createRefineEnv({ scenario, termination: () => false });
  let { observation } = env.reset({ options: { start: device } });
  for (let step = 0; step < 12; step++) {
    expect(view(step % 5, Math.floor(step / 5))).toEqual(observation);
    observation = env.step(device[step % 5]).observation;
  }
});
