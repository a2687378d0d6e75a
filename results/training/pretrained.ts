/**
 * The method of a spec with the policy that it begins with, if any: `placeto@runs/nmt?episodes=1`.
 */
import { type ResolvedMethod, resolveMethod } from "../../agents/registry/registry.ts";
import { parseSpec } from "../../agents/registry/spec.ts";
import { InputError } from "../../env/model/errors.ts";
import { readPolicy, type TrainedPolicy } from "./policy-file.ts";

export interface PretrainedMethod extends ResolvedMethod {
  /** Options as texts: those of the spec, else those that the policy was trained with. */
  readonly given: ReadonlyMap<string, string>;
  readonly trained: TrainedPolicy | null;
}

/** `init` names a run where the spec names none. */
export async function resolvePretrained(spec: string, init?: string): Promise<PretrainedMethod> {
  const { target, policy, given: own } = parseSpec(spec);
  if (policy !== null && init !== undefined && policy !== init)
    throw new InputError(`Training cannot begin with two policies, of "${policy}" and of "${init}".`);
  const run = policy ?? init;
  if (run === undefined) return { ...(await resolveMethod(spec)), given: own, trained: null };
  const { module } = await resolveMethod(target);
  const trained = readPolicy(run);
  if (trained.agent !== module.card.id)
    throw new InputError(
      `The policy in "${run}" is of the agent "${trained.agent}", not of "${module.card.id}".`,
    );
  return {
    ...(await resolveMethod(spec, trained.given)),
    given: new Map([...trained.given, ...own]),
    trained,
  };
}
