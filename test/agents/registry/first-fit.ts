/** A user's planner in its own file: everything on one device, which an option chooses. */
import { z } from "zod";
import type { PlannerModule } from "../../../agents/contract.ts";
import { placement } from "../../../env/index.ts";

const options = z.object({ device: z.int().min(0).default(0).describe("the device") });

export const method: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: { id: "first-fit", name: "First fit", summary: "One device for all.", searchSpace: "one device" },
  options,
  create: ({ device }) => ({
    async *plan({ graph }, evaluator) {
      const plan = placement(new Int32Array(graph.opCount).fill(device));
      evaluator.evaluate(plan);
      yield plan;
      return { facts: [{ name: "all on device", value: device }] };
    },
  }),
};
