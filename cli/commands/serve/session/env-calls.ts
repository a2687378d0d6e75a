/**
 * The calls on envs: make, reset, step, state, restore, render, plan, close. What a client makes is
 * a vector of one env or of many, and has a number. A step of all its envs is one message.
 */
import type { ResetOptions } from "../../../../env/contract.ts";
import { InputError } from "../../../../env/model/errors.ts";
import { planToJson } from "../../../../env/model/plan/plan.ts";
import type { Evaluator } from "../../../../env/sim/evaluator/contract.ts";
import { autoresetModes, type VectorEnv } from "../../../../env/vector/contract.ts";
import { vectorOf } from "../../../../env/vector/sync.ts";
import type { Message, NamedArray } from "../frames/frame.ts";
import { checkPlain, madeEnv } from "./env-options.ts";
import { integerIn, objectIn, oneOfIn, optionalListIn, textIn } from "./fields.ts";
import type { GivenScenario } from "./given-scenario.ts";
import { finalArrays, seenArrays } from "./infos.ts";
import type { SessionLimits } from "./limits.ts";
import { actionsOf, spaceJson } from "./spaces.ts";

export interface Answer {
  readonly fields: object;
  readonly arrays?: readonly NamedArray[];
}

type Vector = VectorEnv<unknown, unknown>;

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
  const vectors = new Map<number, Vector>();
  let made = 0;
  const vectorIn = ({ fields }: Message): Vector => {
    const vector = vectors.get(fields.handle as number);
    if (vector !== undefined) return vector;
    throw new InputError(
      `There is no env ${JSON.stringify(fields.handle)}; make it first, or it was closed.`,
    );
  };
  const envIn = (message: Message) => {
    const { envs } = vectorIn(message);
    return envs[integerIn(message.fields, "index", 0, envs.length - 1)];
  };
  return {
    make({ fields }, { scenario, hash }, evaluator) {
      const inUse = [...vectors.values()].reduce((sum, { size }) => sum + size, 0);
      const count = integerIn(fields, "count", 1, limits.envs);
      if (vectors.size >= limits.handles || inUse + count > limits.envs)
        throw new InputError(
          `A client may have ${limits.handles} vectors and ${limits.envs} envs at once; close some.`,
        );
      const id = textIn(fields, "env");
      const options = objectIn(fields, "options");
      const autoreset = oneOfIn(fields, "autoreset", autoresetModes, "next-step");
      const envs = Array.from({ length: count }, () => madeEnv(id, scenario, options, evaluator));
      const vector = vectorOf(envs, autoreset);
      const handle = ++made;
      vectors.set(handle, vector);
      return { ...describedVector(vector, hash, handle) };
    },
    reset: (message) => resetVector(vectorIn(message), message),
    step: (message) => stepVector(vectorIn(message), message),
    state: (message) => ({ fields: { state: vectorIn(message).state() } }),
    restore(message) {
      vectorIn(message).restore(message.fields.state);
      return { fields: {} };
    },
    render: (message) => ({ fields: { text: envIn(message).render() } }),
    plan: (message) => ({ fields: { plan: planToJson(envIn(message).plan()) } }),
    close(message) {
      vectorIn(message).close();
      vectors.delete(message.fields.handle as number);
      return { fields: {} };
    },
  };
}

function describedVector(
  { envs, singleActionSpace, singleObservationSpace }: Vector,
  hash: string,
  handle: number,
) {
  const arrays: NamedArray[] = [];
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

/** Of all envs, or of those that the array `which` marks; a seed for each, null for none. */
function resetVector(vector: Vector, { fields, arrays }: Message): Answer {
  const seeds = optionalListIn(fields, "seeds");
  const options = objectIn(fields, "options");
  checkPlain("reset", options);
  const which = arrays.get("which")?.data;
  if (seeds !== undefined && seeds.length !== vector.size)
    throw new InputError(`The field seeds has ${seeds.length} entries for ${vector.size} envs.`);
  if (which !== undefined && which.length !== vector.size)
    throw new InputError(`The array which has ${which.length} entries for ${vector.size} envs.`);
  const chosen = vector.envs.map((_, i) => i).filter((i) => which === undefined || which[i] === 1);
  const resets = chosen.map((i) => vector.resetEnv(i, resetOptions(seeds?.[i], options)));
  const seen = { observations: resets.map((r) => r.observation), infos: resets.map((r) => r.info) };
  return { fields: {}, arrays: seenArrays(vector, seen) };
}

const resetOptions = (seed: unknown, options: ResetOptions["options"]): ResetOptions =>
  seed === undefined || seed === null ? { options } : { seed: seed as number | string, options };

function stepVector(vector: Vector, { arrays }: Message): Answer {
  const actions = actionsOf(vector.singleActionSpace, arrays.get("actions"), vector.size);
  const { rewards, terminated, truncated, ...seen } = vector.step(actions);
  const shape = [vector.size];
  return {
    fields: {},
    arrays: [
      ...seenArrays(vector, seen),
      { name: "reward", data: rewards, shape },
      { name: "terminated", data: terminated, shape },
      { name: "truncated", data: truncated, shape },
      ...finalArrays(vector, seen.infos),
    ],
  };
}
