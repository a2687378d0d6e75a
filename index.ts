/**
 * placement-gym: the reinforcement-learning gym for device placement.
 *
 *     import { make } from "placement-gym";
 *     const env = await make("Placement/Refine-v1", { scenario: "inception-v3/2xP100" });
 *
 * The parts have entry points of their own: `placement-gym/env`, `/agents`, `/scenarios`,
 * `/results`.
 */
import { type Env, type MakeEnvOptions, makeEnv, type Scenario } from "./env/index.ts";
import { resolveScenario } from "./scenarios/index.ts";

export * from "./env/index.ts";
export { resolveScenario } from "./scenarios/index.ts";

/**
 * An environment by its versioned id, on a scenario given by URI, by the path of a file, or as an
 * object.
 */
export async function make(
  id: string,
  options: Omit<MakeEnvOptions, "scenario"> & { readonly scenario: string | Scenario },
): Promise<Env> {
  const scenario =
    typeof options.scenario === "string" ? await resolveScenario(options.scenario) : options.scenario;
  return makeEnv(id, { ...options, scenario });
}
