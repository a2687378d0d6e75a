/**
 * `flattenObservation`: the observation as one flat array of 32-bit floats, for learners that take
 * a vector. `frameOf` of the inner space tells where each part lies.
 */
import type { Env } from "../contract.ts";
import { frameOf } from "../spaces/flatten.ts";
import { transformObservation } from "./transform.ts";

export function flattenObservation<O, A>(env: Env<O, A>): Env<Float32Array, A> {
  const { space, flatten } = frameOf(env.observationSpace);
  return transformObservation(env, { space, transform: flatten });
}
