/**
 * The text of a planner in a file of its own: it waits for a clock and gives a random plan. It uses
 * no processor, so that workers on a busy machine can be compared.
 */
export const WAITING = `
import { z } from ${JSON.stringify(import.meta.resolve("zod"))};

export default {
  kind: "planner",
  options: z.object({ ms: z.coerce.number().default(400) }),
  card: {
    id: "waiting", name: "Waiting", summary: "Waits, then places at random.", searchSpace: "device per op",
  },
  create: ({ ms }) => ({
    async *plan(scenario, evaluator, rng) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      const count = scenario.cluster.devices.length;
      const device = Int32Array.from({ length: scenario.graph.opCount }, () => rng.int(count));
      const plan = { kind: "placement", device };
      evaluator.evaluate(plan);
      yield plan;
      return {};
    },
  }),
};
`;
