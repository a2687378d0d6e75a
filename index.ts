/**
 * placement-gym: the reinforcement-learning gym for device placement.
 *
 *     import { make } from "placement-gym";
 *     const env = await make("Placement/Refine-v1", { scenario: "inception-v3/2xP100" });
 *
 * The parts have entry points of their own: `placement-gym/env`, `/agents`, `/scenarios`,
 * `/results`.
 */
import {
  type EnvOf,
  type MakeEnvOptions,
  makeEnv,
  type PlacementObservation,
  type Scenario,
} from "./env/index.ts";
import { resolveScenario } from "./scenarios/index.ts";

export * from "./env/index.ts";
export { resolveScenario } from "./scenarios/index.ts";

/** Options of `make`: those of `makeEnv`, and the scenario also by URI or path. */
export type MakeOptions<Observation = PlacementObservation> = Omit<
  MakeEnvOptions<Observation>,
  "scenario"
> & {
  readonly scenario: string | Scenario;
};

/**
 * An environment by its versioned id, on a scenario given by URI, by the path of a file, or as an
 * object. Its type follows from the id.
 */
export async function make<Id extends string, Observation = PlacementObservation>(
  id: Id,
  options: MakeOptions<Observation>,
): Promise<EnvOf<Id, Observation>> {
  const scenario =
    typeof options.scenario === "string" ? await resolveScenario(options.scenario) : options.scenario;
  return makeEnv<Id, Observation>(id, { ...options, scenario } as MakeEnvOptions<Observation>);
}
