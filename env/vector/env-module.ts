/** A module of the user's that makes envs: it exports `create({ scenario })`. */
import type { Env } from "../contract.ts";
import { InputError } from "../model/errors.ts";
import type { Scenario } from "../model/scenario.ts";
import { importUserModule } from "../model/user/modules.ts";

export type CreateEnv = (options: { readonly scenario: Scenario }) => Env;

/** Throws `InputError` where the module cannot be loaded or exports no `create`. */
export async function loadEnvModule(url: string): Promise<CreateEnv> {
  const loaded = await importUserModule(url).catch((error: Error) => {
    throw new InputError(`The env module "${url}" cannot be loaded: ${error.message}`);
  });
  if (typeof loaded.create !== "function")
    throw new InputError(`The env module "${url}" exports no function "create".`);
  return loaded.create as CreateEnv;
}
