/**
 * `Pipeline/Cuts-v1`: walks the layers of a chain in order. Each action says whether the stage goes
 * on with the next layer, or ends here and has so many replicas. The plans are those of PipeDream
 * (Narayanan et al., SOSP 2019): intervals of layers, each on devices of its own.
 *
 * Action 0 continues; action r ends the stage on the next r devices. The last stage ends with the
 * last layer, so the action there is its number of replicas. Micro-batches, schedule, recomputed
 * and swapped layers are settings of the episode, given to the env or to `reset`. With the setting
 * `stages` the devices of all stages are fixed, and only the cuts are free.
 *
 * The last step pays the utility of the plan, all others 0. An episode charges one evaluation.
 */
import type { ActionMask, EnvMetadata } from "../../contract.ts";
import { InputError } from "../../model/errors.ts";
import type { Rng } from "../../model/rng.ts";
import { type CutsObservation, cutsObservation } from "../../parts/cuts-observation.ts";
import type { CutsView } from "../../parts/views/pipeline-view.ts";
import { type Discrete, discrete } from "../../spaces/discrete.ts";
import { type Advance, Episode } from "../episode/episode.ts";
import { checkResetOptions, returnsUnder } from "../options.ts";
import { type CutChoices, type CutSettings, cutChoices, cutSettings } from "./cut-rules.ts";
import { type CutDecisions, CutsState } from "./cuts-state.ts";
import { type PipelineEnvOptions, type PipelineParts, pipelineParts } from "./pipeline-parts.ts";
import { renderPipeline } from "./render.ts";
import { pipelineChoices } from "./settings.ts";

export const CUTS_ID = "Pipeline/Cuts-v1";

export type CutsOptions<Observation = CutsObservation> = PipelineEnvOptions<Observation, CutsView> &
  CutChoices;
type CutsParts<Observation> = PipelineParts<Observation, CutsView, CutSettings>;

export const cutsOptions: readonly string[] = cutChoices;

export function createCutsEnv<Observation = CutsObservation>(
  options: CutsOptions<Observation>,
): CutsEnv<Observation> {
  const parts = pipelineParts(CUTS_ID, options, cutsOptions);
  const usual: CutSettings = {
    ...parts.settings,
    share: "split",
    devices: parts.usable,
    lastStage: "chosen",
    stages: null,
  };
  // Without the option, Observation is its default, which the compiler cannot see here.
  const observation =
    options.observation ?? (cutsObservation as unknown as NonNullable<typeof options.observation>);
  const settings = cutSettings(parts, usual, options);
  return new CutsEnv({ ...parts, settings, observation: observation(parts.chain) });
}

export class CutsEnv<Observation> extends Episode<Observation, number, CutsState, CutDecisions> {
  readonly metadata: EnvMetadata;
  /** 0, or the number of replicas. */
  readonly actionSpace: Discrete;
  declare protected readonly parts: CutsParts<Observation>;

  constructor(parts: CutsParts<Observation>, rng?: Rng) {
    super(parts, new CutsState(parts, parts.settings), rng);
    this.metadata = {
      id: CUTS_ID,
      plans: ["pipeline"],
      renderModes: ["text"],
      returns: returnsUnder(parts.utility, "score"),
    };
    this.actionSpace = discrete(parts.usable.length + 1);
  }

  protected sibling(rng: Rng): CutsEnv<Observation> {
    return new CutsEnv(this.parts, rng);
  }

  protected begin(options: Readonly<Record<string, unknown>>): undefined {
    checkResetOptions(CUTS_ID, options, [...pipelineChoices, ...cutChoices]);
    this.planState.begin(cutSettings(this.parts, this.parts.settings, options as CutChoices));
    this.utility = 0;
  }

  protected advance(action: number): Advance {
    const { settings, actions } = this.planState.decisions;
    const isLast = actions.length === this.planState.chain.count - 1;
    const outcome = isLast ? this.score({ settings, actions: [...actions, action] }) : undefined;
    this.planState.act(action);
    return this.paidAtTheEnd(outcome);
  }

  protected mask(): ActionMask {
    return this.planState.legal(this.actionSpace.size);
  }

  protected checkLegal(action: number): void {
    if (this.mask()[action] === 1) return;
    const { current } = this.planState;
    throw new InputError(
      action === 0
        ? `${CUTS_ID}: the stage has to end with layer ${current}; info.actionMask says which replicas are legal.`
        : `${CUTS_ID}: the stage may not end with layer ${current} and have ${action} replicas; info.actionMask says what is legal.`,
    );
  }

  protected picture(title: string): string {
    return renderPipeline(this.scenario, this.plan(), title);
  }
}
