/** A training of DOPPLER on a tiny graph, for its tests. */
import type { AgentModule, Update } from "../../../agents/contract.ts";
import { doppler } from "../../../agents/learned/doppler.ts";
import { oneTask } from "../../../agents/run/tasks.ts";
import { createRng, evaluator, metered, type Scenario, testScenario } from "../../../env/index.ts";
import { testBackend } from "../tensors/test-backend.ts";

export const SMALL = { width: 4, edgeWidth: 2, latent: 4, hidden: 4 };

/** Equal ops between a source and a sink: list scheduling is optimal, one device is far from it. */
const fan = testScenario({
  graph: [
    "s 1 4B",
    ...Array.from({ length: 8 }, (_, i) => `w${i} 100 4B <- s`),
    "t 1 <- w0 w1 w2 w3 w4 w5 w6 w7",
  ].join("\n"),
  devices: 2,
  bytesPerUs: 1000,
});

/** An agent and the meter of the one task that it trains on. */
export async function started(changes: object, simulations: number, scenario: Scenario = fan, seed = 1) {
  const module = doppler as AgentModule;
  const meter = metered(evaluator(scenario), { simulations });
  const task = { name: "fan", scenario, evaluator: meter };
  const options = module.options.parse({ ...SMALL, ...changes });
  const agent = await module.create({
    backend: testBackend,
    tasks: oneTask(task),
    rng: createRng(seed),
    options,
  });
  return { agent, meter, task };
}

export async function trained(changes: object, simulations: number, scenario: Scenario = fan, seed = 1) {
  const { agent, meter, task } = await started(changes, simulations, scenario, seed);
  const updates: Update[] = [];
  for await (const update of agent.train()) updates.push(update);
  const plan = await agent.act({ ...task, evaluator: metered(evaluator(scenario), {}) });
  const saved = JSON.stringify(await agent.saveRun());
  agent.dispose();
  return {
    updates,
    plan,
    us: evaluator(scenario).evaluate(plan).value!,
    best: meter.best!.outcome.cost,
    saved,
  };
}
