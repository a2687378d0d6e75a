/**
 * A planner of the registry that tells stderr as soon as it has its first plan. A test of signals
 * waits for that line. `./announced.ts?of=best` plans as `best` does.
 */
import { z } from "zod";
import type { PlannerModule } from "../../agents/contract.ts";
import { resolveMethod } from "../../agents/registry/registry.ts";

/** The line on stderr. */
export const ANNOUNCEMENT = "announced: a first plan";

const options = z.strictObject({ of: z.string().describe("id of the planner that plans") });

export const method: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: { id: "announced", name: "Announced", summary: "Plans as another.", searchSpace: "of the other" },
  options,
  create: ({ of }) => ({
    async *plan(scenario, evaluator, rng) {
      const { module, options: given } = await resolveMethod(of);
      if (module.kind !== "planner") throw new Error(`"${of}" is no planner.`);
      const plans = module.create(given).plan(scenario, evaluator, rng);
      const first = await plans.next();
      if (first.done === true) return first.value;
      process.stderr.write(`${ANNOUNCEMENT}\n`);
      yield first.value;
      return yield* plans;
    },
  }),
};
