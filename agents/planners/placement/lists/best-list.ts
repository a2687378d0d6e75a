/**
 * The best of the list schedules: every quick list planner with `variants=all`, one after the
 * other, and the best plan of all. No paper has this method; the rows of single list planners are
 * one schedule each.
 */
import { z } from "zod";
import type { PlannerModule } from "../../../contract.ts";
import { LIST_SEARCH_SPACE } from "../../../lists/list-planner.ts";
import { cpop } from "./cpop.ts";
import { criticalPathFirst } from "./critical-path-first.ts";
import { etf } from "./etf.ts";
import { heft } from "./heft.ts";
import { mEtf } from "./m-etf.ts";
import { mTopo } from "./m-topo.ts";
import { maxMin, minMin } from "./min-min.ts";

const options = z.strictObject({});

const LISTS = [heft, cpop, etf, mTopo, minMin, maxMin, criticalPathFirst, mEtf] as PlannerModule[];

export const bestList: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "best-list",
    name: "Best list schedule",
    summary:
      "The best plan of eight list schedulers, each tried with and without its order, by groups, and with longer delays.",
    searchSpace: LIST_SEARCH_SPACE,
    limits:
      "A composition of ours, up to some eighty evaluations. Each schedule plans for the makespan on a simpler network than the simulator's.",
  },
  traits: { answers: "placement", objectives: "any", effort: "instant", random: false },
  options,
  create: () => ({
    async *plan(scenario, evaluator, rng) {
      const failures: string[] = [];
      for (const { options, create, traits } of LISTS) {
        const plans = create(options.parse(traits?.asStart ?? {})).plan(scenario, evaluator, rng);
        const report = yield* plans;
        if (report?.failure !== undefined) failures.push(report.failure);
      }
      return evaluator.best === null ? { failure: failures[0] } : undefined;
    },
  }),
};
