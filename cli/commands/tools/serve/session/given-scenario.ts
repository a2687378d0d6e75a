/**
 * The scenario of a request: the address of a built-in one, or the JSON of a scenario file inline.
 * Nothing is opened that a client names, neither a file nor a module.
 */
import { InputError } from "../../../../../env/model/errors.ts";
import { readScenario, scenarioHash } from "../../../../../env/model/file.ts";
import { objectives, type Scenario } from "../../../../../env/model/scenario.ts";
import { resolveScenario } from "../../../../../scenarios/resolve.ts";
import { type Fields, optionalTextIn } from "./fields.ts";

export interface GivenScenario {
  readonly scenario: Scenario;
  readonly hash: string;
}

export interface ScenarioShelf {
  /** The scenario that the fields `scenario` and `objective` name. */
  given(fields: Fields): Promise<GivenScenario>;
}

/** Keeps the last few, since clients ask for one again and again. */
export function createShelf(): ScenarioShelf {
  const known = new Map<string, GivenScenario>();
  return {
    async given(fields) {
      const objective = objectiveOf(fields);
      if (typeof fields.scenario === "object" && fields.scenario !== null)
        return inline(fields.scenario, objective);
      const address = optionalTextIn(fields, "scenario");
      if (address === undefined)
        throw new InputError(
          `"${String(fields.call)}" needs the field scenario: an address such as nmt/test/0/2xK80, or the JSON of a scenario.`,
        );
      const key = JSON.stringify([address, objective]);
      const found = known.get(key) ?? hashed(await builtIn(address, objective));
      // The one that was asked for last is the last to go.
      known.delete(key);
      known.set(key, found);
      if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!);
      return found;
    },
  };
}

const MOST_KNOWN = 16;

function objectiveOf(fields: Fields): Scenario["objective"] | undefined {
  const name = optionalTextIn(fields, "objective");
  if (name === undefined) return undefined;
  const objective = objectives.find((known) => known === name);
  if (objective !== undefined) return objective;
  throw new InputError(`The objective "${name}" is not known, expected ${objectives.join(", ")}.`);
}

const builtIn = (address: string, objective: Scenario["objective"] | undefined): Promise<Scenario> =>
  resolveScenario(address, {
    objective,
    readFile: (path) => {
      throw new InputError(
        `"${path.slice(0, 100)}" is the path of a file; a server opens none, send its JSON in its place.`,
      );
    },
  });

function inline(json: object, objective: Scenario["objective"] | undefined): GivenScenario {
  const given = objective === undefined ? json : { ...json, objective };
  return hashed(readScenario(given, "inline"));
}

const hashed = (scenario: Scenario): GivenScenario => ({ scenario, hash: scenarioHash(scenario) });
