/**
 * `slowDevices`: an env on a machine of which some devices are slower than believed. Observations
 * and masks are those of the believed scenario, scores those of the true one. So an agent has to
 * learn the difference from its rewards. `env.scenario` is the true scenario.
 *
 * It makes the env that it wraps, because a score has to be the true one from the start.
 */
import type { Env } from "../contract.ts";
import { type DeviceSpeeds, withSlowerDevices } from "../model/cluster/slower-devices.ts";
import type { Scenario } from "../model/scenario.ts";
import type { Evaluator } from "../sim/evaluator/contract.ts";
import { seenAs } from "../sim/evaluator/seen-as.ts";
import { evaluator } from "../sim/objectives/evaluator.ts";
import { Wrapper } from "./wrapper.ts";

export interface SlowDevicesOptions<O, A> {
  /** As the agent sees it. */
  readonly scenario: Scenario;
  /** Share of its speed by the name of the device. */
  readonly speeds: DeviceSpeeds;
  /** Makes the env inside, of this scenario and with this evaluator. */
  readonly make: (options: { readonly scenario: Scenario; readonly evaluator: Evaluator }) => Env<O, A>;
}

export function slowDevices<O, A>({ scenario, speeds, make }: SlowDevicesOptions<O, A>): Env<O, A> {
  const truth = withSlowerDevices(scenario, speeds);
  return new SlowDevices(make({ scenario, evaluator: seenAs(scenario, evaluator(truth)) }), truth);
}

class SlowDevices<O, A> extends Wrapper<O, A> {
  protected readonly wrapperName = "slowDevices";
  private readonly truth: Scenario;

  constructor(inner: Env<O, A>, truth: Scenario) {
    super(inner);
    this.truth = truth;
  }

  override get scenario(): Scenario {
    return this.truth;
  }

  protected around(inner: Env<O, A>): Env<O, A> {
    return new SlowDevices(inner, this.truth);
  }

  protected ownState(): null {
    return null;
  }

  protected restoreOwn(): void {}
}
