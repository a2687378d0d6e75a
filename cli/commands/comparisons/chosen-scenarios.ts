/** The flags by which a command takes many scenarios: named ones, or those of a suite. */
import { InputError } from "../../../env/model/errors.ts";
import type { Objective } from "../../../env/model/scenario.ts";
import { withMembers } from "../../../scenarios/address.ts";
import { suiteCatalog, suiteMembers, suiteNamed } from "../../../scenarios/suites/index.ts";

export const scenarioFlags = {
  scenarios: {
    type: "list",
    placeholder: "A,B",
    describe: "URIs, members of families such as nmt/test, or files; instead of --suite",
  },
  suite: {
    type: "text",
    placeholder: "NAME",
    describe: `named set of scenarios: ${suiteCatalog.map(({ name }) => name).join(", ")}`,
    defaultText: "default",
  },
  files: {
    type: "text",
    placeholder: "FOLDER",
    describe: "folder of the files of a suite of files",
    defaultText: "none",
  },
} as const;

interface Chosen {
  readonly scenarios?: readonly string[];
  readonly suite?: string;
  readonly files?: string;
}

/** A suite may name an objective of its own. */
export function chosenScenarios(values: Chosen): {
  readonly scenarios: readonly string[];
  readonly objective?: Objective;
} {
  if (values.scenarios !== undefined && values.suite !== undefined)
    throw new InputError("Both --scenarios and --suite were given, expected one of them.");
  if (values.scenarios !== undefined) return { scenarios: withMembers(values.scenarios) };
  const suite = suiteNamed(values.suite ?? "default");
  return { scenarios: suiteMembers(suite, values.files), objective: suite.objective };
}
