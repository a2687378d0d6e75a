/** A small agent that trains by walking at random, with a scenario and a request for it. */
import { z } from "zod";
import type { AgentModule } from "../../../agents/contract.ts";
import { placement, type RngState, restoreRng, testScenario } from "../../../env/index.ts";
import type { TrainRequest } from "../../../results/training/request.ts";

/** Orders of the ops of the scenario below that differ from their order of arrival. */
export const orders = [
  [0, 3, 2, 1, 4],
  [0, 2, 3, 1, 4],
];

/**
 * Walks at random and keeps its place, its count and its random stream: enough state for a resume
 * to get wrong. Its plans carry an order of ops where `orders` has any.
 */
export const walkerWith = (orders: readonly (readonly number[])[]): AgentModule => ({
  kind: "agent",
  card: {
    id: "walker",
    name: "Random walker",
    summary: "Moves one op at a time.",
    searchSpace: "device per op",
  },
  options: z.object({}),
  actEvaluations: () => 1,
  async create({ tasks, rng: given }) {
    let rng = given;
    const { name, scenario, evaluator } = await tasks.draw(given);
    let update = 0;
    const device = new Int32Array(scenario.graph.opCount);
    const planNow = () => placement(device, orders[update % orders.length]);
    return {
      backend: null,
      async *train() {
        for (;;) {
          let cost = 0;
          for (let i = 0; i < 4; i++) {
            device[rng.int(device.length)] = rng.int(scenario.cluster.devices.length);
            cost += evaluator.evaluate(planNow()).cost;
          }
          yield {
            update: ++update,
            task: name,
            metrics: { meanCost: cost / 4, draw: rng.next() },
          };
        }
      },
      async act(task) {
        const plan = planNow();
        task.evaluator.evaluate(plan);
        return plan;
      },
      savePolicy: async () => ({ device: Array.from(device) }),
      async loadPolicy(saved) {
        device.set((saved as { device: number[] }).device);
      },
      saveRun: async () => ({ update, device: Array.from(device), rng: rng.state() }),
      async loadRun(saved) {
        const state = saved as { update: number; device: number[]; rng: RngState };
        update = state.update;
        device.set(state.device);
        rng = restoreRng(state.rng);
      },
      dispose() {},
    };
  },
});

export const scenario = testScenario({
  graph: `
    a 10 40B
    b 20 40B <- a
    c 30 40B <- a
    d 40 40B <- a
    e 50 <- d`,
  devices: 3,
});
export const scenarios = new Map([["tiny", scenario]]);
export const request: TrainRequest = {
  scenarios: ["tiny"],
  agent: "walker",
  seed: 3,
  budget: { evaluations: 81 },
  checkpointEvery: 5,
};
