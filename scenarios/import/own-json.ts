/**
 * Our own scenario files, `placement-gym/scenario-1` (env/model/file.ts): everything a score
 * depends on, nothing assumed.
 */
import { readScenario, SCENARIO_SCHEMA } from "../../env/model/file.ts";
import type { Importer } from "./contract.ts";

export const ownJson: Importer = {
  name: "placement-gym",
  summary: `scenario files of this program, ${SCENARIO_SCHEMA}`,
  extensions: [".json"],
  recognises: (file) => file.jsonObject()?.schema === SCENARIO_SCHEMA,
  read: (file) => ({
    ...readScenario(file.json(), file.name),
    report: { recognised: `placement-gym scenario, ${SCENARIO_SCHEMA}`, assumed: [], dropped: [] },
  }),
};
