/**
 * `CutsState`: the settings of an episode of `Pipeline/Cuts-v1` and its actions so far. All else
 * follows from them.
 */
import { z } from "zod";
import { InputError } from "../../model/errors.ts";
import type { LayerChain } from "../../model/layers/layer-chain.ts";
import { stagePlan } from "../../model/layers/stage-plan.ts";
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import type { CutsView } from "../../parts/views/pipeline-view.ts";
import type { PlanState } from "../plan-state.ts";
import { parseSaved } from "../saved-state.ts";
import {
  afterCut,
  type CutChoices,
  type CutProgress,
  type CutSettings,
  type CutWorld,
  cutSettings,
  devicesLeft,
  mayContinue,
  mayCut,
  NO_STAGES,
  plainEnd,
} from "./cut-rules.ts";
import { markedLayers } from "./settings.ts";

/** The actions of the first layers: 0, or the replicas of the stage that ends with the layer. */
export interface CutDecisions {
  readonly settings: CutSettings;
  readonly actions: readonly number[];
}

const savedSchema = z.object({
  settings: z.record(z.string(), z.unknown()),
  actions: z.array(z.int().min(0)),
});

export class CutsState implements PlanState<CutDecisions>, CutsView {
  readonly chain: LayerChain;
  readonly stageOf: Int32Array;
  private readonly world: CutWorld;
  private settings: CutSettings;
  private readonly actions: number[] = [];
  private progress: CutProgress = NO_STAGES;

  constructor(world: CutWorld, settings: CutSettings) {
    this.world = world;
    this.chain = world.chain;
    this.stageOf = new Int32Array(world.chain.count).fill(-1);
    this.settings = settings;
  }

  get decisions(): CutDecisions {
    return { settings: this.settings, actions: [...this.actions] };
  }

  get microBatches(): number {
    return this.settings.microBatches;
  }

  get current(): number {
    const { length } = this.actions;
    return length === this.chain.count ? -1 : length;
  }

  get openFrom(): number {
    return this.progress.openFrom;
  }

  get devicesLeft(): number {
    return devicesLeft(this.settings, this.progress.closed).length;
  }

  get deviceCount(): number {
    return devicesLeft(this.settings, []).length;
  }

  begin(settings: CutSettings): void {
    this.take({ settings, actions: [] });
  }

  /** Pre: the action is legal for the current layer. */
  act(action: number): void {
    const layer = this.actions.push(action) - 1;
    this.stageOf[layer] = this.progress.closed.length;
    if (action > 0) this.progress = afterCut(this.settings, this.progress, layer, action);
  }

  /** 1 for each action that is legal for the current layer, 0 for continue first. */
  legal(size: number): Uint8Array {
    const mask = new Uint8Array(size);
    const { chain, current, progress, settings } = this;
    if (current === -1) return mask;
    mask[0] = Number(mayContinue(chain, settings, progress, current));
    for (let replicas = 1; replicas < size; replicas++)
      mask[replicas] = Number(mayCut(chain, settings, progress, current, replicas));
    return mask;
  }

  plan(): PipelinePlan {
    return this.planOf(this.decisions);
  }

  planOf({ settings, actions }: CutDecisions): PipelinePlan {
    const { microBatches, schedule } = settings;
    const stages = plainEnd(this.chain, settings, progressOf({ settings, actions }));
    const plan = { stages, microBatches, schedule: structuredClone(schedule), ...markedLayers(settings) };
    return stagePlan(this.chain, plan);
  }

  keep({ settings, actions }: CutDecisions): CutDecisions {
    return { settings: structuredClone(settings), actions: [...actions] };
  }

  checkKept(kept: unknown, owner: string, within: string): CutDecisions {
    const decisions = this.checked(parseSaved(owner, savedSchema, kept, within), owner);
    if (decisions.actions.length === this.chain.count) return decisions;
    throw new InputError(`The saved state of ${owner} has best decisions for some layers only.`);
  }

  set({ decisions }: CutsState): void {
    this.take(decisions);
  }

  save(): CutDecisions {
    return this.keep(this.decisions);
  }

  restore(fields: object, owner: string): void {
    this.take(this.checked(parseSaved(owner, savedSchema, fields), owner));
  }

  private take({ settings, actions }: CutDecisions): void {
    this.settings = settings;
    this.actions.length = 0;
    this.progress = NO_STAGES;
    this.stageOf.fill(-1);
    for (const action of actions) this.act(action);
  }

  /** Throws one sentence on settings that are none, and on an action that is not legal. */
  private checked({ settings, actions }: z.infer<typeof savedSchema>, owner: string): CutDecisions {
    const choices = settings as CutChoices;
    const replay = new CutsState(this.world, cutSettings(this.world, this.settings, choices));
    const size = this.world.usable.length + 1;
    actions.forEach((action, layer) => {
      if (replay.legal(size)[action] !== 1)
        throw new InputError(
          `The saved state of ${owner} has the illegal action ${action} at layer ${layer}.`,
        );
      replay.act(action);
    });
    return replay.decisions;
  }
}

function progressOf({ settings, actions }: CutDecisions): CutProgress {
  let progress = NO_STAGES;
  actions.forEach((action, layer) => {
    if (action > 0) progress = afterCut(settings, progress, layer, action);
  });
  return progress;
}
