/**
 * A planner that scores one plan, says so on stderr, and then computes for as long as a file is
 * there. Meanwhile the event loop of its process does not turn.
 */
import { existsSync } from "node:fs";
import { z } from "zod";
import type { PlannerModule } from "../../agents/contract.ts";
import { placement } from "../../env/index.ts";
import { ANNOUNCEMENT } from "./announced.ts";

const options = z.strictObject({ gate: z.string().describe("path of the file") });

export const method: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: { id: "stuck", name: "Stuck", summary: "Never ends.", searchSpace: "one device" },
  options,
  create: ({ gate }) => ({
    async *plan({ graph }, evaluator) {
      const plan = placement(new Int32Array(graph.opCount));
      evaluator.evaluate(plan);
      process.stderr.write(`${ANNOUNCEMENT}\n`);
      while (existsSync(gate));
      yield plan;
      return {};
    },
  }),
};
