/** Terminations: when an episode ends by its own rules. */
import { InputError } from "../model/errors.ts";
import type { PlacementView } from "./views/placement-view.ts";

/** The env asks it after every step, with the visit of that step counted. */
export type Termination = (view: PlacementView) => boolean;

/** The episode ends when every group has been visited this often, the last group included. */
export function everyGroupVisited(times = 1): Termination {
  if (!Number.isInteger(times) || times < 1)
    throw new InputError(`The number of sweeps is ${times}, expected a whole number of at least 1.`);
  return ({ visits }) => visits.every((count) => count >= times);
}
