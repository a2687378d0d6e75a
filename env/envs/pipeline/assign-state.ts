/**
 * `AssignState`: the settings of an episode of `Pipeline/Assign-v1` and the devices of its first
 * groups. All else follows from them.
 */
import { z } from "zod";
import { InputError } from "../../model/errors.ts";
import type { LayerChain } from "../../model/layers/layer-chain.ts";
import { type LayerGroups, layerGroups } from "../../model/layers/layer-groups.ts";
import { planOfLayers } from "../../model/layers/stage-plan.ts";
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import type { AssignView } from "../../parts/views/pipeline-view.ts";
import type { PlanState } from "../plan-state.ts";
import { parseSaved } from "../saved-state.ts";
import {
  type AssignChoices,
  type AssignSettings,
  type AssignWorld,
  assignSettings,
  mayPlace,
  plainStages,
} from "./assign-rules.ts";
import { markedLayers } from "./settings.ts";

export interface AssignDecisions {
  readonly settings: AssignSettings;
  /** Devices of the first groups. */
  readonly placed: readonly number[];
}

const savedSchema = z.object({
  settings: z.record(z.string(), z.unknown()),
  placed: z.array(z.int().min(0)),
});

export class AssignState implements PlanState<AssignDecisions>, AssignView {
  readonly chain: LayerChain;
  readonly deviceOf: Int32Array;
  private readonly world: AssignWorld;
  private settings: AssignSettings;
  private groups: LayerGroups;
  private readonly placed: number[] = [];

  constructor(world: AssignWorld, settings: AssignSettings) {
    this.world = world;
    this.chain = world.chain;
    this.deviceOf = new Int32Array(world.chain.count).fill(-1);
    this.settings = settings;
    this.groups = layerGroups(world.edges, settings.groups);
  }

  get decisions(): AssignDecisions {
    return { settings: this.settings, placed: [...this.placed] };
  }

  get microBatches(): number {
    return this.settings.microBatches;
  }

  get groupOf(): Int32Array {
    return this.groups.of;
  }

  get groupCount(): number {
    return this.groups.count;
  }

  get current(): number {
    return this.placed.length === this.groups.count ? -1 : this.placed.length;
  }

  get devicesLeft(): number {
    return this.settings.devices.length - new Set(this.placed).size;
  }

  get deviceCount(): number {
    return this.settings.devices.length;
  }

  begin(settings: AssignSettings): void {
    this.take({ settings, placed: [] });
  }

  /** Pre: the device is legal for the current group. */
  act(device: number): void {
    const group = this.placed.push(device) - 1;
    this.groups.of.forEach((of, layer) => {
      if (of === group) this.deviceOf[layer] = device;
    });
  }

  /** 1 for each device that the current group may have. */
  legal(): Uint8Array {
    const { world, settings, groups, placed, current } = this;
    return Uint8Array.from(world.chain.scenario.cluster.devices, (_, device) =>
      Number(current !== -1 && mayPlace(world, settings, groups, placed, device)),
    );
  }

  plan(): PipelinePlan {
    return this.planOf(this.decisions);
  }

  planOf({ settings, placed }: AssignDecisions): PipelinePlan {
    const { microBatches, schedule } = settings;
    const groups = settings === this.settings ? this.groups : layerGroups(this.world.edges, settings.groups);
    const { stages, stageOfGroup } = plainStages(settings, groups, placed);
    return planOfLayers(
      this.chain,
      groups.of.map((group) => stageOfGroup[group]),
      { stages, microBatches, schedule: structuredClone(schedule), ...markedLayers(settings) },
    );
  }

  keep({ settings, placed }: AssignDecisions): AssignDecisions {
    return { settings: structuredClone(settings), placed: [...placed] };
  }

  checkKept(kept: unknown, owner: string, within: string): AssignDecisions {
    const { decisions, current } = this.checked(parseSaved(owner, savedSchema, kept, within), owner);
    if (current === -1) return decisions;
    throw new InputError(`The saved state of ${owner} has best decisions for some groups only.`);
  }

  set({ decisions }: AssignState): void {
    this.take(decisions);
  }

  save(): AssignDecisions {
    return this.keep(this.decisions);
  }

  restore(fields: object, owner: string): void {
    this.take(this.checked(parseSaved(owner, savedSchema, fields), owner).decisions);
  }

  private take({ settings, placed }: AssignDecisions): void {
    if (settings !== this.settings) this.groups = layerGroups(this.world.edges, settings.groups);
    this.settings = settings;
    this.placed.length = 0;
    this.deviceOf.fill(-1);
    for (const device of placed) this.act(device);
  }

  /** Throws one sentence on settings that are none, and on a device that is not legal. */
  private checked({ settings, placed }: z.infer<typeof savedSchema>, owner: string): AssignState {
    const choices = settings as AssignChoices;
    const replay = new AssignState(this.world, assignSettings(this.world, this.settings, choices));
    placed.forEach((device, group) => {
      if (replay.legal()[device] !== 1)
        throw new InputError(
          `The saved state of ${owner} has group ${group} on device ${device}, which is not legal.`,
        );
      replay.act(device);
    });
    return replay;
  }
}
