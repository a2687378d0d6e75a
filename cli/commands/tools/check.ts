/**
 * `check`: checks environments against their contract with `checkEnv`. They are registered ones by
 * id, or those of a user's file.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { checkEnv } from "../../../env/check/check-env.ts";
import { formatReport } from "../../../env/check/report.ts";
import type { Env } from "../../../env/contract.ts";
import { envIds, envSpec } from "../../../env/envs/registry.ts";
import { createScenario } from "../../../env/model/create-scenario.ts";
import { InputError } from "../../../env/model/errors.ts";
import type { PlanKindName } from "../../../env/model/plan/plan.ts";
import type { Objective, Scenario } from "../../../env/model/scenario.ts";
import { importUserModule } from "../../../env/model/user/modules.ts";
import { objectiveOf } from "../../../env/sim/objectives/evaluator.ts";
import { resolveScenario } from "../../../scenarios/resolve.ts";
import { suites } from "../../../scenarios/suites/index.ts";
import { defineCommand, jsonFlag } from "../../command.ts";
import { jsonText } from "../../json.ts";
import { EXIT } from "../../terminal/terminal.ts";

type Create = (options: { readonly scenario: Scenario }) => Env;

export const check = defineCommand({
  name: "check",
  summary:
    "Checks environments against the Gymnasium contract and the laws of placement; prints the rules that fail.",
  positionals: [
    {
      name: "ENV",
      describe:
        "ids such as Placement/Refine-v1, or files such as ./mine.ts that export create({ scenario }); " +
        "all registered envs by default",
      arity: "many",
    },
  ],
  flags: {
    scenario: {
      type: "text",
      placeholder: "URI",
      describe: "URI or file to check on",
      defaultText: "the first scenario of suite start",
    },
    json: jsonFlag,
  },
  examples: ["check", "check Placement/Refine-v1 --scenario ./graph.json", "check ./my-env.ts"],
  async run({ values, positionals }, terminal) {
    const scenario = await resolveScenario(values.scenario ?? suites.start[0]);
    const names = positionals.length > 0 ? positionals : envIds();
    const creators = await Promise.all(names.map(creatorOf));
    if (!values.json) terminal.note(`Checking on ${scenario.name}`);
    const judgedOn = await Promise.all(
      creators.map(({ objectives }) => {
        if (objectives === undefined || objectives.includes(scenario.objective)) return scenario;
        // Its own message says what it needs of a scenario that was chosen for it.
        return values.scenario === undefined
          ? resolveScenario(RENTED)
          : positionals.length > 0
            ? scenario
            : null;
      }),
    );
    const reports = creators.flatMap(({ create, plans }, i) => {
      const on = judgedOn[i];
      if (on === null) {
        terminal.note(
          `${names[i]} is left out: it needs the objective ${creators[i].objectives!.join(" or ")}`,
        );
        return [];
      }
      const judged = scoring(on, plans);
      if (on !== scenario && !values.json) terminal.note(`Checking ${names[i]} on ${on.name}`);
      if (judged !== on && !values.json)
        terminal.note(
          `The objective ${on.objective} scores no ${plans.join(" and no ")}: checking under ${judged.objective}`,
        );
      const report = checkEnv(() => create({ scenario: judged }));
      if (!values.json) terminal.write(`${formatReport(report)}\n`);
      return [{ ...report, scenario: on.name }];
    });
    if (values.json) terminal.write(jsonText(reports));
    return reports.every(({ ok }) => ok) ? EXIT.done : EXIT.failed;
  },
});

/** What envs that rent devices are checked on, where nothing else is given. */
const [RENTED] = suites["papers/heterps"];

interface Creator {
  readonly create: Create;
  /** Kinds of plan that its envs answer, none where they are not known. */
  readonly plans: readonly PlanKindName[];
  readonly objectives?: readonly Objective[];
}

async function creatorOf(name: string): Promise<Creator> {
  if (/\.[cm]?[jt]s$/.test(name)) return { create: await creatorIn(name), plans: [] };
  const { create, plans = [], objectives } = envSpec(name);
  return { create, plans, objectives };
}

/** The scenario, under an objective that scores one of these kinds of plan. */
function scoring(scenario: Scenario, plans: readonly PlanKindName[]): Scenario {
  const { accepts } = objectiveOf(scenario);
  if (plans.length === 0 || plans.some((kind) => accepts.includes(kind))) return scenario;
  return createScenario({ ...scenario, objective: "iteration" });
}

async function creatorIn(path: string): Promise<Create> {
  if (!existsSync(path)) throw new InputError(`Env file "${path}" does not exist.`);
  const loaded = await importUserModule(pathToFileURL(resolve(path)).href).catch((error: Error) => {
    throw new InputError(`Env file "${path}" could not be loaded: ${error.message.split("\n")[0]}.`);
  });
  const create = loaded.create ?? loaded.default;
  if (typeof create !== "function")
    throw new InputError(
      `Env file "${path}" exports no function "create"; expected create({ scenario }) that makes an env.`,
    );
  return create as Create;
}
