/**
 * `Hybrid/Plan-v1`: makes a pipeline whose stages may divide their ops inside, as Alpa (Zheng et
 * al., OSDI 2022) and Piper (Tarnawski et al., NeurIPS 2021) plan it. The first action chooses the
 * schedule, the second the number of micro-batches. Then the layers are walked in order. Action 0
 * goes on; action r ends the stage on the next r devices, its mesh. The action after that is the
 * treatment of the stage. It gives the tensor ranks of a replica, and whether the optimizer's state
 * is divided and forward ops are computed again.
 *
 * The last step pays the utility of the plan, all others 0. An episode charges one evaluation.
 */
import type { ActionMask, EnvMetadata } from "../../contract.ts";
import { InputError } from "../../model/errors.ts";
import type { LayerChain } from "../../model/layers/layer-chain.ts";
import type { Rng } from "../../model/rng.ts";
import { type HybridObservation, hybridObservation } from "../../parts/hybrid-observation.ts";
import type { ObservationPart } from "../../parts/observation-part.ts";
import { type HybridView, hybridDecisions } from "../../parts/views/hybrid-view.ts";
import { type Discrete, discrete } from "../../spaces/discrete.ts";
import { type Advance, Episode, type EpisodeParts } from "../episode/episode.ts";
import type { EpisodeOptions } from "../episode/episode-parts.ts";
import { checkResetOptions, returnsUnder } from "../options.ts";
import { chainParts } from "../pipeline/pipeline-parts.ts";
import { renderPipeline } from "../pipeline/render.ts";
import {
  type HybridChoices,
  type HybridSettings,
  type HybridWorld,
  hybridChoices,
  hybridSettings,
  treatmentsOf,
  usualSettings,
} from "./hybrid-rules.ts";
import { type HybridDecisions, HybridState } from "./hybrid-state.ts";

export const HYBRID_ID = "Hybrid/Plan-v1";

export interface HybridOptions<Observation = HybridObservation> extends EpisodeOptions, HybridChoices {
  /** Most layers of the chain, whose neighbours are merged where there are more; default 192. */
  readonly layers?: number;
  /** Default `hybridObservation`. */
  readonly observation?: (chain: LayerChain) => ObservationPart<Observation, HybridView>;
}

export const hybridOptions: readonly (keyof HybridOptions)[] = [
  "scenario",
  "evaluator",
  "seed",
  "observation",
  "utility",
  "layers",
  ...hybridChoices,
];

interface HybridParts<Observation> extends EpisodeParts<Observation, HybridView>, HybridWorld {
  readonly settings: HybridSettings;
}

export function createHybridEnv<Observation = HybridObservation>(
  options: HybridOptions<Observation>,
): HybridEnv<Observation> {
  const parts = chainParts(HYBRID_ID, options, hybridOptions);
  const { chain, usable } = parts;
  const treatments = treatmentsOf(chain, usable.length);
  const usual = usualSettings(chain, usable);
  const actionCount = Math.max(
    usable.length + 1,
    treatments.length,
    usual.schedules.length,
    usual.microBatches.length,
  );
  const world = { id: HYBRID_ID, chain, usable, treatments, actionCount };
  const sizes = { deviceCount: usable.length, actionCount };
  const observation =
    options.observation?.(chain) ??
    // Without the option, Observation is its default, which the compiler cannot see here.
    (hybridObservation(chain, treatments, sizes) as unknown as ObservationPart<Observation, HybridView>);
  return new HybridEnv({ ...parts, ...world, settings: hybridSettings(world, usual, options), observation });
}

export class HybridEnv<Observation> extends Episode<Observation, number, HybridState, HybridDecisions> {
  readonly metadata: EnvMetadata;
  readonly actionSpace: Discrete;
  declare protected readonly parts: HybridParts<Observation>;

  constructor(parts: HybridParts<Observation>, rng?: Rng) {
    super(parts, new HybridState(parts, parts.settings), rng);
    this.metadata = {
      id: HYBRID_ID,
      plans: ["pipeline"],
      renderModes: ["text"],
      returns: returnsUnder(parts.utility, "score"),
    };
    this.actionSpace = discrete(parts.actionCount);
  }

  protected sibling(rng: Rng): HybridEnv<Observation> {
    return new HybridEnv(this.parts, rng);
  }

  protected begin(options: Readonly<Record<string, unknown>>): undefined {
    checkResetOptions(HYBRID_ID, options, hybridChoices);
    this.planState.begin(hybridSettings(this.parts, this.parts.settings, options as HybridChoices));
    this.utility = 0;
  }

  protected advance(action: number): Advance {
    const { settings, actions } = this.planState.decisions;
    const outcome = this.planState.isLast
      ? this.score({ settings, actions: [...actions, action] })
      : undefined;
    this.planState.act(action);
    return this.paidAtTheEnd(outcome);
  }

  protected mask(): ActionMask {
    return this.planState.legal();
  }

  protected checkLegal(action: number): void {
    if (this.planState.legal()[action] === 1) return;
    const what = hybridDecisions[Math.max(0, this.planState.decision)];
    throw new InputError(
      `${HYBRID_ID}: ${action} is no legal choice of the ${what} now; info.actionMask says what is.`,
    );
  }

  protected picture(title: string): string {
    return renderPipeline(this.scenario, this.plan(), title);
  }
}
