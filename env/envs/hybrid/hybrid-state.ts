/**
 * `HybridState`: the settings of an episode of `Hybrid/Plan-v1` and its actions so far. All else
 * follows from them.
 */
import { z } from "zod";
import { InputError } from "../../model/errors.ts";
import type { LayerChain } from "../../model/layers/layer-chain.ts";
import { type LayerStage, stagePlan } from "../../model/layers/stage-plan.ts";
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import { type HybridDecision, type HybridView, hybridDecisions } from "../../parts/views/hybrid-view.ts";
import type { PlanState } from "../plan-state.ts";
import { parseSaved } from "../saved-state.ts";
import {
  devicesAfter,
  type HybridChoices,
  type HybridSettings,
  type HybridWorld,
  hybridSettings,
  mayTakeSchedule,
  plainEnd,
  refusalOf,
  suits,
  type Treatment,
  treated,
} from "./hybrid-rules.ts";

export interface HybridDecisions {
  readonly settings: HybridSettings;
  readonly actions: readonly number[];
}

const savedSchema = z.object({
  settings: z.record(z.string(), z.unknown()),
  actions: z.array(z.int().min(0)),
});

const [SCHEDULE, MICRO_BATCHES, CUT, TREATMENT] = hybridDecisions.keys();

export class HybridState implements PlanState<HybridDecisions>, HybridView {
  readonly chain: LayerChain;
  readonly treatments: readonly Treatment[];
  private readonly world: HybridWorld;
  private settings: HybridSettings;
  private actions: number[] = [];
  /** Numbers in the lists of the settings. */
  schedule = -1;
  private microBatchNumber = -1;
  /** Stages that are cut off; the last one has no treatment yet while it is asked for. */
  private closed: LayerStage[] = [];
  private isTreating = false;
  /** The next layer, after those that actions were about. */
  private next = 0;

  constructor(world: HybridWorld, settings: HybridSettings) {
    this.world = world;
    this.chain = world.chain;
    this.treatments = world.treatments;
    this.settings = settings;
  }

  get decisions(): HybridDecisions {
    return { settings: this.settings, actions: [...this.actions] };
  }

  get decision(): HybridDecision | -1 {
    if (this.schedule === -1) return SCHEDULE as HybridDecision;
    if (this.microBatchNumber === -1) return MICRO_BATCHES as HybridDecision;
    if (this.isTreating) return TREATMENT as HybridDecision;
    return this.next === this.chain.count ? -1 : (CUT as HybridDecision);
  }

  get microBatches(): number {
    return this.settings.microBatches[Math.max(0, this.microBatchNumber)];
  }

  get current(): number {
    if (this.isTreating) return this.next - 1;
    return this.decision === CUT ? this.next : -1;
  }

  get openFrom(): number {
    const last = this.closed[this.closed.length - 1];
    return this.isTreating ? last.from : (last?.to ?? 0);
  }

  get stages(): readonly LayerStage[] {
    return this.closed;
  }

  get devicesLeft(): number {
    return devicesAfter(this.settings, this.closed).length;
  }

  get deviceCount(): number {
    return this.settings.devices.length;
  }

  /** Whether an action would end the episode. */
  get isLast(): boolean {
    return this.isTreating && this.next === this.chain.count;
  }

  begin(settings: HybridSettings): void {
    this.take({ settings, actions: [] });
  }

  /** Pre: the action is legal. */
  act(action: number): void {
    const { decision } = this;
    this.actions.push(action);
    if (decision === SCHEDULE) this.schedule = action;
    else if (decision === MICRO_BATCHES) this.microBatchNumber = action;
    else if (decision === TREATMENT) {
      this.closed.push(treated(this.closed.pop()!, this.treatments[action]));
      this.isTreating = false;
    } else {
      this.next++;
      if (action === 0) return;
      this.closed.push(this.stageOn(action, this.next));
      this.isTreating = true;
    }
  }

  /** 1 for each action that is legal now. */
  legal(): Uint8Array {
    const { decision } = this;
    return Uint8Array.from({ length: this.world.actionCount }, (_, action) => {
      if (decision === SCHEDULE) return Number(this.mayTakeSchedule(action));
      if (decision === MICRO_BATCHES) return Number(this.mayTakeNumber(action));
      if (decision === TREATMENT) return Number(this.mayTreat(action));
      return Number(decision === CUT && this.mayCut(action));
    });
  }

