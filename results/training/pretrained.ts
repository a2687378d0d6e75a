/**
 * The method of a spec with the policy that it has, if any: `placeto@runs/nmt?finetune=300`.
 */
import { type ResolvedMethod, resolveMethod } from "../../agents/registry/registry.ts";
import { parseSpec } from "../../agents/registry/spec.ts";
import type { MethodRun } from "../../agents/run/run.ts";
import { InputError } from "../../env/model/errors.ts";
import { readPolicy, type TrainedPolicy } from "./policy-file.ts";

export interface PretrainedMethod extends ResolvedMethod {
  /** Options as texts: those of the spec, else those that the policy was trained with. */
  readonly given: ReadonlyMap<string, string>;
  readonly trained: TrainedPolicy | null;
  /** What a run is told of the policy; empty where there is none. */
  readonly start: PolicyStart;
}

/** A trained policy is asked and not trained, but for as many simulations as the spec says. */
export type PolicyStart = Pick<MethodRun, "policy" | "trainsFor" | "drawsOn">;

/** `init` names a run where the spec names none. */
export async function resolvePretrained(spec: string, init?: string): Promise<PretrainedMethod> {
  const { target, policy, finetune, given: own } = parseSpec(spec);
  if (policy !== null && init !== undefined && policy !== init)
    throw new InputError(`Training cannot begin with two policies, of "${policy}" and of "${init}".`);
  const run = policy ?? init;
  if (run === undefined) return { ...(await resolveMethod(spec)), given: own, trained: null, start: {} };
  const { module } = await resolveMethod(target);
  const trained = readPolicy(run);
  if (trained.agent !== module.card.id)
    throw new InputError(
      `The policy in "${run}" is of the agent "${trained.agent}", not of "${module.card.id}".`,
    );
  const given = new Map([...trained.given, ...own]);
  // A chosen decoding is the whole answer.
  const start = { policy: trained.policy, trainsFor: finetune, drawsOn: !given.has("decode") };
  return { ...(await resolveMethod(spec, trained.given)), given, trained, start };
}
