/**
 * The calls on envs: make, reset, step, state, restore, render, plan, close. What a client makes is
 * a vector of one env or of many, and has a number. A step of all its envs is one message.
 */
import type { Info, ResetOptions } from "../../../../../env/contract.ts";
import { InputError } from "../../../../../env/model/errors.ts";
import { planToJson } from "../../../../../env/model/plan/plan.ts";
import type { Evaluator } from "../../../../../env/sim/evaluator/contract.ts";
import { autoresetModes, type VectorEnv } from "../../../../../env/vector/contract.ts";
import { vectorOf } from "../../../../../env/vector/sync.ts";
import type { Message, NamedArray } from "../frames/frame.ts";
import { checkPlain, madeEnv } from "./env-options.ts";
import { integerIn, objectIn, oneOfIn, optionalListIn, textIn } from "./fields.ts";
import type { GivenScenario } from "./given-scenario.ts";
import type { SessionLimits } from "./limits.ts";
import { createShower, type Shower } from "./shown.ts";
import { actionsOf, spaceJson } from "./spaces.ts";

/** What a frame is made of, or one that is made and valid until the next call. */
export type Answer =
  | { readonly fields: object; readonly arrays?: readonly NamedArray[] }
  | { readonly frame: Uint8Array };

/** What a client has made. */
interface Made {
  readonly vector: VectorEnv<unknown, unknown>;
  readonly shower: Shower;
}

export interface EnvCalls {
  make(message: Message, given: GivenScenario, evaluator: Evaluator | undefined): Answer;
  reset(message: Message): Answer;
  step(message: Message): Answer;
  state(message: Message): Answer;
  restore(message: Message): Answer;
  render(message: Message): Answer;
  plan(message: Message): Answer;
  close(message: Message): Answer;
}

export function createEnvCalls(limits: SessionLimits): EnvCalls {
  const open = new Map<number, Made>();
  let count = 0;
  const madeIn = ({ fields }: Message): Made => {
    const made = open.get(fields.handle as number);
    if (made !== undefined) return made;
    throw new InputError(
      `There is no env ${JSON.stringify(fields.handle)}; make it first, or it was closed.`,
    );
  };
  const envIn = (message: Message) => {
    const { envs } = madeIn(message).vector;
    return envs[integerIn(message.fields, "index", 0, envs.length - 1)];
  };
  return {
    make({ fields }, { scenario, hash }, evaluator) {
      const inUse = [...open.values()].reduce((sum, { vector }) => sum + vector.size, 0);
      const size = integerIn(fields, "count", 1, limits.envs);
      if (open.size >= limits.handles || inUse + size > limits.envs)
        throw new InputError(
          `A client may have ${limits.handles} vectors and ${limits.envs} envs at once; close some.`,
        );
      const id = textIn(fields, "env");
      const options = objectIn(fields, "options");
      const autoreset = oneOfIn(fields, "autoreset", autoresetModes, "next-step");
      const envs = Array.from({ length: size }, () => madeEnv(id, scenario, options, evaluator));
      const vector = vectorOf(envs, autoreset);
      const made = { vector, shower: createShower(vector) };
      open.set(++count, made);
      return described(made, hash, count);
    },
    reset: (message) => wasReset(madeIn(message), message),
    step: (message) => stepped(madeIn(message), message),
    state: (message) => ({ fields: { state: madeIn(message).vector.state() } }),
    restore(message) {
      const { vector, shower } = madeIn(message);
      shower.forget();
      vector.restore(message.fields.state);
      return { fields: {} };
    },
    render: (message) => ({ fields: { text: envIn(message).render() } }),
    plan: (message) => ({ fields: { plan: planToJson(envIn(message).plan()) } }),
    close(message) {
      madeIn(message).vector.close();
      open.delete(message.fields.handle as number);
      return { fields: {} };
    },
  };
}

function described({ vector, shower }: Made, hash: string, handle: number): Answer {
  const arrays: NamedArray[] = [...shower.constant];
  const { envs, singleActionSpace, singleObservationSpace } = vector;
  const { metadata, scenario } = envs[0];
  const fields = {
    handle,
    metadata,
    scenario: scenario.name,
    scenarioHash: hash,
    objective: scenario.objective,
    observationSpace: spaceJson(singleObservationSpace, "observation", arrays),
    actionSpace: spaceJson(singleActionSpace, "action", arrays),
  };
  return { fields, arrays };
}

/** All envs, or those that the array `which` marks; a seed for each, null for none. */
function wasReset({ vector, shower }: Made, { fields, arrays }: Message): Answer {
  const seeds = optionalListIn(fields, "seeds");
  const options = objectIn(fields, "options");
  checkPlain("reset", options);
  const which = arrays.get("which")?.data;
  if (seeds !== undefined && seeds.length !== vector.size)
    throw new InputError(`The field seeds has ${seeds.length} entries for ${vector.size} envs.`);
  if (which !== undefined && which.length !== vector.size)
    throw new InputError(`The array which has ${which.length} entries for ${vector.size} envs.`);
  const chosen = vector.envs.map((_, i) => i).filter((i) => which === undefined || which[i] === 1);
  shower.checkReset(chosen);
  const resets = chosen.map((i) => vector.resetEnv(i, resetOptions(seeds?.[i], options)));
  return shower.reset(chosen, {
    observations: resets.map((reset) => reset.observation),
    infos: resets.map((reset) => reset.info),
  });
}

const resetOptions = (seed: unknown, options: ResetOptions["options"]): ResetOptions =>
  seed === undefined || seed === null ? { options } : { seed: seed as number | string, options };

function stepped({ vector, shower }: Made, { arrays }: Message): Answer {
  const actions = actionsOf(vector.singleActionSpace, arrays.get("actions"), vector.size);
  const step = vector.step(actions);
  const shown = shower.step(step);
  if (vector.autoreset !== "same-step") return shown;
  const finals = finalsOf(shower, step.infos);
  return finals.length === 0 ? shown : { fields: {}, arrays: [...shown.arrays, ...finals] };
}

/** What episodes showed last that a step ended and began again; nothing where there are none. */
function finalsOf(shower: Shower, infos: readonly Info[]): NamedArray[] {
  const ended = infos.flatMap((info, i) => (info.finalInfo === undefined ? [] : [i]));
  if (ended.length === 0) return [];
  const shown = {
    observations: ended.map((i) => infos[i].finalObservation),
    infos: ended.map((i) => infos[i].finalInfo as Info),
  };
  return [{ name: "final", data: Int32Array.from(ended), shape: [ended.length] }, ...shower.finals(shown)];
}
