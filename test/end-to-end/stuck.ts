/**
 * A planner that scores one plan, says so on stderr, and then holds its thread for as long as a
 * file is there. Meanwhile the event loop of its process does not turn, as if it computed.
 */
import { existsSync } from "node:fs";
import { z } from "zod";
import type { PlannerModule } from "../../agents/contract.ts";
import { placement } from "../../env/index.ts";
import { ANNOUNCEMENT } from "./announced.ts";

/** A pause leaves the processor to the processes that the tests wait for. */
const PAUSE_MS = 20;

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
      const nothing = new Int32Array(new SharedArrayBuffer(4));
      while (existsSync(gate)) Atomics.wait(nothing, 0, 0, PAUSE_MS);
      yield plan;
      return {};
    },
  }),
};
