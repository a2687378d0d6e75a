/**
 * m-SCT as a planner (Jeon et al., Baechi, SoCC 2020): the linear program is agents/exact/favourite-children.ts, the scheduler
 * agents/search/m-sct.ts.
 */
import { z } from "zod";
import type { PlannerModule } from "../contract.ts";
import { choicesOf } from "../search/choices.ts";
import { listMethod, planByList } from "../search/list-plan.ts";
import { equalDevices, LIST_SEARCH_SPACE, listOptions } from "../search/list-planner.ts";
import { mEtf } from "../search/m-etf.ts";
import { mSct as schedule } from "../search/m-sct.ts";
import type { ScheduleProblem } from "../search/schedule-problem.ts";

const options = z.strictObject({
  ...listOptions(equalDevices).shape,
  size: z
    .number()
    .int()
    .min(1)
    .default(20_000)
    .describe(
      "Largest linear program tried, in coefficients; a larger graph is scheduled by its groups alone.",
    ),
  iterations: z
    .number()
    .int()
    .min(1)
    .default(100_000)
    .describe("Most simplex iterations; a program that needs more has no answer."),
});

/** A guard, far from what a program of the default size takes. */
const LONGEST_SECONDS = 600;

export const mSct: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "m-sct",
    name: "m-SCT",
    summary:
      "Like m-ETF, but keeps the favourite child of each op, found by a linear program, on its device.",
    searchSpace: LIST_SEARCH_SPACE,
    paper: "Jeon et al.: Baechi: fast device placement of machine learning graphs. SoCC 2020",
    limits:
      "As m-ETF. The solver is HiGHS, whose optimum may be another than a commercial solver's; devices found by groups are put in order by m-ETF.",
  },
  options,
  create: ({ pool, variants, ...limits }) => ({
    plan(scenario, evaluator) {
      const favoured = async (problem: ScheduleProblem) => {
        const { favouriteChildren } = await import("../exact/favourite-children.ts");
        const favourites = await favouriteChildren(problem, { ...limits, seconds: LONGEST_SECONDS });
        return favourites === null ? null : schedule(problem, favourites.child);
      };
      const method = { ...listMethod(mEtf), schedule: favoured, slowdowns: [] };
      return planByList(choicesOf(scenario, pool), evaluator, method, variants);
    },
  }),
};
