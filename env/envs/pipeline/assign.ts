/**
 * `Pipeline/Assign-v1`: gives each group of layers a device; groups come in the order of their
 * first layers. It is the allocation of TAPP (Mao et al., "TAPP: DNN Training for Task Allocation
 * through Pipeline Parallelism Based on Distributed Deep Reinforcement Learning", Applied Sciences
 * 2021). The stages of the plan are the devices, in an order that all data follows.
 *
 * The groups are a setting of the episode, so that a policy can choose them too, as TAPP's first
 * network does. A group that uses data of another one comes after it. Groups that need each other
 * are one. The setting `contiguity` says which devices a group may have.
 *
 * The last step pays the utility of the plan, all others 0. An episode charges one evaluation.
 */
import type { ActionMask, EnvMetadata } from "../../contract.ts";
import { InputError } from "../../model/errors.ts";
import type { Rng } from "../../model/rng.ts";
import { type AssignObservation, assignObservation } from "../../parts/assign-observation.ts";
import type { AssignView } from "../../parts/views/pipeline-view.ts";
import { type Discrete, discrete } from "../../spaces/discrete.ts";
import { type Advance, Episode } from "../episode/episode.ts";
import { checkResetOptions, returnsUnder } from "../options.ts";
import {
  type AssignChoices,
  type AssignSettings,
  assignChoices,
  assignSettings,
  usualAssignSettings,
} from "./assign-rules.ts";
import { type AssignDecisions, AssignState } from "./assign-state.ts";
import { type PipelineEnvOptions, type PipelineParts, pipelineParts } from "./pipeline-parts.ts";
import { renderPipeline } from "./render.ts";
import { pipelineChoices } from "./settings.ts";

export const ASSIGN_ID = "Pipeline/Assign-v1";

export type AssignOptions<Observation = AssignObservation> = PipelineEnvOptions<Observation, AssignView> &
  AssignChoices;
type AssignParts<Observation> = PipelineParts<Observation, AssignView, AssignSettings>;

export const assignOptions: readonly string[] = assignChoices;

export function createAssignEnv<Observation = AssignObservation>(
  options: AssignOptions<Observation>,
): AssignEnv<Observation> {
  const { settings: usual, ...parts } = pipelineParts(ASSIGN_ID, options, assignOptions);
  // Without the option, Observation is its default, which the compiler cannot see here.
  const observation =
    options.observation ?? (assignObservation as unknown as NonNullable<typeof options.observation>);
  const settings = assignSettings(parts, usualAssignSettings(parts, usual), options);
  return new AssignEnv({ ...parts, settings, observation: observation(parts.chain) });
}

export class AssignEnv<Observation> extends Episode<Observation, number, AssignState, AssignDecisions> {
  readonly metadata: EnvMetadata;
  /** The device of the current group. */
  readonly actionSpace: Discrete;
  declare protected readonly parts: AssignParts<Observation>;

  constructor(parts: AssignParts<Observation>, rng?: Rng) {
    super(parts, new AssignState(parts, parts.settings), rng);
    this.metadata = {
      id: ASSIGN_ID,
      plans: ["pipeline"],
      renderModes: ["text"],
      returns: returnsUnder(parts.utility, "score"),
    };
    this.actionSpace = discrete(parts.scenario.cluster.devices.length);
  }

  protected sibling(rng: Rng): AssignEnv<Observation> {
    return new AssignEnv(this.parts, rng);
  }

  protected begin(options: Readonly<Record<string, unknown>>): undefined {
    checkResetOptions(ASSIGN_ID, options, [...pipelineChoices, ...assignChoices]);
    this.planState.begin(assignSettings(this.parts, this.parts.settings, options as AssignChoices));
    this.utility = 0;
  }

  protected advance(device: number): Advance {
    const { settings, placed } = this.planState.decisions;
    const isLast = placed.length === this.planState.groupCount - 1;
    const outcome = isLast ? this.score({ settings, placed: [...placed, device] }) : undefined;
    this.planState.act(device);
    return this.paidAtTheEnd(outcome);
  }

  protected mask(): ActionMask {
    return this.planState.legal();
  }

  protected checkLegal(device: number): void {
    if (this.mask()[device] === 1) return;
    const { name } = this.scenario.cluster.devices[device];
    throw new InputError(
      `${ASSIGN_ID}: group ${this.planState.current} may not be on device ${device} ("${name}"); info.actionMask says which devices are legal.`,
    );
  }

  protected picture(title: string): string {
    return renderPipeline(this.scenario, this.plan(), title);
  }
}
