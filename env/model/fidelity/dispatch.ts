/** What a plan's `opPriority` means under a scenario, chosen by name: see `Fidelity.dispatch`. */
import { InputError } from "../errors.ts";
import type { Scenario } from "../scenario.ts";
import type { Fidelity } from "./fidelity.ts";

const dispatches: readonly Fidelity["dispatch"][] = ["strict", "ready"];

/** The scenario with that dispatch; throws one sentence where the name is not known. */
export function withDispatch(scenario: Scenario, name: string): Scenario {
  const dispatch = dispatches.find((known) => known === name);
  if (dispatch === undefined)
    throw new InputError(`Dispatch "${name}" is not known; there are ${dispatches.join(" and ")}.`);
  const { fidelity } = scenario;
  if (dispatch === fidelity.dispatch) return scenario;
  return { ...scenario, fidelity: { ...fidelity, name: `${fidelity.name}, dispatch ${dispatch}`, dispatch } };
}
