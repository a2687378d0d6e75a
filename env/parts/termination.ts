/** Terminations: when an episode ends by its own rules. */
import { InputError } from "../model/errors.ts";
import type { PlacementView } from "./placement-view.ts";

/** Asked after every step, with that step's visit counted. */
export type Termination = (view: PlacementView) => boolean;

/** Ends when every group, the last one included, has been visited this often. */
export function everyGroupVisited(times = 1): Termination {
  if (!Number.isInteger(times) || times < 1)
    throw new InputError(`The number of sweeps is ${times}, expected a whole number of at least 1.`);
  return ({ visits }) => visits.every((count) => count >= times);
}