  plan(): PipelinePlan {
    const schedule = Math.max(0, this.schedule === -1 ? this.firstSchedule() : this.schedule);
    const number = this.microBatchNumber === -1 ? this.firstNumber(schedule) : this.microBatchNumber;
    const { schedules, microBatches } = this.settings;
    return stagePlan(this.chain, {
      stages: plainEnd(this.chain, this.settings, this.closed),
      microBatches: microBatches[number],
      schedule: structuredClone(schedules[schedule]),
    });
  }

  planOf(decisions: HybridDecisions): PipelinePlan {
    const other = new HybridState(this.world, decisions.settings);
    other.take(decisions);
    return other.plan();
  }

  keep({ settings, actions }: HybridDecisions): HybridDecisions {
    return { settings: structuredClone(settings), actions: [...actions] };
  }

  checkKept(kept: unknown, owner: string, within: string): HybridDecisions {
    const replay = this.checked(parseSaved(owner, savedSchema, kept, within), owner);
    if (replay.decision === -1) return replay.decisions;
    throw new InputError(`The saved state of ${owner} has best decisions of an episode that did not end.`);
  }

  set({ decisions }: HybridState): void {
    this.take(decisions);
  }

  save(): HybridDecisions {
    return this.keep(this.decisions);
  }

  restore(fields: object, owner: string): void {
    this.take(this.checked(parseSaved(owner, savedSchema, fields), owner).decisions);
  }

  private stageOn(deviceCount: number, to: number): LayerStage {
    const devices = devicesAfter(this.settings, this.closed).slice(0, deviceCount);
    return { from: this.openFrom, to, devices, share: "split" };
  }

  private isAccepted(closed: readonly LayerStage[], number = this.microBatchNumber): boolean {
    const { chain, settings, schedule } = this;
    return refusalOf(chain, settings, schedule, number, plainEnd(chain, settings, closed)) === null;
  }

  private mayTakeSchedule(action: number): boolean {
    return action < this.settings.schedules.length && mayTakeSchedule(this.chain, this.settings, action);
  }

  private mayTakeNumber(action: number): boolean {
    return action < this.settings.microBatches.length && this.isAccepted([], action);
  }

  private mayCut(deviceCount: number): boolean {
    const layersLeft = this.chain.count - this.next - 1;
    if (deviceCount === 0) return layersLeft > 0;
    if (deviceCount > this.devicesLeft - (layersLeft === 0 ? 0 : 1)) return false;
    return this.isAccepted([...this.closed, this.stageOn(deviceCount, this.next + 1)]);
  }

  private mayTreat(action: number): boolean {
    const treatment = this.treatments[action];
    const stage = this.closed[this.closed.length - 1];
    if (treatment === undefined || !suits(treatment, stage.devices.length)) return false;
    return this.isAccepted([...this.closed.slice(0, -1), treated(stage, treatment)]);
  }

  private firstSchedule(): number {
    return this.settings.schedules.findIndex((_, schedule) => this.mayTakeSchedule(schedule));
  }

  private firstNumber(schedule: number): number {
    const { chain, settings } = this;
    const plain = plainEnd(chain, settings, []);
    return settings.microBatches.findIndex((_, n) => refusalOf(chain, settings, schedule, n, plain) === null);
  }

  private take({ settings, actions }: HybridDecisions): void {
    this.settings = settings;
    this.actions = [];
    this.schedule = -1;
    this.microBatchNumber = -1;
    this.closed = [];
    this.isTreating = false;
    this.next = 0;
    for (const action of actions) this.act(action);
  }

  /** Throws one sentence on settings that are none, and on an action that is not legal. */
  private checked({ settings, actions }: z.infer<typeof savedSchema>, owner: string): HybridState {
    const own = hybridSettings(this.world, this.settings, settings as HybridChoices);
    const replay = new HybridState(this.world, own);
    actions.forEach((action, step) => {
      if (replay.legal()[action] !== 1)
        throw new InputError(`The saved state of ${owner} has the illegal action ${action} at step ${step}.`);
      replay.act(action);
    });
    return replay;
  }
}
