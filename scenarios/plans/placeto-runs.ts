/**
 * Placements in the case files of Placeto's simulator, with the results that it gave for them. Of
 * several the option `run` chooses one, from 0.
 */
import { InputError } from "../../env/model/errors.ts";
import { planIn } from "../../env/model/plan/plan-file.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { Query } from "../../env/model/user/query.ts";
import type { ImportedRun } from "../import/contract.ts";
import { placetoSim } from "../import/profiles/placeto-sim.ts";
import { count } from "../import/sentences.ts";
import type { PlanClaim } from "./claims.ts";
import type { PlanReader } from "./contract.ts";

export const placetoRuns: PlanReader = {
  name: "placeto-sim",
  summary: "a placement in a case file of Placeto's simulator, with its result",
  options: { run: "number of the placement, from 0; needed where there are several" },
  recognises: (file) => placetoSim.recognises(file),
  read(file, scenario, options) {
    const { runs = [] } = placetoSim.read(file, new Query(options.where, new Map()));
    if (runs.length === 0) return null;
    const last = runs.length - 1;
    const chosen = options.integer("run", { min: 0, max: last }) ?? (last === 0 ? 0 : undefined);
    if (chosen === undefined)
      throw new InputError(
        `it holds ${count(runs.length, "placement")}; the option run=N chooses one of 0..${last}.`,
      );
    const run = runs[chosen];
    return { plan: planFor(scenario, run), claims: [claimOf(run)], notes: [] };
  },
};

/** What the file says that the run gave. */
export const claimOf = ({ expected: { makespanUs, startUs, peakBytes } }: ImportedRun): PlanClaim => ({
  objective: "makespan",
  value: makespanUs,
  startUs,
  peakBytes,
});

const planFor = (scenario: Scenario, { plan }: ImportedRun) =>
  planIn(scenario, { kind: "placement", device: Array.from(plan.device) }, "its placement");
