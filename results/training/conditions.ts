/**
 * Under what conditions an agent trains: noise on what it measures, and devices that are slower
 * than it sees them. Meters under them keep exact values of the true devices.
 */
import { withSlowerDevices } from "../../env/model/cluster/slower-devices.ts";
import { createRng } from "../../env/model/rng.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { Evaluator } from "../../env/sim/evaluator/contract.ts";
import type { MeteredEvaluator } from "../../env/sim/evaluator/meter.ts";
import { checkNoise, noisyMeter } from "../../env/sim/evaluator/noise.ts";
import { seenAs } from "../../env/sim/evaluator/seen-as.ts";
import { evaluator, objectiveOf } from "../../env/sim/objectives/evaluator.ts";
import type { TrainRequest } from "./request.ts";

type Conditions = Pick<TrainRequest, "noise" | "slowDevices">;

/** What scores the plans for a scenario: exact, on the devices as they truly are. */
export function trueEvaluator(scenario: Scenario, { slowDevices }: Conditions): Evaluator {
  if (slowDevices === undefined) return evaluator(scenario);
  return seenAs(scenario, evaluator(withSlowerDevices(scenario, slowDevices)));
}

/** What the agent measures with. The noise of each scenario is a stream of its own. */
export function measuring(
  meter: MeteredEvaluator,
  name: string,
  { noise, seed }: Conditions & Pick<TrainRequest, "seed">,
): MeteredEvaluator {
  if (noise === undefined || noise === 0) return meter;
  return noisyMeter(meter, noise, createRng(seed).child("noise").child(name));
}

/** Throws `InputError` where the conditions do not fit a scenario. */
export function checkConditions(scenario: Scenario, { noise, slowDevices }: Conditions): void {
  if (noise !== undefined && noise !== 0) checkNoise(noise, objectiveOf(scenario));
  if (slowDevices !== undefined) withSlowerDevices(scenario, slowDevices);
}
